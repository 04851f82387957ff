"""Opening and reading collections."""

import json
import shutil
import threading

import numpy as np
import pandas as pd
import pytest
import zarr
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.collection import Collection, CollectionError, CollectionWriter
from spexplain.data.collection import collection as collection_module

GRID = WaveGrid(4000.0, 4200.0, 2.0)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A collection of 1100 spectra, more than a shard, with the arrays that went in."""
    rng = np.random.default_rng(1)
    flux = rng.normal(size=(1100, 100)).astype(np.float32)
    ivar = rng.uniform(0, 2, size=flux.shape).astype(np.float32)
    ivar[ivar < 0.2] = 0
    catalog = pd.DataFrame({"id": [f"plate-{k:04}" for k in range(1100)], "z": 0.1, "extra": 7})
    path = tmp_path_factory.mktemp("stored") / "c"
    with CollectionWriter.create(path, GRID, {"source": "test"}) as writer:
        writer.append(catalog, flux, ivar)
        writer.reject("bad.fits", "", "unreadable", "the file is empty")
    return path, flux, ivar


@pytest.fixture
def copy(stored, tmp_path):
    """A copy of it, to be damaged."""
    return shutil.copytree(stored[0], tmp_path / "copy")


def test_what_was_written_is_read(stored):
    path, flux, ivar = stored
    collection = Collection.open(path)
    assert (collection.n_spectra, collection.n_rejected) == (1100, 1)
    assert collection.provenance == {"source": "test"}
    assert np.array_equal(collection.wave_rest_aa, GRID.wave_rest_aa)
    for row in (0, 15, 16, 1023, 1024, 1099):
        got_flux, got_ivar = collection.spectrum(row)
        assert got_flux.dtype == got_ivar.dtype == np.float32
        good = ivar[row] > 0
        assert np.array_equal(got_flux[good], flux[row, good])
        assert np.array_equal(got_ivar, ivar[row])
        assert np.isnan(got_flux[~good]).all()


def test_the_catalog_has_every_column_and_keeps_extra_ones(stored):
    catalog = Collection.open(stored[0]).catalog
    expected = ["id", "ra", "dec", "z", "label", "spectral_class", "subclass", "sn_median"]
    assert list(catalog.columns) == [*expected, "survey", "file", "extra"]
    assert isinstance(catalog.index, pd.RangeIndex)
    assert (catalog["label"] == "").all()
    assert catalog["ra"].isna().all()
    assert (catalog["extra"] == 7).all()
    rejects = Collection.open(stored[0]).rejects
    assert rejects.to_dict("records") == [
        {"file": "bad.fits", "id": "", "reason": "unreadable", "detail": "the file is empty"}
    ]


@pytest.mark.parametrize("size", [64, 367, 1000, 5000])
def test_chunks_are_all_rows_in_order(stored, size):
    path, _, ivar = stored
    seen = list(Collection.open(path).chunks(size))
    assert [rows.start for rows, _, _ in seen] == list(range(0, 1100, size))
    assert np.array_equal(np.concatenate([part for _, _, part in seen]), ivar)
    assert all(len(f) == rows.stop - rows.start <= size for rows, f, _ in seen)


def test_rows_that_do_not_exist_are_refused(stored):
    collection = Collection.open(stored[0])
    for row in (-1, 1100):
        with pytest.raises(IndexError, match=f"row {row}"):
            collection.spectrum(row)
    with pytest.raises(ValueError, match="got 0"):
        list(collection.chunks(0))


def test_an_unknown_id_names_similar_ones(stored):
    collection = Collection.open(stored[0])
    assert collection.row_of("plate-0042") == 42
    with pytest.raises(KeyError, match="plate-0420, plate-0421"):
        collection.row_of("plate-042x")
    with pytest.raises(KeyError, match="1100 spectra"):
        collection.row_of("zz")


def test_ids_too_many_to_number_are_looked_through(stored, monkeypatch):
    monkeypatch.setattr(collection_module, "_MOST_NUMBERED", 10)
    collection = Collection.open(stored[0])
    assert collection.row_of("plate-0042") == 42
    with pytest.raises(KeyError, match="plate-0420, plate-0421"):
        collection.row_of("plate-042x")


def test_opening_reads_no_flux(copy):
    for name in ("flux", "ivar"):
        shutil.rmtree(copy / "spectra.zarr" / name / "c")
    collection = Collection.open(copy)
    assert collection.n_spectra == 1100


def test_the_key_is_of_the_content(tmp_path):
    def key(name, value, label="", batches=1):
        with CollectionWriter.create(tmp_path / name, GRID, {"name": name}) as writer:
            for part in np.array_split(np.arange(6), batches):
                catalog = pd.DataFrame({"id": [f"s{k}" for k in part], "label": label})
                block = np.full((len(part), 100), value)
                writer.append(catalog, block, np.ones_like(block))
        return Collection.open(tmp_path / name).key

    first = key("a", 1.0)
    assert key("b", 1.0, batches=3) == first
    assert key("c", 2.0) != first
    assert key("d", 1.0, label="type 1") != first


def test_a_row_is_read_without_the_hundreds_beside_it(tmp_path):
    grid = WaveGrid(2700.0, 2800.0)
    with CollectionWriter.create(tmp_path / "c", grid, {}) as writer:
        flux = np.random.default_rng(2).normal(size=(2048, 100))
        catalog = pd.DataFrame({"id": [str(k) for k in range(2048)]})
        writer.append(catalog, flux, np.ones_like(flux))
    stored = zarr.open_group(tmp_path / "c" / "spectra.zarr", mode="r")
    for name in ("flux", "ivar"):
        array = stored[name]
        assert array.chunks[0] <= 64  # what is read and unpacked for one row
        assert array.shards[0] >= 1024  # and yet few files
    read = Collection.open(tmp_path / "c").spectrum(1500)[0]
    np.testing.assert_array_equal(read, flux[1500].astype(np.float32))


def test_threads_may_share_a_collection(stored):
    path, _, ivar = stored
    collection = Collection.open(path)
    wrong = []

    def read(start):
        for row in range(start, 1100, 97):
            same = np.array_equal(collection.spectrum(row)[1], ivar[row])
            wrong.extend([] if same else [row])

    threads = [threading.Thread(target=read, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def damage_missing(path):
    shutil.rmtree(path)


def damage_no_meta(path):
    (path / "collection.json").unlink()


def damage_meta(path):
    (path / "collection.json").write_text('{"format_ver')


def damage_version(path):
    meta = json.loads((path / "collection.json").read_text())
    (path / "collection.json").write_text(json.dumps(meta | {"format_version": 99}))


def damage_no_key(path):
    (path / "collection.json").write_text('{"format_version": 1, "provenance": {}}')


def damage_truncated_catalog(path):
    content = (path / "catalog.parquet").read_bytes()
    (path / "catalog.parquet").write_bytes(content[: len(content) // 2])


def damage_no_rejects(path):
    (path / "rejects.parquet").unlink()


def damage_row_count(path):
    pd.read_parquet(path / "catalog.parquet").head(5).to_parquet(path / "catalog.parquet")


def damage_columns(path):
    pd.DataFrame({"name": ["a"]}).to_parquet(path / "catalog.parquet")


def damage_into_file(path):
    shutil.rmtree(path)
    path.write_text("wave,flux,error")


def damage_no_spectra(path):
    shutil.rmtree(path / "spectra.zarr")


def damage_no_ivar(path):
    shutil.rmtree(path / "spectra.zarr" / "ivar")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (damage_missing, "no such folder"),
        (damage_no_meta, "not a collection.*spexplain ingest .* --out"),
        (damage_into_file, "is a file, not a collection: spexplain ingest .* --out"),
        (damage_meta, "collection.json cannot be read"),
        (damage_version, "format 99; this program reads 1"),
        (damage_no_key, "lacks 'key'"),
        (damage_truncated_catalog, "catalog.parquet cannot be read"),
        (damage_no_rejects, "no rejects.parquet"),
        (damage_row_count, r"\(1100, 100\).*call for \(5, 100\)"),
        (damage_columns, "catalog.parquet lacks"),
        (damage_no_spectra, "spectra.zarr cannot be read"),
        (damage_no_ivar, "ivar"),
    ],
)
def test_a_damaged_collection_says_what_is_wrong(copy, damage, says):
    damage(copy)
    with pytest.raises(CollectionError, match=says) as caught:
        Collection.open(copy)
    assert str(copy) in str(caught.value)

"""Collections of spectra as observed: whole or not at all, and growing without being rewritten."""

import os
import shutil
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import WaveGrid, resample
from spexplain.data.collection import Collection, CollectionError, CollectionWriter
from spexplain.data.collection.pixels.observed import StoredSpectrum
from spexplain.data.collection.pixels.wave_code import decode_wave, encode_wave
from spexplain.data.collection.writing import observed_writer
from spexplain.data.collection.writing import writer as collection_writer
from spexplain.data.collection.writing.observed_writer import ObservedWriter

GRID = WaveGrid(4000.0, 4020.0)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    """Blocks of 8 spectra instead of 1024."""
    monkeypatch.setattr(collection_writer, "_SHARD_ROWS", 8)


class BreakOff(Exception):
    pass


def spectra(start, stop):
    """Catalog and spectra of some numbers, each of another length, every third with a model."""
    made = []
    for number in range(start, stop):
        rng = np.random.default_rng(number)
        n = 30 + number % 5
        flux = rng.normal(size=n).astype(np.float32)
        model = flux + 1 if number % 3 == 0 else None
        wave = encode_wave(4380 + np.cumsum(rng.uniform(0.5, 1.5, n)))
        made.append(StoredSpectrum(wave, flux, np.ones(n, np.float32), model))
    names = [f"s{number}" for number in range(start, stop)]
    places = np.arange(start, stop) % 10 * 0.1  # every tenth is of one object
    table = {"id": names, "z": 0.1, "ra": places, "dec": 0.0, "file": [f"{n}.fits" for n in names]}
    return pd.DataFrame(table | {"set_aside": "", "set_aside_why": ""}), made


def write(path, stop, **options):
    with ObservedWriter.create(path, GRID, {"v": 1}, **options) as writer:
        writer.append(*spectra(0, stop))
        writer.reject("bad", "", "unreadable", "why")
    return Collection.open(path)


def same(one, other):
    assert one.catalog.equals(other.catalog)
    for row in range(one.n_spectra):
        a, b = one.observed(row), other.observed(row)
        np.testing.assert_array_equal(a.wave_obs_aa, b.wave_obs_aa)
        np.testing.assert_array_equal(a.flux, b.flux)
        assert (a.model is None) == (b.model is None)


def files_of(path):
    """Every file below a folder with its bytes."""
    return {file.relative_to(path): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def test_what_was_written_is_read_as_observed_and_at_rest(tmp_path):
    collection = write(tmp_path / "c", 21)
    _, made = spectra(0, 21)
    assert os.listdir(tmp_path) == ["c"]
    for row, one in enumerate(made):
        found = collection.observed(row)
        wave = decode_wave(one.wave, len(one.flux))
        np.testing.assert_array_equal(found.wave_obs_aa, wave)
        np.testing.assert_array_equal(found.flux, one.flux)
        assert found.own_pixels
        assert (found.model is None) == (row % 3 != 0)
        expected = resample(wave / 1.1, one.flux, one.ivar, GRID.wave_rest_aa)
        np.testing.assert_array_equal(collection.spectrum(row), expected)
    for size in (1, 5, 100):
        parts = [flux for _, flux, _ in collection.chunks(size)]
        np.testing.assert_array_equal(
            np.concatenate(parts), [collection.spectrum(row)[0] for row in range(21)]
        )


@pytest.mark.parametrize(("interrupt_at", "safe"), [(0, 0), (7, 0), (8, 8), (19, 16)])
def test_an_unfinished_collection_goes_on_to_the_same_bytes(tmp_path, interrupt_at, safe):
    with (
        suppress(BreakOff),
        ObservedWriter.create(tmp_path / "c", GRID, {"v": 1}, resumable=True) as writer,
    ):
        for number in range(interrupt_at):
            writer.append(*spectra(number, number + 1))
        raise BreakOff
    assert not (tmp_path / "c").exists()
    with ObservedWriter.create(tmp_path / "c", GRID, {"v": 1}, resumable=True) as writer:
        assert writer.n_committed == safe
        writer.append(*spectra(safe, 21))
        writer.reject("bad", "", "unreadable", "why")
    write(tmp_path / "straight", 21)
    assert files_of(tmp_path / "c") == files_of(tmp_path / "straight")


def test_one_killed_while_its_parts_are_removed_ends_at_the_same_bytes(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(folder, real=shutil.rmtree, **how):
        if folder.name != "parts":
            return real(folder, **how)
        next(folder.glob("catalog-*")).unlink()
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(collection_writer.shutil, "rmtree", killed)
        with pytest.raises(Killed):
            write(tmp_path / "c", 21, resumable=True)
    write(tmp_path / "straight", 21)
    with ObservedWriter.create(tmp_path / "c", GRID, {"v": 1}, resumable=True) as writer:
        assert writer.n_committed == 21
    assert files_of(tmp_path / "c") == files_of(tmp_path / "straight")


def add(path, start, stop):
    with ObservedWriter.add_to(path, {"v": 2}) as writer:
        writer.append(*spectra(start, stop))


def test_adding_rewrites_no_spectrum_and_ends_at_the_same_content(tmp_path):
    write(tmp_path / "c", 13)
    before = files_of(tmp_path / "c" / "spectra.zarr")
    add(tmp_path / "c", 13, 30)
    after = files_of(tmp_path / "c" / "spectra.zarr")
    assert {name: after[name] for name in before} == before
    assert os.listdir(tmp_path) == ["c"]
    grown, whole = Collection.open(tmp_path / "c"), write(tmp_path / "whole", 30)
    same(grown, whole)
    assert grown.n_rejected == whole.n_rejected == 1
    assert grown.catalog["object"].tolist() == [f"s{number % 10}" for number in range(30)]


@pytest.fixture(scope="module")
def thirteen_and_thirty(tmp_path_factory):
    """Folders of a collection before and after an addition; to be read only."""
    folder = tmp_path_factory.mktemp("grown")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collection_writer, "_SHARD_ROWS", 8)
        write(folder / "before", 13)
        shutil.copytree(folder / "before", folder / "after")
        add(folder / "after", 13, 30)
    return folder / "before", folder / "after"


@pytest.mark.parametrize("step", ["write_block", "rename", "write_parquet", "write_json"])
@pytest.mark.parametrize("call", [1, 2])
def test_an_addition_broken_off_anywhere_changes_nothing_and_goes_on(
    tmp_path, monkeypatch, thirteen_and_thirty, step, call
):
    old, whole = map(Collection.open, thirteen_and_thirty)
    shutil.copytree(old.path, tmp_path / "c")
    with monkeypatch.context() as patch, suppress(BreakOff):
        target = observed_writer.os if step == "rename" else observed_writer
        real, calls = getattr(target, step), []

        def broken(*given):
            calls.append(given)
            if len(calls) == call:
                raise BreakOff
            return real(*given)

        patch.setattr(target, step, broken)
        add(tmp_path / "c", 13, 30)
    if calls and len(calls) >= call:
        same(Collection.open(tmp_path / "c"), old)
        with ObservedWriter.add_to(tmp_path / "c", {"v": 2}) as writer:
            writer.append(*spectra(13 + writer.n_committed, 30))
    grown = Collection.open(tmp_path / "c")
    same(grown, whole)
    assert grown.key == whole.key
    assert os.listdir(tmp_path) == ["c"]


def test_an_id_that_is_there_is_refused(tmp_path):
    write(tmp_path / "c", 3)
    with ObservedWriter.add_to(tmp_path / "c", {}) as writer:
        assert writer.file_of_id_before["s2"] == "s2.fits"
        with pytest.raises(ValueError, match="'s2' is taken"):
            writer.append(*spectra(2, 4))
        writer.append(*spectra(3, 4))
    assert Collection.open(tmp_path / "c").n_spectra == 4


def test_nothing_is_added_to_the_first_format(tmp_path, monkeypatch):
    monkeypatch.setattr(collection_writer, "_SHARD_ROWS", 1024)
    with CollectionWriter.create(tmp_path / "c", GRID, {}):
        pass
    with pytest.raises(CollectionError, match=r"format 1.*ingest its files again"):
        ObservedWriter.add_to(tmp_path / "c", {})
    with pytest.raises(CollectionError, match="no such folder"):
        ObservedWriter.add_to(tmp_path / "absent", {})


def test_what_a_later_addition_says_of_a_file_counts(tmp_path):
    write(tmp_path / "c", 3)
    with ObservedWriter.add_to(tmp_path / "c", {}) as writer:
        writer.reject("bad", "", "unreadable", "still")
        writer.reject("worse", "", "unreadable", "why")
    assert Collection.open(tmp_path / "c").rejects["detail"].tolist() == ["still", "why"]
    with ObservedWriter.add_to(tmp_path / "c", {}) as writer:
        table, made = spectra(3, 4)
        writer.append(table.assign(file="bad"), made)
    assert Collection.open(tmp_path / "c").rejects["file"].tolist() == ["worse"]


def test_a_block_that_is_lost_is_told(tmp_path):
    write(tmp_path / "c", 13)
    os.rename(tmp_path / "c" / "spectra.zarr" / "000001", tmp_path / "elsewhere")
    with pytest.raises(CollectionError, match="damaged: block 1"):
        Collection.open(tmp_path / "c")

"""Collections appear whole or not at all, and unfinished ones go on."""

import errno
import os
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.collection import Collection, CollectionError, CollectionWriter
from spexplain.data.collection.writing import place_beside
from spexplain.data.collection.writing import writer as collection_writer

GRID = WaveGrid(4000.0, 4010.0)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    """Shards of 64 rows instead of 1024, so that little data makes several."""
    monkeypatch.setattr(collection_writer, "_SHARD_ROWS", 64)


class BreakOff(Exception):
    pass


def block(start, stop):
    flux = np.arange(start, stop, dtype=float)[:, None] + np.zeros(10)
    return pd.DataFrame({"id": [f"s{k}" for k in range(start, stop)]}), flux, np.ones_like(flux)


def test_nothing_is_at_the_place_before_the_end_nor_beside_it_after(tmp_path):
    with CollectionWriter.create(tmp_path / "c", GRID, {}) as writer:
        writer.append(*block(0, 130))
        assert not (tmp_path / "c").exists()
    assert os.listdir(tmp_path) == ["c"]
    assert sorted(os.listdir(tmp_path / "c")) == [
        *("catalog.parquet", "collection.json", "rejects.parquet", "spectra.zarr")
    ]


def test_an_exception_leaves_nothing(tmp_path):
    with suppress(BreakOff), CollectionWriter.create(tmp_path / "c", GRID, {}) as writer:
        writer.append(*block(0, 130))
        raise BreakOff
    assert os.listdir(tmp_path) == []


def test_an_empty_collection_is_one(tmp_path):
    with CollectionWriter.create(tmp_path / "c", GRID, {}):
        pass
    collection = Collection.open(tmp_path / "c")
    assert (collection.n_spectra, collection.n_rejected) == (0, 0)
    assert list(collection.chunks()) == []


def test_a_place_that_is_taken_is_refused(tmp_path):
    (tmp_path / "c").mkdir()
    with pytest.raises(CollectionError, match="already exists"):
        CollectionWriter.create(tmp_path / "c", GRID, {})


def test_a_collection_that_is_there_is_named_with_how_to_add_to_it(tmp_path):
    with CollectionWriter.create(tmp_path / "c", GRID, {}):
        pass
    with pytest.raises(CollectionError, match="already exists; --into adds to it"):
        CollectionWriter.create(tmp_path / "c", GRID, {})


def test_a_place_taken_meanwhile_is_not_overwritten(tmp_path):
    writer = CollectionWriter.create(tmp_path / "c", GRID, {})
    writer.append(*block(0, 3))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "precious").write_text("x")
    with pytest.raises(CollectionError, match="cannot finish"):
        writer.close()
    assert os.listdir(tmp_path / "c") == ["precious"]


def test_a_parent_that_cannot_be_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(CollectionError, match="cannot write"):
        CollectionWriter.create(tmp_path / "file" / "c", GRID, {})


@pytest.mark.parametrize("resumable", [False, True])
def test_a_full_disk_is_told_and_leaves_no_collection(tmp_path, monkeypatch, resumable):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    def write():
        with CollectionWriter.create(tmp_path / "c", GRID, {}, resumable=resumable) as writer:
            monkeypatch.setattr(collection_writer, "write_parquet", full)
            writer.append(*block(0, 64))

    with pytest.raises(CollectionError, match="No space left"):
        write()
    assert not (tmp_path / "c").exists()
    assert bool(os.listdir(tmp_path)) == resumable


def write_in_two_goes(path, interrupt_at, *, provenance_after):
    """Write 200 rows, breaking off once; returns how many rows were already safe."""
    with (
        suppress(BreakOff),
        CollectionWriter.create(path, GRID, {"v": 1}, resumable=True) as writer,
    ):
        for start in range(0, interrupt_at, 10):
            writer.append(*block(start, min(start + 10, interrupt_at)))
            writer.reject(f"f{start}", "", "star")
        raise BreakOff
    with CollectionWriter.create(path, GRID, provenance_after, resumable=True) as writer:
        safe = writer.n_committed
        assert len(writer.catalog_committed) == safe
        writer.append(*block(safe, 200))
    return safe


@pytest.mark.parametrize(("interrupt_at", "safe"), [(0, 0), (60, 0), (64, 64), (190, 128)])
def test_an_unfinished_collection_goes_on_to_the_same_bytes(tmp_path, interrupt_at, safe):
    got = write_in_two_goes(tmp_path / "c", interrupt_at, provenance_after={"v": 1})
    assert got == safe
    with CollectionWriter.create(tmp_path / "straight", GRID, {"v": 1}) as writer:
        writer.append(*block(0, 200))
    resumed, straight = Collection.open(tmp_path / "c"), Collection.open(tmp_path / "straight")
    assert resumed.key == straight.key
    assert resumed.catalog.equals(straight.catalog)
    assert resumed.n_rejected == safe // 10  # one with every ten rows that were safe
    for (_, a, _), (_, b, _) in zip(resumed.chunks(), straight.chunks(), strict=True):
        assert np.array_equal(a, b)


def test_an_unfinished_collection_of_something_else_is_begun_anew(tmp_path):
    assert write_in_two_goes(tmp_path / "c", 190, provenance_after={"v": 2}) == 0
    assert Collection.open(tmp_path / "c").n_spectra == 200


def test_a_write_broken_off_between_array_and_commit_is_undone(tmp_path, monkeypatch):
    """The flux of a shard was stored, its catalog was not: those rows must not remain."""

    def broken(*_):
        raise BreakOff

    with (
        monkeypatch.context() as patch,
        suppress(BreakOff),
        CollectionWriter.create(tmp_path / "c", GRID, {}, resumable=True) as writer,
    ):
        writer.append(*block(0, 64))
        patch.setattr(collection_writer, "write_json", broken)
        writer.append(*block(500, 564))
    with CollectionWriter.create(tmp_path / "c", GRID, {}, resumable=True) as writer:
        assert writer.n_committed == 64
        writer.append(*block(64, 70))
    collection = Collection.open(tmp_path / "c")
    assert collection.n_spectra == 70
    assert collection.spectrum(69)[0][0] == 69


def test_a_second_writer_at_the_same_place_is_turned_away_and_harms_nothing(tmp_path):
    with CollectionWriter.create(tmp_path / "c", GRID, {"v": 1}, resumable=True) as writer:
        writer.append(*block(0, 70))
        for other in ({"v": 1}, {"v": 2}):
            with pytest.raises(CollectionError, match="another process is writing"):
                CollectionWriter.create(tmp_path / "c", GRID, other, resumable=True)
        writer.append(*block(70, 100))
    assert Collection.open(tmp_path / "c").n_spectra == 100
    assert os.listdir(tmp_path) == ["c"]


def test_the_place_is_free_again_after_a_break_and_when_it_could_not_be_begun(
    tmp_path, monkeypatch
):
    with suppress(BreakOff), CollectionWriter.create(tmp_path / "c", GRID, {}, resumable=True):
        raise BreakOff
    with monkeypatch.context() as patch:
        patch.setattr(place_beside, "read_commit", lambda *_: {"n_rows": "many"})
        with pytest.raises(KeyError):
            CollectionWriter.create(tmp_path / "c", GRID, {}, resumable=True)
    with CollectionWriter.create(tmp_path / "c", GRID, {}, resumable=True):
        pass
    assert os.listdir(tmp_path) == ["c"]


@pytest.mark.parametrize(
    ("catalog", "shape", "says"),
    [
        ({"id": ["a", "a"]}, (2, 10), "'a' is taken"),
        ({"id": ["a", ""]}, (2, 10), "empty"),
        ({"z": [0.1, 0.2]}, (2, 10), "empty"),
        ({"id": ["a", "b"]}, (2, 9), r"\(2, 9\)"),
        ({"id": ["a"]}, (2, 10), "1 rows"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, catalog, shape, says):
    writer = CollectionWriter.create(tmp_path / "c", GRID, {})
    with pytest.raises(ValueError, match=says):
        writer.append(pd.DataFrame(catalog), np.ones(shape), np.ones(shape))


def test_half_pixels_are_stored_as_none(tmp_path):
    flux = np.array([[1.0, np.nan, 1.0, np.inf] + [1.0] * 6])
    ivar = np.array([[1.0, 1.0, 0.0, 1.0] + [np.inf, np.nan, -1.0] + [1.0] * 3])
    with CollectionWriter.create(tmp_path / "c", GRID, {}) as writer:
        writer.append(pd.DataFrame({"id": ["a"]}), flux, ivar)
    got_flux, got_ivar = Collection.open(tmp_path / "c").spectrum(0)
    data = np.array([True] + [False] * 6 + [True] * 3)
    assert np.array_equal(np.isfinite(got_flux), data)
    assert np.array_equal(got_ivar > 0, data)


class _Killed(BaseException):
    """As a signal would: nobody catches it."""


# Of what is done once all is safe: the facts, the parts (the first of which is gone), the commit.
@pytest.mark.parametrize("step", ["sync_tree", "rmtree", "unlink", "sync", "rename"])
def test_a_collection_killed_on_its_way_to_its_place_gets_there(tmp_path, monkeypatch, step):
    def write(path):
        with CollectionWriter.create(path, GRID, {"v": 1}, resumable=True) as writer:
            done = writer.n_committed
            if done < 130:
                writer.append(*block(done, 130))
                writer.reject("bad", "", "unreadable", "why")
        return done

    write(tmp_path / "straight")
    where = {"rmtree": collection_writer.shutil, "rename": os, "unlink": type(tmp_path)}
    target = where.get(step, collection_writer)
    real = getattr(target, step)

    def killed(*given, **how):
        if step == "rmtree":
            next(given[0].glob("catalog-*")).unlink()
        if step == "unlink" and given[0].name != "commit.json":
            return real(*given, **how)
        if step in ("sync", "sync_tree") and not next(tmp_path.glob(".c*/collection.json"), None):
            return real(*given, **how)
        raise _Killed

    with monkeypatch.context() as patch:
        patch.setattr(target, step, killed)
        with pytest.raises(_Killed):
            write(tmp_path / "c")
    assert not (tmp_path / "c").exists()
    done = write(tmp_path / "c")
    # Without its commit it begins anew; with it nothing is done twice.
    assert done == (0 if step in ("sync", "rename") else 130)
    assert files_of(tmp_path / "c") == files_of(tmp_path / "straight")
    assert sorted(os.listdir(tmp_path)) == ["c", "straight"]


def files_of(path):
    files = (one for one in sorted(path.rglob("*")) if one.is_file())
    return {str(one.relative_to(path)): one.read_bytes() for one in files}

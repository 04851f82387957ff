"""Spectra are taken out and put back, and nothing built is taken for that of others."""

import numpy as np
import pandas as pd
import pytest
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.collection import Collection, CollectionError, CollectionWriter
from spexplain.data.collection.earlier_sizes import key_without
from spexplain.data.collection.pixels.observed import StoredSpectrum
from spexplain.data.collection.pixels.wave_code import encode_wave
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.writing.observed_writer import ObservedWriter
from spexplain.data.collection.writing.place_beside import only_writer
from spexplain.data.collection.writing.removed_rows import remove_spectra, restore_spectra

GRID = WaveGrid(4000.0, 4020.0)


@pytest.fixture
def stored(tmp_path):
    wave = encode_wave(np.arange(3990.0, 4030.0))
    made = [StoredSpectrum(wave, np.full(40, k, np.float32), np.ones(40, np.float32))
            for k in range(6)]  # fmt: skip
    with ObservedWriter.create(tmp_path / "c", GRID, {}) as writer:
        writer.append(pd.DataFrame({"id": [f"s{k}" for k in range(6)], "z": 0.0}), made)
    return tmp_path / "c"


def levels(path):
    collection = Collection.open(path)
    return {
        name: float(collection.observed(row).flux[0])
        for row, name in enumerate(collection.catalog["id"])
    }


def test_removed_spectra_are_gone_and_the_others_what_they_were(stored):
    whole = Collection.open(stored).key
    RunStore(stored).set_current({"svm": "abc"})
    assert remove_spectra(stored, ["s1", "s4"]) == 2
    assert levels(stored) == {"s0": 0, "s2": 2, "s3": 3, "s5": 5}
    assert RunStore(stored).current() == {}  # rows have other numbers now
    one = Collection.open(stored)
    assert one.key != whole
    np.testing.assert_array_equal([flux[:, 0] for _, flux, _ in one.chunks(100)], [[0, 2, 3, 5]])
    assert remove_spectra(stored, ["s5"]) == 1
    assert levels(stored) == {"s0": 0, "s2": 2, "s3": 3}
    assert restore_spectra(stored, ["s5", "s1", "s4"]) == 3
    assert Collection.open(stored).key == whole
    assert levels(stored) == {f"s{k}": k for k in range(6)}


def test_all_or_none(stored):
    with pytest.raises(CollectionError, match="no spectrum 's9'"):
        remove_spectra(stored, ["s1", "s9"])
    assert len(levels(stored)) == 6
    with pytest.raises(CollectionError, match="'s9' was removed"):
        restore_spectra(stored, ["s9"])
    with pytest.raises(CollectionError, match="'s1' is in"):
        restore_spectra(stored, ["s1"])


def test_a_removed_id_can_be_taken_anew_and_then_not_put_back(stored):
    remove_spectra(stored, ["s1"])
    wave = encode_wave(np.arange(3990.0, 4030.0))
    with ObservedWriter.add_to(stored, {}) as writer:
        assert "s1" not in writer.file_of_id_before
        again = StoredSpectrum(wave, np.full(40, 11, np.float32), np.ones(40, np.float32))
        writer.append(pd.DataFrame({"id": ["s1"], "z": 0.0}), [again])
    assert levels(stored)["s1"] == 11
    with pytest.raises(CollectionError, match="is in"):
        restore_spectra(stored, ["s1"])


def test_nothing_is_removed_from_the_first_format_nor_while_another_writes(stored, tmp_path):
    with CollectionWriter.create(tmp_path / "old", GRID, {}) as writer:
        writer.append(pd.DataFrame({"id": ["a"]}), np.ones((1, 20)), np.ones((1, 20)))
    with pytest.raises(CollectionError, match="format 1"):
        remove_spectra(tmp_path / "old", ["a"])
    lock = only_writer(stored, into=True)
    with pytest.raises(CollectionError, match="another process"):
        remove_spectra(stored, ["s1"])
    lock.release()


def test_the_key_is_of_what_is_left():
    assert key_without("k", []) == "k"
    assert len({key_without("k", rows) for rows in ([], [1], [2], [1, 2])}) == 4

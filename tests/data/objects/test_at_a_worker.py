"""Workers have of an address what they ask for, checked, and nothing else."""

import json
from pathlib import Path

import fsspec
import numpy as np
import pytest
import zarr
from fsspec.implementations.memory import MemoryFileSystem
from spexplain.data.batch.chunk_inputs import (
    classifier_at,
    networks_at,
    preparation_at,
    run_array,
    spectra_at,
    write_rows,
)
from spexplain.data.collection.runs import RunStore
from spexplain.data.objects.at_a_worker import Fetched, remote_array
from spexplain.data.objects.publish import copy_to
from spexplain.data.objects.remote_folder import AddressError


@pytest.fixture
def address(memory, copied):
    address = memory(f"worker/{copied.path.parent.name}")
    copy_to(copied.path, address)
    return address


def test_spectra_at_rest_are_those_of_the_folder(address, built):
    spectra = spectra_at(address, built.key)
    flux, ivar = spectra.at_rest(3, 9)
    expected = [built.spectrum(row) for row in range(3, 9)]
    np.testing.assert_array_equal(flux, [one[0] for one in expected])
    np.testing.assert_array_equal(ivar, [one[1] for one in expected])


def test_spectra_as_observed_are_those_of_the_folder(memory, observed, tmp_path):
    survey = observed(tmp_path / "survey", 3)
    address = memory("observed/survey")
    copy_to(survey.path, address)
    spectra = spectra_at(address, survey.key)
    for row in range(3):
        there, here = spectra.observed(row), survey.observed(row)
        np.testing.assert_array_equal(there.flux, here.flux)
        np.testing.assert_array_equal(there.wave_obs_aa, here.wave_obs_aa)
        np.testing.assert_array_equal(spectra.at_rest(row, row + 1)[0][0], survey.spectrum(row)[0])


def test_a_collection_that_changed_since_is_not_read(address):
    with pytest.raises(AddressError, match="has changed since the build began"):
        spectra_at(address, "another key")


def test_models_and_preparations_are_those_of_the_runs(address, built):
    store = RunStore(built.path)
    vae, svm, prepared = (store.find(stage) for stage in ("vae", "svm", "prepare-o25"))

    def there(run):
        return f"{address}/runs/{run.path.name}"

    x = np.asarray(prepared.array("spectra")[:4])
    np.testing.assert_array_equal(run_array(there(prepared), "spectra")[:4], x)
    ours, theirs = networks_at(str(vae.path)).vaes[0], networks_at(there(vae)).vaes[0]
    np.testing.assert_array_equal(theirs.reconstruct(x), ours.reconstruct(x))
    np.testing.assert_array_equal(
        preparation_at(there(prepared)).wave_rest_aa,
        preparation_at(str(prepared.path)).wave_rest_aa,
    )
    machine = classifier_at(f"{there(svm)}/model.skops", svm.key)
    assert machine.classes == classifier_at(str(svm.path / "model.skops"), svm.key).classes


def test_rows_are_written_there_as_they_are_here(memory, tmp_path):
    rows = np.random.default_rng(0).normal(size=(40, 7)).astype(np.float32)
    layout = {"shape": (40, 7), "dtype": "float32", "chunks": (8, 7), "shards": (16, 7)}
    zarr.create_array(tmp_path / "a.zarr", fill_value=np.nan, **layout)
    address = memory("written/a.zarr")
    fsspec.filesystem("memory").put(f"{tmp_path}/a.zarr/", "/written/a.zarr/", recursive=True)
    for where in (str(tmp_path / "a.zarr"), address):
        for first in (0, 16, 32):
            write_rows(where, first, rows[first : first + 16])
    shards = [*(tmp_path / "a.zarr" / "c").glob("*/0")]
    assert len(shards) == 3
    for shard in shards:
        name = shard.relative_to(tmp_path).as_posix()
        assert fsspec.filesystem("memory").cat_file(f"/written/{name}") == shard.read_bytes()


def test_only_the_chunks_asked_for_travel(address, built, monkeypatch):
    asked, cat = [], MemoryFileSystem.cat_file

    def note(self, path, start=None, end=None, **more):
        found = cat(self, path, start=start, end=end, **more)
        asked.append(len(found))
        return found

    monkeypatch.setattr(MemoryFileSystem, "cat_file", note)
    run = RunStore(built.path).find("prepare-p21").path
    array = remote_array(f"{address}/runs/{run.name}/spectra.zarr")
    asked.clear()
    assert np.isfinite(np.asarray(array[:2])).all()
    whole = sum(part.stat().st_size for part in (run / "spectra.zarr/c").rglob("*"))
    assert 0 < sum(asked) < whole / 2


def test_a_codec_that_is_not_on_the_list_is_refused_there_too(address, built):
    run = RunStore(built.path).find("prepare-p21").path.name
    name = f"{address.removeprefix('memory:/')}/runs/{run}/kept.zarr/zarr.json"
    memory = fsspec.filesystem("memory")
    facts = json.loads(memory.cat_file(name))
    facts["codecs"] = [{"name": "numcodecs.pickle"}]
    memory.pipe_file(name, json.dumps(facts).encode())
    with pytest.raises(ValueError, match=r"numcodecs\.pickle"):
        run_array(f"{address}/runs/{run}", "kept")


def test_files_go_with_what_they_were_fetched_for(address):
    found = Fetched(address, ["collection.json"])
    path = Path(found.path)
    assert (path / "collection.json").is_file()
    del found
    assert not path.exists()


def test_what_is_not_there_is_said(address):
    with pytest.raises(AddressError, match="cannot be reached"):
        run_array(f"{address}/runs/none", "spectra")

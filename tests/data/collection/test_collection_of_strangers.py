"""A stranger's collection runs no code, and shows nothing that is not in its folder."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zarr
from numcodecs import Zstd
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.collection.check import check
from spexplain.data.collection.format import CollectionError
from spexplain.data.collection.runs import RunError, RunStore
from spexplain.data.files.arrays.named_arrays import ModelFileError, load_arrays
from spexplain.data.files.arrays.zarr_codecs import only_known_codecs
from spexplain.data.files.sklearn_models import load_classifier

ROOT = Path(__file__).resolve().parents[3]


class Trap:
    """Pickled, it makes a file when it is read."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self):
        return os.mkdir, (str(self.sprung),)


@pytest.fixture
def sprung(tmp_path: Path):
    """A folder that a trap makes; it must not be there at the end."""
    path = tmp_path / "sprung"
    yield path
    assert not path.exists()


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    path = tmp_path / "survey"
    flux = np.ones((3, 40), np.float32)
    with CollectionWriter.create(path, np.linspace(3800.0, 7000.0, 40), {}) as writer:
        writer.append(pd.DataFrame({"id": list("abc"), "z": 0.1}), flux, flux)
    with RunStore(path).draft("svm", "k", params={}, inputs={}) as draft:
        draft.write_array("array", np.arange(6.0))
    return path


@pytest.mark.parametrize("name", ["model.skops", "model.safetensors"])
def test_a_pickle_in_a_models_place_is_not_read(tmp_path: Path, sprung: Path, name: str):
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Trap(sprung)))
    load = load_classifier if path.suffix == ".skops" else load_arrays
    with pytest.raises(ModelFileError, match=name):
        load(path)


def test_a_type_that_is_not_on_the_list_is_not_built(tmp_path: Path, sprung: Path):
    import skops.io

    skops.io.dump(Trap(sprung), tmp_path / "model.skops")
    with pytest.raises(ModelFileError, match="not trusted"):
        load_classifier(tmp_path / "model.skops")


def test_an_array_of_format_2_with_pickled_objects_is_not_opened(collection: Path, sprung: Path):
    place = collection / "runs" / "svm-k" / "old.zarr"
    place.mkdir()
    facts = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "order": "C",
        "compressor": None, "fill_value": None, "filters": [{"id": "pickle", "protocol": 5}],
    }  # fmt: skip
    (place / ".zarray").write_text(json.dumps(facts))
    (place / "0").write_bytes(pickle.dumps(np.array([Trap(sprung)], object)))
    run = RunStore(collection).get("svm", "k")
    assert run is not None
    with pytest.raises(RunError, match="not there"):
        run.read_array("old")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"codecs": [{"name": "numcodecs.pickle"}]}, "codec 'numcodecs.pickle'"),
        (
            {
                "codecs": [
                    {"name": "sharding_indexed", "configuration": {"codecs": [{"name": "x"}]}}
                ]
            },
            "codec 'x'",
        ),
        ({"data_type": "object"}, "'object', no numbers"),
        ({"data_type": {"name": "struct"}}, "no numbers"),
        ({"storage_transformers": [{"name": "x"}]}, "transformers"),
        ({"zarr_format": 2}, "format 2"),
    ],
)
def test_only_numbers_and_codecs_of_the_list_are_opened(collection: Path, change: dict, told: str):
    place = collection / "runs" / "svm-k" / "array.zarr" / "zarr.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | change))
    run = RunStore(collection).get("svm", "k")
    assert run is not None
    with pytest.raises(RunError, match=told):
        run.array("array")
    spectra = collection / "spectra.zarr" / "flux" / "zarr.json"
    spectra.write_text(json.dumps(json.loads(spectra.read_text()) | change))
    with pytest.raises(CollectionError, match=told):
        Collection.open(collection)


def test_what_we_write_is_on_the_list(collection: Path):
    assert only_known_codecs(collection / "spectra.zarr").name == "spectra.zarr"
    assert isinstance(zarr.open_group(collection / "spectra.zarr", mode="r"), zarr.Group)


@pytest.mark.parametrize("name", ["catalog.parquet", "spectra.zarr", "runs"])
def test_links_out_of_the_folder_are_not_followed(collection: Path, tmp_path: Path, name: str):
    (collection / name).rename(tmp_path / name)
    (collection / name).symlink_to(tmp_path / name)
    with pytest.raises(CollectionError, match=f"{name} is a link out of the collection"):
        Collection.open(collection)


def test_a_link_within_the_folder_and_one_to_the_folder_are(collection: Path, tmp_path: Path):
    (collection / "catalog.parquet").rename(collection / "table.parquet")
    (collection / "catalog.parquet").symlink_to("table.parquet")
    (tmp_path / "linked").symlink_to(collection)
    assert Collection.open(tmp_path / "linked").n_spectra == 3


def test_a_table_of_millions_of_repeats_in_a_few_bytes_is_not_read(collection: Path):
    file = collection / "catalog.parquet"
    one = pq.read_table(file).slice(0, 1)
    pq.write_table(one.take(pa.array(np.zeros(2_000_000, np.int32))), file)
    with pytest.raises(CollectionError, match=r"2,000,000 rows in [\d,]+ bytes: no table"):
        Collection.open(collection)


def test_no_module_of_ours_reads_a_pickle():
    for path in [*(ROOT / "core").rglob("*.py"), *(ROOT / "data").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        for name in ("import pickle", "torch.load(", "joblib", "allow_pickle=True", "cloudpickle"):
            assert name not in text, path


def test_pixels_that_would_fill_the_memory_are_told_by_their_file(collection: Path):
    facts = collection / "spectra.zarr" / "flux" / "zarr.json"
    said = json.loads(facts.read_text())
    said["chunk_grid"]["configuration"]["chunk_shape"] = said["shape"]
    said["codecs"] = [said["codecs"][0]["configuration"]["codecs"][0], {"name": "zstd"}]
    said["codecs"][1]["configuration"] = {"level": 0, "checksum": False}
    facts.write_text(json.dumps(said))
    bomb = Zstd().encode(np.zeros(100_000_000, np.uint8))
    (facts.parent / "c" / "0" / "0").write_bytes(bomb)
    opened = Collection.open(collection)
    for read in (opened.spectrum, opened.observed):
        with pytest.raises(CollectionError, match=r"spectra\.zarr .*480 bytes .*spexplain check"):
            read(1)
    (fault,) = check(collection)
    assert "rows 0–2 cannot be read (a piece would unpack to more than the 480 bytes" in fault.what

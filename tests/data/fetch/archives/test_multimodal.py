"""A data set on a hub on this machine: its list in pages, its files with their sums."""

import hashlib
import io
import json

import numpy as np
import pandas as pd
import pytest
from spexplain.data.fetch.archives.multimodal import multimodal_jobs
from spexplain.data.fetch.polite_client import NotCome
from spexplain.data.fetch.run import fetch
from spexplain.data.ingest.readers import read_all

NAME = "MultimodalUniverse/sdss"
TREE, FILES = f"/api/datasets/{NAME}/tree/main", f"/datasets/{NAME}/resolve/main"


def table(n: int) -> bytes:
    wave = np.arange(3600.0, 9800.0, 20.0)
    rows = [
        {"object_id": f"{n}-{row}", "Z": 0.1, "ZWARNING": False, "ra": 1.0, "dec": 2.0,
         "spectrum": {"flux": 2 + np.sin(wave / 100), "ivar": np.ones(wave.size), "lambda": wave,
                      "mask": np.zeros(wave.size, bool)}}
        for row in range(3)
    ]  # fmt: skip
    stream = io.BytesIO()
    pd.DataFrame(rows).to_parquet(stream)
    return stream.getvalue()


@pytest.fixture
def hub(archive):
    paths = ["data/train-0.parquet", "data/train-1.parquet", "data/test-0.parquet"]
    archive.files |= {f"{FILES}/{path}": table(n) for n, path in enumerate(paths)}
    listed = [{"type": "directory", "path": "data"}, {"type": "file", "path": "README.md"}]
    for path in paths:
        content = archive.files[f"{FILES}/{path}"]
        oid = hashlib.sha256(content).hexdigest()
        listed.append(
            {"type": "file", "path": path, "size": len(content), "lfs": {"oid": oid, "size": 1}}
        )

    def tree(query, body):
        if "cursor" in query:
            return listed[3:]
        following = f'<{archive.address}{TREE}?recursive=true&cursor=x>; rel="next"'
        return archive.says(200, json.dumps(listed[:3]).encode(), Link=following)

    archive.services[TREE] = tree
    return archive


def jobs(hub, client, *patterns, data_set=NAME, revision="main"):
    return multimodal_jobs(client, hub.address, data_set, revision, patterns, most_bytes=10**6)


def test_files_that_match_come_and_are_read(hub, client, tmp_path):
    found, others = jobs(hub, client, "data/train-*", "healpix=583")
    report = fetch(found, tmp_path, client, others=others)
    assert report.states == {"fetched": 2, "missing": 1}
    assert "none of the 3 files" in report.reasons["missing"][0][1]
    path = tmp_path / "spectra" / "MultimodalUniverse--sdss" / "data" / "train-0.parquet"
    assert [one.id for one in read_all(path)] == ["0-0", "0-1", "0-2"]
    everything, _ = jobs(hub, client, "*")
    assert len(everything) == 3
    assert len(jobs(hub, client, "data")[0]) == 3


def test_a_file_that_is_not_the_one_of_the_list_is_refused(hub, client, tmp_path):
    hub.files[f"{FILES}/data/train-0.parquet"] = table(7)
    hub.files[f"{FILES}/data/train-1.parquet"] += b"PAR1"
    found, _ = jobs(hub, client, "data/train-*")
    report = fetch(found, tmp_path, client)
    assert report.states == {"refused": 2}
    assert "SHA-256" in report.reasons["refused"][0][1]
    assert "the archive's list says" in report.reasons["refused"][1][1]


def test_a_list_that_leads_elsewhere_is_refused(hub, client):
    evil = {"type": "file", "path": "../../x.parquet", "size": 1}
    hub.services[TREE] = lambda query, body: [evil]
    found, others = jobs(hub, client, "*")
    assert not found
    assert others[0].state == "refused"
    hub.services[TREE] = lambda query, body: hub.says(
        200, b"[]", Link='<http://10.0.0.1/api>; rel="next"'
    )
    with pytest.raises(NotCome, match="another host"):
        jobs(hub, client, "*")
    hub.services[TREE] = lambda query, body: {"error": "gated"}
    with pytest.raises(NotCome, match="gated"):
        jobs(hub, client, "*")


@pytest.mark.parametrize(
    "wrong", [{"data_set": "sdss"}, {"data_set": "a/../b"}, {"revision": "a b"}]
)
def test_names_that_are_none_are_told(hub, client, wrong):
    with pytest.raises(ValueError, match=r"is not a data set|is not a revision"):
        jobs(hub, client, "*", **wrong)

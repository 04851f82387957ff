"""``spexplain fetch`` from the shell, against an archive on this machine."""

import importlib.util
import json
from pathlib import Path

import pytest
from spexplain.dashboard.cli import main

# The archive of the tests of what the command stands on.
_BESIDE = Path(__file__).parents[3] / "data" / "fetch" / "conftest.py"
_spec = importlib.util.spec_from_file_location("archive_of_tests", _BESIDE)
assert _spec is not None
assert _spec.loader is not None
_archive = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_archive)
archive, spec_file = _archive.archive, _archive.spec_file

SAS = "/sas/dr17/sdss/spectro/redux/26/spectra/lite/0266"


@pytest.fixture
def fetch(archive, capsys, monkeypatch, tmp_path):
    """fetch("sdss", …) → exit code, standard output, standard error."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("SPEXPLAIN_FETCH_SAS", f"{archive.address}/sas")
    monkeypatch.setenv("SPEXPLAIN_FETCH_SKYSERVER", archive.address)

    def run(*words: object) -> tuple[int, str, str]:
        code = 0
        try:
            main(["fetch", *map(str, words), "--out", str(tmp_path / "out")])
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def listed(archive, spec_file, tmp_path):
    for fiber in (1, 2):
        id = f"0266-51602-{fiber:04}"
        archive.files[f"{SAS}/spec-{id}.fits"] = spec_file(id)
    path = tmp_path / "list.txt"
    path.write_text("266-51602-1\n266 51602 2\n266-51602-3\nM 31\n")
    return path


def test_a_list_is_fetched_and_told(fetch, listed, tmp_path):
    code, out, _ = fetch("sdss", "--list", listed)
    assert code == 0
    assert "2 of 4 fetched" in out
    assert "1 missing" in out
    assert "M 31: neither plate" in out
    assert f"spexplain ingest {tmp_path / 'out' / 'spectra'} --out survey" in out
    code, out, _ = fetch("sdss", "--list", listed, "--json")
    said = json.loads(out)
    assert (said["had"], said["bytes"]) == (2, 0)


def test_a_dry_run_prints_addresses_and_asks_for_nothing(fetch, archive, listed, tmp_path):
    code, out, _ = fetch("sdss", "--list", listed, "--dry-run")
    assert code == 0
    assert f"{archive.address}{SAS}/spec-0266-51602-0001.fits" in out
    assert not archive.asked
    assert not (tmp_path / "out").exists()
    _, out, _ = fetch("sdss", "--list", listed, "--dry-run", "--json")
    states = [one["state"] for one in json.loads(out)["would_fetch"]]
    assert states == ["wanted"] * 3 + ["not understood"]


def test_a_cone_asks_the_query_service(fetch, archive, listed):
    row = {"plate": 266, "mjd": 51602, "fiberID": 1, "run2d": "26", "ra": 146.7, "dec": 0.5}
    sql = "/dr17/SkyServerWS/SearchTools/SqlSearch"
    archive.services[sql] = lambda query, body: [{"Rows": [row]}]
    _, out, _ = fetch("sdss", "--cone", "146.7,0.5,2'")
    assert "1 of 1 fetched" in out


def test_what_failed_is_told_by_the_exit_code(fetch, archive, listed):
    # An hour is longer than anybody waits.
    path = f"{SAS}/spec-0266-51602-0001.fits"
    archive.faults[path] = [archive.says(503, Retry_After="3600")]
    code, out, _ = fetch("sdss", "--list", listed)
    assert code == 1
    assert "asks to wait 3,600 s" in out
    code, _, _ = fetch("sdss", "--list", listed)
    assert code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sdss"], "one of --list FILE"),
        (["sdss", "--cone", "146.7,0.5,2"], "its unit"),
        (["sdss", "--cone", "here"], "is not a cone"),
        (["sdss", "--list", "none.txt"], "none.txt"),
        (["sdss", "--list", "none.txt", "--release", "dr7"], "dr8 to dr20"),
        (["sdss", "--list", "none.txt", "--base", "file:///etc"], "https://host/path"),
        (["sparcl", "--list", "a", "--cone", "b"], "one of --list FILE"),
        (["multimodal", "--cone", "146.7,0.5,2'"], "fetched whole"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(fetch, words, said):
    code, _, err = fetch(*words)
    assert code == 1
    assert said in err
    assert "Traceback" not in err

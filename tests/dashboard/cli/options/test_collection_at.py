"""A collection at an address is named like a folder, by every command that reads one."""

import subprocess
import sys

import fsspec
import pytest
from spexplain.dashboard.cli import main
from spexplain.dashboard.cli.commands import serve as serving
from spexplain.dashboard.notebook.opened import open as open_at_a_notebook
from spexplain.data.objects.publish import copy_to
from spexplain.data.objects.working_copies import working_copy


@pytest.fixture
def address(small_demo, tmp_path, monkeypatch):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "home"))
    copy_to(small_demo, "memory://at/survey")
    yield "memory://at/survey"
    fsspec.filesystem("memory").store.clear()


@pytest.fixture
def run(capsys):
    """run(*words) → exit code, what was printed, and what on standard error."""

    def run(*words):
        capsys.readouterr()
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as left:
            code = left.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_info_and_check_read_the_working_copy(address, small_demo, run):
    code, there, bar = run("info", address)
    assert not code
    assert "fetch" in bar
    _, here, _ = run("info", small_demo)
    assert there.splitlines()[0] == address
    assert there.splitlines()[1:] == here.splitlines()[1:]
    assert run("info", address)[2] == ""  # nothing travels twice, and no bar is drawn
    code, whole, _ = run("check", address)
    assert not code
    assert "is whole" in whole


def test_serving_says_whose_copy_it_is_and_that_tags_stay_here(address, run, monkeypatch):
    served = []
    monkeypatch.setattr(serving, "serve_page", lambda path, *_, **__: served.append(path))
    code, _, said = run("serve", address)
    assert not code
    assert served == [working_copy(address)]
    assert f"{address} is shown from its present copy in {served[0]}" in said
    assert "tags, notes and names of clusters stay there, on this machine" in said


@pytest.mark.parametrize(
    "words",
    [
        ("remove", "s3://bucket/survey", "an-id"),
        ("ingest", "files", "--out", "s3://bucket/survey"),
        ("ingest", "files", "--into", "s3://bucket/survey"),
        ("copy", "s3://bucket/survey", "s3://bucket/other"),
    ],
)
def test_what_changes_spectra_is_done_in_a_folder(run, words):
    code, _, said = run(*words)
    assert code == 1
    assert said.startswith("error s3://bucket/survey is an address: spectra are added and removed")
    assert said.count("\n") == 1


def test_what_is_wrong_with_an_address_is_a_line(run):
    code, _, said = run("info", "nosuch://bucket/survey")
    assert code == 1
    assert said.startswith("error nosuch://bucket/survey is not a known kind of address")
    assert said.count("\n") == 1


def test_nothing_of_s3_is_loaded_for_a_folder(small_demo):
    words = f"['info', {str(small_demo)!r}]"
    code = (
        "import sys\nfrom spexplain.dashboard.cli import main\n"
        f"try: main({words})\nexcept SystemExit: pass\n"
        "print(sorted({'s3fs', 'aiohttp', 'botocore'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_notebook_opens_it_too(address, small_demo):
    found = open_at_a_notebook(address)
    assert found.catalog.equals(open_at_a_notebook(small_demo).catalog)
    assert found.lenses

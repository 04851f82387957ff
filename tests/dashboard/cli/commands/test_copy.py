"""A collection is put at an address from the shell, and an address is freed."""

import json

import fsspec
import pytest
from spexplain.dashboard.cli import main
from spexplain.data.objects.one_writer import HELD


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """run(*words) → exit code, what was printed, and what on standard error."""
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "home"))

    def run(*words):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        printed = capsys.readouterr()
        return left.value.code, printed.out, printed.err

    yield run
    fsspec.filesystem("memory").store.clear()


def test_it_is_put_once(small_demo, run):
    code, out, _ = run("copy", small_demo, "memory://shell/survey")
    assert not code
    assert "files put at memory://shell/survey" in out
    assert "next: spexplain build memory://shell/survey" in out
    _, out, _ = run("copy", small_demo, "memory://shell/survey", "--json")
    assert json.loads(out)["n_files"] == 0


def test_who_holds_it_is_said_and_unlock_frees_it(small_demo, run):
    fs = fsspec.filesystem("memory")
    held = {"by": "anna on node1, process 7", "since": "2026-11-29 20:00 UTC", "token": "x"}
    fs.pipe_file(f"/shell/survey/{HELD}", json.dumps(held).encode())
    code, _, err = run("copy", small_demo, "memory://shell/survey")
    assert code == 1
    assert "since 2026-11-29 20:00 UTC, by anna on node1, process 7; if it no longer runs" in err
    assert not run("copy", small_demo, "memory://shell/survey", "--unlock")[0]
    assert not fs.exists(f"/shell/survey/{HELD}")


def test_a_folder_needs_no_unlocking(small_demo, run):
    code, _, err = run("build", small_demo, "--unlock")
    assert code == 1
    assert "--unlock is for addresses" in err

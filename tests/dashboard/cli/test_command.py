"""The command line as a user and as a program meet it."""

import errno
import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from spexplain.dashboard.cli import main
from spexplain.dashboard.cli.errors import USERS_ERRORS, users_errors
from spexplain.data.collection.collection import Collection
from spexplain.data.lenses.lenses import open_lenses

COMMAND = Path(sys.executable).parent / "spexplain"


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def spexplain(capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """spexplain("info", path, …) → exit code and what was printed, in this process."""
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> Done:
        code = 0
        try:
            main([str(word) for word in words])
        except SystemExit as left:
            code = left.code or 0
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="module")
def usable_id(small_demo: Path) -> str:
    collection = Collection.open(small_demo)
    lenses = open_lenses(collection).values()
    row = next(row for row in range(collection.n_spectra) if all(x.usable(row) for x in lenses))
    return collection.catalog["id"][row]


def test_info_as_json_names_the_stages(spexplain, small_demo: Path):
    done = spexplain("info", small_demo, "--json")
    said = json.loads(done.stdout)
    assert said["path"] == str(small_demo)
    assert said["n_spectra"] == Collection.open(small_demo).n_spectra
    assert said["n_rejected"] == 0
    assert {"prepare-p21", "svm", "vae", "score", "explain", "cluster"} <= set(said["stages"])


@pytest.mark.parametrize(
    "command",
    [
        ("info",),
        ("evaluate",),
        ("report", "--out", "page.html"),
        ("rejects",),
        ("check",),
        ("explain", "--id", "demo-000141"),
    ],
)
def test_exactly_one_collection_is_to_be_named(spexplain, small_demo: Path, command):
    for words in ((), (small_demo, "--demo")):
        done = spexplain(*command, *words)
        assert done.returncode == 1
        assert "--demo" in done.stderr


def test_a_report_is_a_page_and_no_other_kind_of_file(spexplain, small_demo: Path, tmp_path: Path):
    done = spexplain("report", small_demo, "--out", tmp_path / "report.pdf")
    assert done.returncode == 1
    assert "its name must end in .html" in done.stderr
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.parametrize("target", ["predicted", "log-odds(type 2)", "mse"])
def test_explain_as_json_is_complete_and_repeats(
    spexplain, small_demo: Path, usable_id: str, target: str
):
    words = ("explain", small_demo, "--id", usable_id, "--target", target, "--method", "lime")
    words += ("--segments", 30, "--samples", 400, "--factor", 0.8, "--seed", 5, "--json")
    first, again = (spexplain(*words) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    said = json.loads(first.stdout)
    assert said["id"] == usable_id
    if target != "mse":
        assert said["target"].startswith("log-odds(")
        shares = said["verdict"]["probabilities"]
        assert said["verdict"]["predicted"] == max(shares, key=shares.get)
        assert set(said["verdict"]) == {"true", "predicted", "votes", "probabilities", "set"}
    else:
        keys = {"score", "name", "rank", "of", "n_ranked", "like_sn"}
        assert set(said["verdict"]) == keys
    assert said["settings"]["factor"] == 0.8
    assert said["settings"]["seed"] == 5
    assert len(said["segments"]) == len(said["weights"]) == 30
    assert all(low < high for low, high in said["segments"])
    assert 0 <= said["r2"] <= 1
    assert isinstance(said["intercept"], float)


@pytest.mark.parametrize("target", ["type 2", "mse"])
def test_explain_says_which_reasons_another_exposure_would_show(
    spexplain, small_demo: Path, usable_id: str, target: str
):
    words = ("explain", small_demo, "--id", usable_id, "--target", target, "--segments", 30)
    words += ("--samples", 400, "--exposures", 6)
    said = spexplain(*words)
    assert said.returncode == 0, said.stderr
    assert "of the top 3 reasons would be seen again" in said.stdout
    told = json.loads(spexplain(*words, "--json").stdout)
    assert told["exposures"]["sentence"] in " ".join(said.stdout.split())
    assert told["exposures"]["n_drawn"] + told["exposures"]["n_refused"] == 6
    for name in ("masks", "noise"):
        assert len(told["intervals"][name]) == 30
        assert all(low <= high for low, high in told["intervals"][name])
    assert (told["exposures"]["beyond_noise"] is None) == (target != "mse")
    assert "exposures" not in json.loads(spexplain(*words[:-1], 0, "--json").stdout)


def test_explain_saves_a_figure(spexplain, small_demo: Path, usable_id: str, tmp_path: Path):
    figure = tmp_path / "why.png"
    done = spexplain(
        "explain", small_demo, "--id", usable_id, "--method", "saliency", "--png", figure,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert usable_id in done.stdout


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (("--id", "nobody"), "nobody"),
        (("--id", "ID", "--target", "quasar"), "quasar"),
        (("--id", "ID", "--samples", "1"), "1"),
        (("--id", "ID", "--factor", "nan"), "nan"),
    ],
)
def test_explain_quotes_what_is_wrong(
    spexplain, small_demo: Path, usable_id: str, words, quoted: str
):
    words = [usable_id if word == "ID" else word for word in words]
    done = spexplain("explain", small_demo, *words, "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert quoted in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["info", "build", "serve"])
def test_a_folder_that_is_no_collection_is_named(spexplain, tmp_path: Path, command: str):
    done = spexplain(command, tmp_path / "nothing")
    assert done.returncode == 1
    assert str(tmp_path / "nothing") in done.stderr
    assert "Traceback" not in done.stderr


def test_ingest_of_nothing_says_so(spexplain, tmp_path: Path):
    done = spexplain("ingest", tmp_path, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert f"no file of spectra in {tmp_path}" in done.stderr
    assert not (tmp_path / "out").exists()


def test_ingest_that_takes_no_spectrum_says_what_was_wrong_and_leaves_nothing(
    spexplain, tmp_path: Path
):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "broken.fits").write_bytes(b"SIMPLE  =")
    done = spexplain("ingest", tmp_path / "in", "--out", tmp_path / "out", "--json")
    assert done.returncode == 1
    assert "no spectrum could be taken from the file" in done.stderr
    assert "broken.fits: " in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("said", [["wave=1", "flux=2", "error=3"], ["wave=1,flux=2,error=3"]])
def test_columns_are_named_as_the_messages_say(spexplain, tmp_path: Path, said: list[str]):
    rows = np.stack([np.linspace(4e3, 9e3, 500), np.ones(500), np.ones(500)], axis=1)
    np.savetxt(tmp_path / "mine.txt", rows)
    to = ("--out", tmp_path / "c", "--jobs", 1, "--json")
    done = spexplain("ingest", tmp_path / "mine.txt", *to, "--column", *said)
    assert json.loads(done.stdout)["n_taken"] == 1


def test_errors_of_settings_name_the_option_as_it_is_typed(spexplain, small_demo, usable_id):
    said = spexplain("build", small_demo, "--score", "rms").stderr
    assert "error --score must be one of ('mse', " in " ".join(said.split())
    words = ("explain", small_demo, "--id", usable_id)
    assert "--segments must be at least 1" in spexplain(*words, "--segments", 0).stderr
    said = spexplain(*words, "--kernel-width", -1).stderr
    assert "--kernel-width must be above 0, or left out" in " ".join(said.split())


def test_rejects_are_listed_with_their_reasons(spexplain, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.fits").write_text("no fits [1]\n")
    good = Table({"wave": np.linspace(4e3, 9e3, 500), "flux": np.ones(500), "err": np.ones(500)})
    good.meta["Z"] = 0.1
    good.write(tmp_path / "in" / "good.fits")
    done = spexplain("ingest", tmp_path / "in", "--out", tmp_path / "c", "--jobs", 1)
    assert f"all of them: spexplain rejects {tmp_path / 'c'}" in done.stdout
    said = json.loads(spexplain("rejects", tmp_path / "c", "--json").stdout)
    (one,) = said["rejects"]
    assert one["file"].endswith("notes.fits")
    assert (one["id"], one["reason"]) == ("", "unknown format")
    again = spexplain("ingest", tmp_path / "in", "--out", tmp_path / "c")
    assert "already exists; --into adds to it" in " ".join(again.stderr.split())
    text = spexplain("rejects", tmp_path / "c").stdout
    assert f"{one['file']}  unknown format: {one['detail']}" in text


def test_a_file_that_cannot_be_written_is_named_without_numbers(
    spexplain, small_demo: Path, usable_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_from, to):
        raise OSError(errno.ENOSPC, "No space left on device", str(_from), None, str(to))

    monkeypatch.setattr("os.replace", full)
    words = ("explain", small_demo, "--id", usable_id, "--samples", 100, "--table")
    done = spexplain(*words, tmp_path / "why.csv")
    assert done.returncode == 1
    assert (
        done.stderr.partition(";")[0]
        == f"error cannot write {tmp_path / 'why.csv'}: No space left on device"
    )
    assert [*tmp_path.iterdir()] == []


def test_an_address_of_another_machine_is_an_error(spexplain, small_demo: Path):
    # 192.0.2.0/24 is for documentation (RFC 5737): no machine has such an address.
    words = ("serve", small_demo, "--no-browser", "--port", 22222, "--address", "192.0.2.1")
    assert "give --auth FILE" in spexplain(*words).stderr
    done = spexplain(*words, "--no-auth")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error cannot listen on 192.0.2.1, port 22222: ")


def test_a_port_that_is_taken_is_named_and_what_to_do(spexplain, small_demo: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = spexplain("serve", small_demo, "--no-browser", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"127.0.0.1, port {port}: Address already in use; port 0" in done.stderr


def test_build_refuses_an_unknown_stage(spexplain, small_demo: Path):
    done = spexplain("build", small_demo, "--only", "magic")
    assert done.returncode == 1
    assert "magic" in done.stderr


COMMANDS = ["demo", "ingest", "build", "serve", "explain", "scores", "info", "evaluate", "report"]


@pytest.mark.parametrize("command", [*COMMANDS, "download dust"])
def test_help_has_an_example(spexplain, command: str):
    done = spexplain(*command.split(), "--help")
    assert done.returncode == 0
    assert f"spexplain {command}" in done.stdout.partition("Example")[2]


def test_the_installed_command_answers_quickly_and_loads_no_model_library():
    code = "import sys, spexplain.dashboard.cli.command; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"torch", "sklearn", "panel"}.isdisjoint(done.stdout.split())
    done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert "ingest" in done.stdout


def test_dust_that_cannot_be_fetched_is_an_error_with_another_way(spexplain, tmp_path: Path):
    done = spexplain(
        "download", "dust", "--to", tmp_path / "dust", "--source", "http://127.0.0.1:9"
    )
    assert done.returncode == 1
    assert "by hand" in done.stderr
    assert "ebv" in done.stderr


def test_an_error_does_not_wait_for_what_builds_to_load(tmp_path: Path):
    code = (
        "import sys\nfrom spexplain.dashboard.cli import main\n"
        "try:\n    main(['download', 'dust', '--to', sys.argv[1], '--source', 'http://127.0.0.1:9'])\n"
        "except SystemExit as left:\n    print(left.code, *sys.modules)\n"
    )
    words = [sys.executable, "-c", code, tmp_path]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    status, *loaded = done.stdout.split()
    assert status == "1"
    assert {"torch", "sklearn", "panel"}.isdisjoint(loaded)
    assert done.stderr.count("\nerror ") == 1


def test_every_error_of_a_user_is_where_the_command_looks_for_it():
    for module, name in USERS_ERRORS.items():
        defined = import_module(f"spexplain.data.{module}")
        assert getattr(defined, name).__module__ == defined.__name__
        assert getattr(defined, name) in users_errors()


def test_explain_saves_all_there_is(spexplain, small_demo: Path, usable_id: str, tmp_path: Path):
    kept, table = tmp_path / "kept.fits", tmp_path / "kept.csv"
    words = ("explain", small_demo, "--id", usable_id, "--samples", "300")
    done = spexplain(*words, "--save", kept, "--table", table, "--code")
    assert done.returncode == 0
    assert str(kept) in done.stdout  # the lines begin from the file
    assert kept.read_bytes().startswith(b"SIMPLE")
    assert "weight_low" in table.read_text(encoding="utf-8").splitlines()[0]


def test_scores_say_what_leads_them(spexplain, small_demo: Path):
    said = json.loads(spexplain("scores", small_demo, "--top", 20, "--json").stdout)
    assert said["top"] == 20
    assert said["shared"]["mse"]["mse"] == 1
    assert set(said["made_of"]["mse"]) == {"line cores", "line wings", "spikes", "continuum"}
    assert said["made_of"]["filtered-mse"]["line cores"] == 0
    printed = spexplain("scores", small_demo, "--top", 20).stdout
    whose = "the model is this collection's own, learned on"
    assert whose in " ".join(printed.split())
    assert whose in said["model"]
    flat = " ".join(printed.split())
    assert (
        "95 % intervals of such shares: 3–30 % where it is 10 %, 30–70 % where it is 50 %" in flat
    )
    assert "Filtered, trimmed χ²" in printed
    assert "share of the pixels" in printed
    assert spexplain("scores", small_demo / "nothing").returncode == 1


def test_every_command_is_listed(spexplain):
    lines = spexplain("--help").stdout.splitlines()
    listed = [words[1] for line in lines if len(words := line.split()) > 2 and words[0] == "│"]
    assert [word for word in listed if word in COMMANDS] == COMMANDS


def test_ctrl_c_while_the_command_is_loaded_is_no_traceback():
    code = (
        "import builtins\nfrom spexplain.dashboard.cli import main\nusual = builtins.__import__\n"
        "def interrupted(name, *words):\n"
        "    if name == 'typer':\n        raise KeyboardInterrupt\n"
        "    return usual(name, *words)\n"
        "builtins.__import__ = interrupted\nmain(['--help'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped\n")


def test_the_version_is_that_of_the_installed_package(spexplain) -> None:
    done = spexplain("--version")
    assert (done.returncode, done.stdout) == (0, f"spexplain {version('spexplain')}\n")


def test_the_package_is_a_command_from_any_folder(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "spexplain", "--version"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"spexplain {version('spexplain')}\n"


def test_help_says_how_to_have_commands_completed(spexplain) -> None:
    assert "--install-completion" in spexplain("--help").stdout

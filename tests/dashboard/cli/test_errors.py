"""Whatever is broken, a command ends in words that name the file, and never in a traceback."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from spexplain.core.models.svm.training import SvmSettings
from spexplain.core.planes.tsne import EmbedSettings
from spexplain.dashboard.cli import command as module
from spexplain.dashboard.cli import main
from spexplain.data.build import all_stages
from spexplain.data.build.agn_study import AgnStudy, PlaneChoice
from spexplain.data.build.all_stages import BuildSettings
from spexplain.data.collection.collection import Collection
from spexplain.data.study import evaluation


def cut(path: Path) -> None:
    rest = path.read_bytes()[: path.stat().st_size // 2]
    path.unlink()
    path.write_bytes(rest)


def garbage(path: Path) -> None:
    path.unlink()
    path.write_bytes(b'{"a": [1, 2]}' * 40)


def gone(path: Path) -> None:
    path.unlink()


@pytest.fixture(scope="module")
def parts(small_demo: Path) -> dict[str, list[str]]:
    """One file of every kind in a built collection, by kind."""
    found: dict[str, list[str]] = {}
    for path in sorted(small_demo.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            place = path.relative_to(small_demo)
            stage = place.parts[1].rpartition("-")[0] if place.parts[0] == "runs" else ""
            kind = f"{stage}:{path.suffix or 'piece'}"
            found.setdefault(kind, []).append(str(place))
    return found


def commands(path: Path, tmp_path: Path, id: str) -> dict[str, list[str]]:
    out = str(tmp_path / "out")
    return {
        "info": ["info", str(path)],
        "scores": ["scores", str(path), "--top", "3"],
        "rejects": ["rejects", str(path)],
        "explain": ["explain", str(path), "--id", id, "--samples", "64", "--segments", "9"],
        "why strange": ["explain", str(path), "--id", id, "--target", "mse", "--samples", "64"],
        "report": ["report", str(path), "--out", out + ".html"],
        "check": ["check", str(path)],
    }


@pytest.fixture
def short_study(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report of the study's every part, with one plane and one machine where it has several."""
    plane = EmbedSettings(perplexity=30, early=20, iterations=30)
    study = AgnStudy(
        machines=(("three", SvmSettings()), ("two", SvmSettings(c=0.4))),
        sigmas=(0.1, 1.0), noise_repeats=2, time_repeats=1,
        planes=tuple(
            PlaneChoice(f"agn-{name}-30", f"t-SNE, {name}", plane, name.partition("-")[0])
            for name in ("three-raw", "three-standardised", "two-raw", "two-standardised")
        ),
    )  # fmt: skip

    def settings_as_built(collection: Collection) -> BuildSettings:
        return dataclasses.replace(all_stages_as_built(collection), study=study)

    all_stages_as_built = all_stages.settings_as_built
    for where in (all_stages, evaluation):
        monkeypatch.setattr(where, "settings_as_built", settings_as_built)


KINDS = [
    *(":.parquet", ":.json", ":piece", "svm:.skops", "svm:.json", "svm:.parquet"),
    *("vae:.safetensors", "vae:.json", "score:.parquet", "embed-p21:piece", "cluster:.parquet"),
]


# One of each format; and those whose loss a report, which takes longest, is written through.
FORMATS = (":.parquet", ":.json", "svm:.skops", "vae:.safetensors", "embed-p21:piece")
REPORTED = (":.json", "svm:.json", "score:.parquet")


@pytest.mark.usefixtures("short_study")
@pytest.mark.parametrize(
    ("kind", "harm"),
    [(kind, garbage) for kind in KINDS]
    + [(kind, harm) for kind in FORMATS for harm in (cut, gone)],
)
def test_no_command_shows_a_traceback_of_a_broken_collection(
    small_demo: Path,
    parts: dict[str, list[str]],
    kind: str,
    harm: Callable[[Path], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path / "home"))
    broken = tmp_path / "survey"
    shutil.copytree(small_demo, broken, copy_function=os.link)
    for name in parts.get(kind, []):
        harm(broken / name)
    asked = commands(broken, tmp_path, "demo-000001")
    if harm is not garbage or kind not in REPORTED:
        del asked["report"]
    for words in asked.values():
        code: object = 0
        try:
            main(words)
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out, words
        assert code in (0, 1, None), words
        if code == 1 and words[0] != "check":
            # What it did before may stand above.
            assert "\nerror " in f"\n{said.err}", words
            assert "a bug" not in said.err, (words, said.err)


def test_what_nobody_has_thought_of_is_told_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def fails(_: object) -> None:
        raise LookupError("of a kind that nobody has thought of")

    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path))
    monkeypatch.setattr(module, "app", fails)
    with pytest.raises(SystemExit) as ended:
        main(["info"])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("error LookupError: of a kind that nobody has thought of.")
    assert str(tmp_path / "last-error.txt") in said
    assert "Traceback" in (tmp_path / "last-error.txt").read_text()

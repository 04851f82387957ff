"""Options of the build command become settings, and a build follows them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from spexplain.dashboard.cli import main
from spexplain.dashboard.cli.options.anomaly_options import with_anomaly_options
from spexplain.data.build.all_stages import BuildSettings
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.explained_anomalies import open_reasons

USUAL = BuildSettings()


def test_without_options_nothing_changes() -> None:
    assert with_anomaly_options(USUAL) == USUAL
    nothing = dict.fromkeys(("k", "dust", "explain_score", "weight_sign", "model_per_bin"))
    assert with_anomaly_options(USUAL, loss=None, **nothing) == USUAL


def test_options_replace_what_they_name_alone() -> None:
    found = with_anomaly_options(
        USUAL, dust="none", explain_score="filtered-chi2", top_percent=3.0, model_per_bin=True, k=4
    )
    assert (found.dust, found.explain_score, found.top_percent) == ("none", "filtered-chi2", 3.0)
    assert (found.model_per_bin, found.k, found.sn_bins) == (True, 4, USUAL.sn_bins)
    assert found.explain == USUAL.explain


def test_one_loss_is_set_and_several_are_searched() -> None:
    one = with_anomaly_options(USUAL, loss=["0.25,12"])
    assert (one.vae.alpha, one.vae.lam, one.vae_search) == (0.25, 12.0, ())
    several = with_anomaly_options(USUAL, loss=["0,8.6", "0.5, 10"])
    assert several.vae_search == ((0.0, 8.6), (0.5, 10.0))
    assert several.vae == USUAL.vae


def test_a_perturbation_brings_its_usual_factor_unless_another_is_given() -> None:
    paper = with_anomaly_options(USUAL, perturbation="scale").explain
    assert (paper.perturbation, paper.factor) == ("scale", 0.9)
    mean = with_anomaly_options(USUAL, perturbation="mean").explain
    assert (mean.perturbation, mean.factor) == ("mean", 1.0)
    more = with_anomaly_options(USUAL, perturbation="scale", factor=1.2).explain
    assert (more.perturbation, more.factor) == ("scale", 1.2)
    assert with_anomaly_options(USUAL, factor=0.8).explain.perturbation == "scale"


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        (("--loss", "0"), "'0'"),
        (("--loss", "a,b"), "'a,b'"),
        (("--score", "median"), "'median'"),
        (("--top", "0"), "--top 0.0"),
    ],
)
def test_what_is_no_choice_is_quoted(
    small_demo: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], quoted: str
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["build", str(small_demo), *words])
    said = capsys.readouterr().err
    assert left.value.code == 1
    assert quoted in said
    assert "Traceback" not in said


def test_the_command_builds_as_told(
    small_demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shutil.copytree(small_demo, tmp_path / "own")
    words = ["--only", "explain", "--models", str(small_demo), "--score", "filtered-mse"]
    with pytest.raises(SystemExit) as left:
        main(["build", str(path), *words, "--perturbation", "scale", "--json"])
    assert left.value.code in (0, None)
    assert "explain" in json.loads(capsys.readouterr().out)["built"]
    settings = RunStore(path).find("explain").facts("settings")
    assert (settings["score"], settings["perturbation"]) == ("filtered-mse", "scale")
    assert settings["factor"] == 0.9


def test_signs_may_be_dropped_from_the_shell(
    small_demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shutil.copytree(small_demo, tmp_path / "own")
    words = ["--only", "cluster", "--models", str(small_demo), "--weight-sign", "drop"]
    with pytest.raises(SystemExit):
        main(["build", str(path), *words, "--clusters", "3", "--top", "20"])
    capsys.readouterr()
    reasons = open_reasons(Collection.open(path))
    assert (reasons.k, reasons.weight_sign) == (3, "drop")
    assert (reasons.unit >= 0).all()

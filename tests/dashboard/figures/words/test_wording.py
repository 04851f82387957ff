"""The sentences say what the engine computed, with its signs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, Explanation, explain
from spexplain.core.targets import CallableTarget
from spexplain.dashboard.figures.words.wording import (
    chosen_text,
    flux_label,
    meaning,
    overlap_note,
    score_text,
    state_line,
    usual_text,
    with_command,
)


def explained(method: str, target: str = "log p(type 1)", sign: float = 1.0) -> Explanation:
    x = np.linspace(1.0, 2.0, 40)
    model = CallableTarget(lambda spectra: sign * spectra[:, :10].sum(axis=1), target)
    settings = ExplainSettings(method=method, n_segments=4, n_samples=300, factor=0.5)
    return explain(x, model, settings)


@pytest.mark.parametrize("method", ["lime", "saliency", "occlusion", "shapley"])
def test_blue_is_what_raises_for_every_method(method: str) -> None:
    """A model that sums the first quarter: that quarter raises it, by presence and by flux."""
    up, down = explained(method), explained(method, sign=-1.0)
    assert up.weight_of_pixel[:10].min() > 0
    assert down.weight_of_pixel[:10].max() < 0
    assert meaning(up).sentence.startswith("Blue:")
    assert "raises log p of type 1" in meaning(up).sentence


def test_saliency_speaks_of_flux_and_the_others_of_segments() -> None:
    assert "more flux" in meaning(explained("saliency")).sentence
    assert "of the flux of the segment" in meaning(explained("lime")).sentence
    assert meaning(explained("saliency")).axis.startswith("∂")
    assert meaning(explained("occlusion")).axis.startswith("Δ")


def test_where_the_flux_is_negative_the_sentence_says_what_ten_per_cent_are() -> None:
    x = np.repeat([1.0, -1.0, 1.0, 1.0], 10)
    model = CallableTarget(lambda spectra: spectra.sum(axis=1), "mse")
    found = explain(x, model, ExplainSettings(n_segments=4, n_samples=300))
    said = meaning(found).sentence
    assert "In 1 of 4 segments the flux is negative: there +10 % is of its size, upwards." in said
    assert "negative" not in meaning(explained("lime")).sentence


def test_a_score_is_called_a_score() -> None:
    assert meaning(explained("lime", "mse")).raises == "raises the score"
    assert meaning(explained("lime", "mse")).axis == "Δ score"
    assert [meaning(explained("lime", of)).value for of in ("mse", "log p(type 1)")] == [
        "score",
        "log p",
    ]


def test_each_scale_says_what_to_know_of_it() -> None:
    paper = meaning(explained("saliency", "log-odds(type 1)")).sentence
    assert "raises the log-odds of type 1" in paper
    assert "of log p, is this one times 1 − p, here < 0.001" in paper
    assert "Peruzzi" not in meaning(explained("lime", "log-odds(type 1)")).sentence
    assert "saturates near p = 1" in meaning(explained("lime", "p(type 1)")).sentence
    won = meaning(explained("lime", "margin(type 1)")).sentence
    lost = meaning(explained("lime", "margin(type 1)", sign=-1.0)).sentence
    assert won.endswith("not the probabilities. The votes go to this type.")
    assert lost.endswith("Here it is negative: the votes go to another type.")


def test_the_state_line_of_lime_has_fidelity_samples_time_and_seed() -> None:
    line = state_line(explained("lime"), 41.3)
    assert line.startswith("R² ")
    assert line.endswith(" · 300 of 300 samples · 41 ms · seed 0")
    assert " · 1.0 s · " in state_line(explained("lime"), 1022.0)  # no longer than a short time


@pytest.mark.parametrize(
    ("score", "text"), [(4.67, "4.670"), (0.507, "0.5070"), (1234.4, "1234"), (1e-5, "1.000e-05")]
)
def test_scores_of_a_column_have_as_many_digits(score: float, text: str) -> None:
    assert score_text(score) == text


def test_the_state_line_of_the_others_says_how_much_was_looked_at() -> None:
    assert state_line(explained("saliency"), 12.0) == "Saliency · 40 pixels, each alone · 12 ms"
    assert state_line(explained("occlusion"), 3.6) == "Occlusion · 4 segments, each alone · 4 ms"


def test_the_state_line_of_shapley_values_says_what_they_sum_to() -> None:
    assert state_line(explained("shapley"), 3.6) == (
        "shares sum to 5.58 · 300 of 300 samples · 4 ms · seed 0"
    )


@pytest.mark.parametrize("method", ["lime", "shapley"])
def test_the_state_line_says_exact_or_why_not(method: str) -> None:
    found = explained(method)
    exact = state_line(replace(found, n_samples=0, sample_values=None), 3.6)
    assert exact.endswith(" · exact, no samples · 4 ms")
    why = "the nearest rival of a may change from b to c within the neighbourhood"
    assert state_line(replace(found, sampled=why), 3.6).endswith(f"seed 0 · sampled, since {why}")


@pytest.mark.parametrize("lens", ["agn", "anomaly", "another"])
def test_counts_are_never_called_flux(lens: str) -> None:
    assert "flux" in flux_label(lens)
    assert "flux" in flux_label(lens, "1e-17 erg/s/cm2/Å")
    assert "flux" not in flux_label(lens, "counts")
    assert "counts" in flux_label(lens, "counts")


def test_a_margin_is_called_one_and_of_which_type() -> None:
    found = meaning(explained("occlusion", "margin(type 1)"))
    assert found.raises == "raises the margin of type 1"
    assert (found.axis, found.value) == ("Δ margin", "margin")
    assert "raises the margin of type 1. Orange" in found.sentence


def test_a_decision_says_between_which_types_and_where_its_vote_goes() -> None:
    won = meaning(explained("lime", "type 2 against intermediate"))
    lost = meaning(explained("lime", "type 2 against intermediate", sign=-1.0))
    assert won.raises == "raises type 2 against intermediate"
    assert "raises the decision for type 2 against intermediate" in won.sentence
    assert won.value == "decision"
    assert won.sentence.endswith("its vote here goes to type 2.")
    assert lost.sentence.endswith("its vote here goes to intermediate.")


@pytest.mark.parametrize(
    ("target", "chosen"),
    [
        ("mse", ""),
        ("filtered-mse", "filter 500 km/s"),
        ("trimmed-chi2", "10 % trimmed"),
        ("filtered-trimmed-mse", "filter 500 km/s, 10 % trimmed"),
        ("margin(type 1)", ""),
    ],
)
def test_a_score_that_is_not_the_ranked_one_says_how_it_was_asked_for(
    target: str, chosen: str
) -> None:
    assert chosen_text(target, {"width_kms": 500.0, "trimmed": 0.1}) == chosen
    assert chosen_text(target, {"width_kms": 250.0, "trimmed": 0.03}) == ""
    assert chosen_text(target, {}) == ""
    assert usual_text("filtered-trimmed-mse") == "filter 250 km/s, 3 % trimmed"


def test_shares_beside_shares_in_per_cent_are_in_per_cent() -> None:
    assert overlap_note(0.23, 100, 500) == " (95 % interval 16–32 %)"
    # Of so many as there are, all scores list all of them.
    assert overlap_note(1.0, 5, 5) == " (they are all there are: no list can differ)"


def test_an_option_stands_with_its_command_where_there_is_no_shell() -> None:
    said = "name them wave and flux, or say --column wave=… flux=…"
    assert with_command(said).endswith("or say spexplain ingest --column wave=… flux=…")
    assert with_command(with_command(said)) == with_command(said)
    assert with_command("z = 2.1 > 0.8") == "z = 2.1 > 0.8"

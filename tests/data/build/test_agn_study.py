"""The planes and machines of the AGN paper, and which spectra are numbered."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from spexplain.core.models.noise_robustness import NOISE_SIGMAS
from spexplain.data.build.agn_study import TASKS, AgnStudy, plane_choices, task_rows
from spexplain.data.collection.trained.trained_models import probability_column
from spexplain.data.study.examples import numbered_examples
from spexplain.data.study.published_p21 import BEST, NOISE_F

KINDS = ("type 1", "type 2", "intermediate")


def test_there_is_a_plane_for_each_perplexity_scaling_and_task():
    found = plane_choices((5.0, 30.0))
    assert len(found) == 2 * 2 * len(TASKS)
    assert len({choice.name for choice in found}) == len(found)
    assert len({choice.title for choice in found}) == len(found)
    for choice in found:
        assert f"perplexity {choice.settings.perplexity:g}" in choice.title
        assert ("standardised" in choice.title) == choice.settings.standardise
        assert ("all types" in choice.title) == (choice.task == "three")
        assert choice.name.startswith(f"agn-{choice.task}-")


def test_the_papers_planes_are_six_perplexities():
    perplexities = {choice.settings.perplexity for choice in AgnStudy().planes}
    assert perplexities == {5, 10, 20, 30, 50, 100}
    assert "agn-three-raw-50" in {choice.name for choice in AgnStudy().planes}


def test_the_machines_are_the_papers_best_ones():
    machines = AgnStudy().machines
    assert {(task, one.kernel) for task, one in machines} == {
        (task, kernel) for task, kernels in BEST.items() for kernel in kernels
    }
    for task, one in machines:
        c, gamma, _ = BEST[task][one.kernel]
        assert (one.c, one.gamma) == (c, gamma)


def test_the_noise_is_the_papers():
    assert AgnStudy().sigmas == NOISE_SIGMAS
    assert {float(sigma) for sigma in NOISE_F["mean"]} <= set(NOISE_SIGMAS)


def test_a_study_can_be_written_down():
    study = AgnStudy()
    machines = json.loads(json.dumps(study.machine_params()))
    assert machines[0][0] == "three"
    assert machines[0][1]["kernel"] == "linear"
    planes = json.loads(json.dumps(study.plane_params()))
    assert [one["name"] for one in planes] == [choice.name for choice in study.planes]
    assert all(one["settings"]["perplexity"] > 0 for one in planes)


@given(st.lists(st.sampled_from(["", "LINER", *KINDS]), max_size=30))
def test_tasks_pick_labels_in_order(labels):
    array = np.array(labels, dtype="<U12")
    three, two = task_rows(array, "three"), task_rows(array, "two")
    assert [labels[at] for at in three] == [label for label in labels if label]
    assert [labels[at] for at in two] == [label for label in labels if label in KINDS[:2]]
    assert set(two) <= set(three)


@st.composite
def said(draw) -> pd.DataFrame:
    """What a classifier said of up to 40 spectra."""
    n = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = rng.dirichlet(np.ones(len(KINDS)), n).round(3)
    table = pd.DataFrame({"row": rng.permutation(1000)[:n], "true": rng.choice(KINDS, n)})
    table["predicted"] = np.array(KINDS)[shares.argmax(axis=1)]
    for at, kind in enumerate(KINDS):
        table[probability_column(kind)] = shares[:, at]
    table["log_odds"] = logit(np.minimum(shares.max(axis=1), 0.9999))
    return table


@settings(max_examples=30)
@given(said(), st.integers(1, 8))
def test_numbered_spectra_are_wrong_ones_then_right_ones_as_many_as_there_are(table, each):
    chosen = numbered_examples(table, each=each)
    right = table["true"] == table["predicted"]
    assert chosen["number"].tolist() == list(range(1, len(chosen) + 1))
    assert chosen["correct"].tolist() == sorted(chosen["correct"])
    assert (~chosen["correct"]).sum() == min(each, (~right).sum())
    assert chosen["correct"].sum() == min(each, right.sum())
    assert chosen["row"].is_unique
    known = table.set_index("row")
    for one in chosen.to_dict("records"):
        same = known.loc[one["row"]]
        assert one["correct"] == (same["true"] == same["predicted"])
        assert one["confidence"] == same[probability_column(same["predicted"])]


@settings(max_examples=30)
@given(said())
def test_no_kind_of_mistake_is_left_out_while_another_comes_twice(table):
    wrong = table[table["true"] != table["predicted"]]
    kinds = set(zip(wrong["true"], wrong["predicted"], strict=True))
    chosen = numbered_examples(table, each=max(len(kinds), 1))
    shown = chosen[~chosen["correct"]]
    assert set(zip(shown["true"], shown["predicted"], strict=True)) == kinds
    for kind, group in wrong.groupby(["true", "predicted"]):
        best = group[probability_column(kind[1])].max()
        mine = shown[(shown["true"] == kind[0]) & (shown["predicted"] == kind[1])]
        assert mine["confidence"].tolist() == [best]


@settings(max_examples=30)
@given(said(), st.randoms(use_true_random=False))
def test_which_are_numbered_does_not_hang_on_the_order_of_the_table(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order].reset_index(drop=True)
    one, other = numbered_examples(table), numbered_examples(shuffled)
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("right", [True, False])
def test_with_only_one_kind_there_are_only_its_numbers(right):
    called = ["type 2" if right else "type 1"] * 3
    table = pd.DataFrame({"row": [5, 6, 7], "true": ["type 2"] * 3, "predicted": called})
    for kind in KINDS:
        table[probability_column(kind)] = [0.2, 0.5, 0.3]
    table["log_odds"] = logit([0.2, 0.5, 0.3])
    chosen = numbered_examples(table)
    assert chosen["row"].tolist() == [6, 7, 5]
    assert chosen["correct"].tolist() == [right] * 3

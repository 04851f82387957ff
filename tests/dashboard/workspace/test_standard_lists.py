"""Where to look in a survey that has no types: at what the classifier is least sure of."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.session.visitor import Visitor
from spexplain.dashboard.workspace import standard_lists
from spexplain.dashboard.workspace.standard_lists import (
    can_be_checked,
    least_sure,
    misclassified,
    selected_rows,
)
from spexplain.dashboard.workspace.workspace import Workspace

KINDS = ("type 1", "type 2", "intermediate")


class Classifier:
    def __init__(self, shares: np.ndarray) -> None:
        named = {f"p_{kind.replace(' ', '_')}": shares[:, k] for k, kind in enumerate(KINDS)}
        said = np.array(KINDS, object)[np.nan_to_num(shares).argmax(axis=1)]
        most = np.clip(np.nan_to_num(shares).max(axis=1), 1e-9, 1 - 1e-9)
        log_odds = np.log(most / (1 - most))
        self.columns = pd.DataFrame({"predicted": said, "log_odds": log_odds, **named})


def catalog(n: int) -> pd.DataFrame:
    ids = [f"s{row}" for row in range(n)]
    return pd.DataFrame({"id": ids, "label": "", "z": 0.1, "sn_median": 9.0})


@given(st.lists(st.sampled_from([0.0, 1.0, 2.0, np.nan, -np.inf]), max_size=30), st.integers(1, 9))
def test_the_lowest_are_those_of_a_whole_sort_without_sorting_all(
    values: list[float], limit: int
) -> None:
    numbers = np.array(values, np.float64)
    whole = np.argsort(numbers, kind="stable")
    wanted = whole[np.isfinite(numbers[whole])][:limit]
    assert standard_lists._lowest(numbers, limit).tolist() == wanted.tolist()


@given(st.integers(1, 40), st.integers(0, 999))
def test_the_two_likeliest_types_come_nearest_first(n: int, seed: int) -> None:
    shares = np.random.default_rng(seed).dirichlet(np.ones(3), n)
    found = least_sure(catalog(n), Classifier(shares)).table
    assert sorted(found["row"]) == list(range(n))
    ordered = np.sort(shares[found["row"]], axis=1)
    np.testing.assert_array_equal(found["confidence"], ordered[:, -1])
    np.testing.assert_array_equal(found["p_next"], ordered[:, -2])
    assert (np.diff(found["confidence"] - found["p_next"]) >= 0).all()
    assert (found["next"] != found["predicted"]).all()


def test_the_surest_mistake_comes_first_though_probabilities_of_one_tie() -> None:
    said = Classifier(np.array([[1.0, 0, 0], [1.0, 0, 0], [0.9, 0.1, 0], [1.0, 0, 0]]))
    said.columns["log_odds"] = [38.0, 41.0, 2.2, 40.0]
    wrong = catalog(4).assign(label="type 2")
    assert misclassified(wrong, said).table["row"].tolist() == [1, 3, 0, 2]


def test_a_spectrum_without_probabilities_is_not_in_it_and_the_list_is_as_long_as_asked() -> None:
    shares = np.array([[0.6, 0.3, 0.1], [np.nan] * 3, [0.4, 0.39, 0.21], [0.9, 0.1, 0.0]])
    found = least_sure(catalog(4), Classifier(shares), limit=2).table
    assert found["row"].tolist() == [2, 0]
    assert found["next"].tolist() == ["type 2", "type 2"]
    assert len(least_sure(catalog(4), Classifier(shares)).table) == 3


def test_without_a_classifier_or_its_probabilities_the_list_says_so() -> None:
    assert "No classifier" in least_sure(catalog(1), None).empty
    silent = Classifier(np.full((2, 3), 1 / 3))
    silent.columns = silent.columns[["predicted"]]
    assert "no probabilities" in least_sure(catalog(2), silent).empty


def test_only_types_the_classifier_was_taught_can_check_it(workspace: Workspace) -> None:
    lens = workspace.lenses["agn"]
    assert can_be_checked(workspace.catalog, lens)
    for unknown in ("", "LINER"):
        assert not can_be_checked(workspace.catalog.assign(label=unknown), lens)
    assert not can_be_checked(workspace.catalog, None)


@pytest.mark.parametrize(("label", "tab"), [("type 1", "misclassified"), ("", "unsure")])
def test_the_lens_opens_with_a_list_there_is_something_in(
    workspace: Workspace, pool: ThreadPoolExecutor, label: str, tab: str
) -> None:
    collection = dataclasses.replace(
        workspace.collection, catalog=workspace.catalog.assign(label=label)
    )
    space = Workspace(collection, workspace.lenses, workspace.planes)
    session = Visitor(space, pool, lambda callback: callback())
    assert session.view.tab == tab
    assert len(session.listing.table) > 0
    session.view.lens = "anomaly"
    assert session.view.tab == "anomalous"
    session.view.lens = "agn"
    assert session.view.tab == tab
    session.step(1)
    assert session.outcome.open_spectrum.row == session.listing.table["row"].iloc[0]
    session.close()


def test_an_unlabelled_survey_is_told_where_to_look() -> None:
    listing = misclassified(catalog(3), Classifier(np.full((3, 3), 1 / 3)))
    assert "Least sure" in listing.empty


def test_what_is_selected_is_listed_with_what_the_models_say(workspace: Workspace) -> None:
    rows = np.array([3, 42, 299])  # the AGN lens lacks the last
    found = selected_rows(workspace.catalog, workspace.lenses, rows)
    said = workspace.lenses["agn"].columns
    assert [column.key for column in found.columns] == [
        "id", "label", "predicted", "confidence", "z", "sn_median", "score",
    ]  # fmt: skip
    assert found.table["row"].tolist() == rows.tolist()
    assert found.table["predicted"].tolist() == [said["predicted"][3], said["predicted"][42], ""]
    assert found.table["confidence"].tolist()[:2] == [0.8, 0.8]
    assert np.isnan(found.table["confidence"].iat[2])
    score = workspace.lenses["anomaly"].columns["score"]
    assert found.table["score"].tolist() == score.iloc[rows].tolist()
    assert found.step(42, 1) == 299
    assert selected_rows(workspace.catalog, {}, rows).table["id"].iat[1] == "sim-00042"
    nothing = selected_rows(workspace.catalog, workspace.lenses, None)
    assert nothing.table.empty
    assert nothing.empty.startswith("Nothing is selected")
    assert selected_rows(workspace.catalog, workspace.lenses, rows[:0]).table.empty

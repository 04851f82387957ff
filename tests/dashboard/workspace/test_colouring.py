"""Every row gets the colour its label, prediction or score calls for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.workspace.colouring import (
    Categories,
    Values,
    colour_groups,
    colour_titles,
    colouring,
)
from spexplain.dashboard.workspace.workspace import Workspace


def coloured(workspace: Workspace, name: str) -> Categories | Values:
    return colouring(name, workspace.catalog, workspace.lenses)


def test_types_come_in_the_papers_order_with_the_unlabelled_last(workspace: Workspace) -> None:
    found = coloured(workspace, "type")
    assert found.names == ("type 1", "type 2", "intermediate", "unlabelled")
    assert found.quiet == 3
    truth = workspace.catalog["label"].replace("", "unlabelled")
    assert [found.label(row) for row in range(50)] == truth.head(50).tolist()


def test_counts_are_of_the_rows_asked_for(workspace: Workspace) -> None:
    found, rows = coloured(workspace, "type"), np.arange(100)
    expected = workspace.catalog["label"].head(100).replace("", "unlabelled").value_counts()
    assert dict(zip(found.names, found.counts(rows), strict=True)) == expected.to_dict()


def test_rows_outside_a_lens_are_not_classified(workspace: Workspace) -> None:
    found = coloured(workspace, "predicted")
    assert found.label(299) == "not classified"
    assert found.label(5) == workspace.lenses["agn"].columns["predicted"].loc[5]


def test_correct_or_not_knows_no_truth(workspace: Workspace) -> None:
    found, label = coloured(workspace, "correct"), workspace.catalog["label"]
    said = workspace.lenses["agn"].columns["predicted"]
    for row in range(100):
        truth = "correct" if said[row] == label[row] else "wrong"
        assert found.label(row) == (truth if label[row] else "unlabelled")


def test_scores_are_logarithmic_and_their_ends_percentiles(workspace: Workspace) -> None:
    found = coloured(workspace, "score")
    score = workspace.lenses["anomaly"].columns["score"].to_numpy()
    assert found.logarithmic
    assert found.title == "Score: MSE"
    np.testing.assert_allclose(found.values, np.log10(score))
    assert (score < 10**found.low).mean() == pytest.approx(0.01, abs=0.01)
    assert (score > 10**found.high).mean() == pytest.approx(0.005, abs=0.005)
    assert float(found.label(3)) == pytest.approx(score[3], rel=5e-3)


def test_clusters_are_counted_up_and_the_rest_is_quiet(workspace: Workspace) -> None:
    found = coloured(workspace, "cluster")
    assert found.names[-1] == "not clustered"
    assert found.names[0] == "cluster 0"


def test_cluster_ten_follows_cluster_nine() -> None:
    catalog = pd.DataFrame({"label": [""] * 12})

    class Lens:
        columns = pd.DataFrame({"cluster": np.arange(12.0)})

    found = colouring("cluster", catalog, {"anomaly": Lens()})
    assert found.names == tuple(f"cluster {k}" for k in range(12))
    assert found.quiet is None


def test_only_what_exists_is_offered(workspace: Workspace) -> None:
    everything = colour_titles(workspace.catalog, workspace.lenses)
    assert list(everything)[:5] == ["type", "predicted", "correct", "score", "cluster"]
    assert "score" not in colour_titles(workspace.catalog, {"agn": workspace.lenses["agn"]})
    assert list(colour_titles(pd.DataFrame({"label": [], "id": []}), {})) == ["type"]
    unlabelled = workspace.catalog.assign(label="")
    assert next(iter(colour_titles(workspace.catalog, workspace.lenses))) == "type"
    assert next(iter(colour_titles(unlabelled, workspace.lenses))) == "predicted"


def test_a_column_without_numbers_still_has_ends() -> None:
    found = colouring("z", pd.DataFrame({"z": [np.nan, np.nan]}), {})
    assert (found.low, found.high) == (0.0, 1.0)
    assert found.label(0) == "none"


class OneLens:
    """A lens with columns alone."""

    name = "agn"

    def __init__(self, **columns: Any) -> None:
        self.columns = pd.DataFrame(columns)


CATALOG = pd.DataFrame(
    {
        "id": [f"a{k}" for k in range(40)],
        "label": "type 1",
        "ra": np.linspace(0, 359, 40),
        "field": [f"field {k % 20}" for k in range(40)],
        "flag": np.arange(40) % 3,
        "plate": np.arange(40) + 300,
        "width_kms": 10.0 ** np.linspace(0, 6, 40),
        "seen": np.arange(40) % 2 == 0,
    }
)


def test_every_column_of_catalogue_and_results_colours_but_those_of_one_value_a_row() -> None:
    lenses: Any = {"agn": OneLens(votes=["x"] * 40, log_odds=np.arange(40.0))}
    titles = colour_titles(CATALOG, lenses)
    assert [*titles] == [
        "type", "ra", "field", "flag", "plate", "width_kms", "seen", "votes", "log_odds",
    ]  # fmt: skip
    groups = colour_groups(CATALOG, titles)
    assert (groups["type"], groups["plate"]) == ("", "All of the catalogue")
    assert groups["log_odds"] == "All results"
    for name in titles:
        assert colouring(name, CATALOG, lenses).title == titles[name]


def test_numbers_are_told_from_kinds_and_logarithms_are_taken_where_they_help() -> None:
    def made(name: str) -> Any:
        return colouring(name, CATALOG, {})

    assert made("flag").names == ("0", "1", "2")
    assert made("seen").names == ("False", "True")
    assert not made("plate").logarithmic
    assert made("plate").label(7) == "307"
    assert made("width_kms").logarithmic
    assert made("width_kms").label(0) == "1 km/s"
    assert (made("ra").unit, made("ra").logarithmic) == ("°", False)
    with pytest.raises(KeyError):
        made("nothing")


def test_of_many_kinds_the_most_frequent_are_named() -> None:
    often = np.repeat([f"field {k}" for k in range(30)], np.arange(1, 31))
    found = colouring("field", pd.DataFrame({"field": [*often, ""]}), {})
    assert isinstance(found, Categories)
    assert found.names == (*(f"field {k}" for k in range(16, 30)), "other", "none")
    assert found.label(0) == "other"
    assert found.label(len(often) - 1) == "field 29"
    assert found.counts(np.arange(len(often) + 1)).sum() == len(often) + 1


def test_the_wrong_ones_are_drawn_above(workspace: Workspace) -> None:
    found = coloured(workspace, "correct")
    assert isinstance(found, Categories)
    assert found.loud == found.names.index("wrong")
    assert coloured(workspace, "type").loud is None  # pyright: ignore[reportAttributeAccessIssue]


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(np.nan), min_size=1, max_size=60),
    st.integers(0, 2**32 - 1),
)
def test_the_ends_hold_to_what_is_seen(values: list[float], seed: int) -> None:
    catalog = pd.DataFrame({"x": values})
    found = colouring("x", catalog, {})
    assert isinstance(found, Values)
    rows = np.flatnonzero(np.random.default_rng(seed).random(len(values)) < 0.5)
    low, high = found.span(rows)
    seen = found.values[rows][np.isfinite(found.values[rows])]
    if len(np.unique(seen)) > 1:
        assert seen.min() <= low < high <= seen.max()
    else:
        assert (low, high) == (found.low, found.high)

"""The lists hold what they say, in the order they say."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pandas as pd
from spexplain.dashboard.workspace.listing import Column, Listing
from spexplain.dashboard.workspace.standard_lists import misclassified, most_anomalous
from spexplain.dashboard.workspace.workspace import Workspace


def test_the_misclassified_are_exactly_those_whose_label_differs(workspace: Workspace) -> None:
    lens, label = workspace.lenses["agn"], workspace.catalog["label"]
    said = lens.columns["predicted"]
    expected = {row for row in said.index if label[row] and said[row] != label[row]}
    found = misclassified(workspace.catalog, lens).table
    assert set(found["row"]) == expected
    assert (found["true"].to_numpy() == label[found["row"]].to_numpy()).all()
    assert (found["predicted"].to_numpy() == said[found["row"]].to_numpy()).all()


def test_their_probabilities_are_those_of_the_two_types(workspace: Workspace) -> None:
    found = misclassified(workspace.catalog, workspace.lenses["agn"]).table
    assert (found["confidence"] == 0.8).all()
    assert (found["p_true"] == 0.1).all()


def test_each_says_whether_the_classifier_was_fitted_on_it(workspace: Workspace) -> None:
    lens = workspace.lenses["agn"]
    parts = np.where(lens.columns.index % 2 == 0, "train", "test")
    split = dataclasses.replace(lens, columns=lens.columns.assign(split=parts))
    found = misclassified(workspace.catalog, split)
    assert found.columns[-1].title == "Part"
    assert found.table["split"].tolist() == ["test" if r % 2 else "train" for r in found.table.row]
    for unsaid in (lens, dataclasses.replace(lens, columns=lens.columns.assign(split=""))):
        assert "Part" not in {c.title for c in misclassified(workspace.catalog, unsaid).columns}


def test_a_label_the_classifier_was_not_taught_is_not_an_error_of_its(
    workspace: Workspace,
) -> None:
    catalog = workspace.catalog.assign(label="LINER")
    found = misclassified(catalog, workspace.lenses["agn"])
    assert found.table.empty
    assert "--labels" in found.empty


def test_the_most_anomalous_fall_in_score(workspace: Workspace) -> None:
    lens = workspace.lenses["anomaly"]
    found = most_anomalous(workspace.catalog, lens, limit=20).table
    assert found["rank"].tolist() == list(range(1, 21))
    best = lens.columns["score"].sort_values(ascending=False).head(20)
    assert found["row"].tolist() == best.index.tolist()
    assert found["score"].tolist() == best.tolist()


def test_unscored_spectra_are_not_ranked(workspace: Workspace) -> None:
    class Lens:
        columns = pd.DataFrame({"score": [np.nan, 2.0, np.nan, 5.0]})

    assert most_anomalous(workspace.catalog, Lens()).table["row"].tolist() == [3, 1]


def test_without_a_model_the_list_says_so(workspace: Workspace) -> None:
    for listing in (
        misclassified(workspace.catalog, None),
        most_anomalous(workspace.catalog, None),
    ):
        assert listing.table.empty
        assert "built" in listing.empty
        assert listing.step(None, 1) is None


def test_sorting_by_any_column_both_ways(workspace: Workspace) -> None:
    listing = misclassified(workspace.catalog, workspace.lenses["agn"])
    for column in listing.columns:
        up = listing.sorted(column.key).table[column.key].tolist()
        down = listing.sorted(f"-{column.key}").table[column.key].tolist()
        assert up == sorted(up)
        assert down == sorted(down, reverse=True)
    assert listing.sorted("taste") is listing


def test_stepping_from_outside_begins_at_the_top(workspace: Workspace) -> None:
    listing = misclassified(workspace.catalog, workspace.lenses["agn"])
    rows = listing.table["row"].tolist()
    assert listing.step(None, 1) == rows[0]
    assert listing.step(-5, 1) == rows[0]
    assert listing.step(rows[3], -1) == rows[2]
    assert listing.step(rows[-1], 1) == rows[-1]


def test_no_text_of_a_csv_is_a_formula() -> None:
    table = pd.DataFrame({"row": [1, 2], "id": ["=1+1", "-12:30:01"], "z": [-0.1, 0.2]})
    assert Listing(table, (), "").csv() == "row,id,z\n1,'=1+1,-0.1\n2,-12:30:01,0.2\n"


def test_csv_holds_the_whole_list(workspace: Workspace) -> None:
    listing = most_anomalous(workspace.catalog, workspace.lenses["anomaly"])
    again = pd.read_csv(io.StringIO(listing.csv()), keep_default_na=False)
    assert again["id"].tolist() == listing.table["id"].tolist()
    np.testing.assert_allclose(again["mse"], listing.table["score"])  # it says which score


def test_counts_are_whole_numbers_in_a_file_though_some_are_missing() -> None:
    table = pd.DataFrame({"row": [1, 2], "cluster": [3.0, np.nan]})
    listing = Listing(table, (Column("cluster", "Cluster", "count"),), "")
    assert listing.csv() == "row,cluster\n1,3\n2,\n"


def test_tags_are_a_column_to_hold_the_list_to(workspace: Workspace) -> None:
    whole = workspace.listing("misclassified")
    first, second, third = whole.table["id"].iloc[:3]
    tags = {first: 3, third: 0, "not-in-the-list": 3}
    tagged = whole.tagged(tags)
    assert len(tagged.table) == len(whole.table)
    assert tagged.table["tag"].iloc[:3].tolist() == ["3", "", "0"]
    assert tagged.columns[-1].title == "Tag"
    assert whole.tagged(tags, "any").table["id"].tolist() == [first, third]
    assert whole.tagged(tags, "3").table["id"].tolist() == [first]
    assert "tag 7" in whole.tagged(tags, "7").empty
    assert second not in whole.tagged(tags, "any").csv()
    assert whole.tagged({}) is whole

"""Lists and colours for any catalog: nothing lost, nothing added, each said by its name."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix
from spexplain.dashboard.session.browsing.confusion import classified
from spexplain.dashboard.workspace.colouring import Categories, Values, colouring
from spexplain.dashboard.workspace.standard_lists import misclassified, most_anomalous

KINDS = ("type 1", "type 2", "intermediate")
quick = settings(max_examples=15)


@dataclass
class Seen:
    """A catalog of N spectra and two lenses that take some of them."""

    catalog: pd.DataFrame
    agn: Any
    anomaly: Any


@st.composite
def seen(draw: Any) -> Seen:
    n = draw(st.integers(4, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    catalog = pd.DataFrame({"id": [f"o{row}" for row in range(n)]})
    catalog["label"] = rng.choice([*KINDS, "", "LINER"], n)
    catalog["z"] = rng.uniform(0.01, 0.5, n)
    catalog["sn_median"] = np.where(rng.random(n) < 0.2, np.nan, rng.uniform(2, 40, n))
    taken = np.sort(rng.choice(n, draw(st.integers(1, n)), replace=False))
    shares = rng.dirichlet(np.ones(3), len(taken))
    columns = pd.DataFrame(
        {f"p_{kind.replace(' ', '_')}": shares[:, at] for at, kind in enumerate(KINDS)},
        index=taken,
    )
    columns["predicted"] = np.array(KINDS)[shares.argmax(axis=1)]
    columns["log_odds"] = np.log(shares.max(axis=1) / (1 - shares.max(axis=1)))
    columns["split"] = rng.choice(["train", "test", ""], len(taken))
    agn = SimpleNamespace(columns=columns, rows=taken, targets=("predicted", *KINDS))
    score = np.where(rng.random(len(taken)) < 0.1, np.nan, rng.lognormal(-4, 1, len(taken)))
    scored = pd.DataFrame({"score": score}, index=taken)
    scored["cluster"] = np.where(rng.random(len(taken)) < 0.5, rng.integers(0, 4), np.nan)
    return Seen(catalog, agn, SimpleNamespace(columns=scored, rows=taken, targets=("mse",)))


@quick
@given(seen())
def test_the_misclassified_are_the_mistakes_and_carry_their_own_probabilities(one: Seen) -> None:
    said, label = one.agn.columns, one.catalog["label"]
    table = misclassified(one.catalog, one.agn).table
    expected = {row for row in said.index if label[row] in KINDS} - {
        row for row in said.index if said["predicted"][row] == label[row]
    }
    assert set(table["row"]) == expected
    assert table["row"].is_unique
    assert (np.diff(table["confidence"]) <= 0).all()
    for item in table.to_dict("records"):
        mine = said.loc[item["row"]]
        assert item["id"] == f"o{item['row']}"
        assert item["confidence"] == mine[f"p_{item['predicted'].replace(' ', '_')}"]
        assert item["p_true"] == mine[f"p_{item['true'].replace(' ', '_')}"]
        assert item["p_true"] <= item["confidence"]


@quick
@given(seen(), st.integers(1, 80))
def test_the_most_anomalous_are_the_highest_of_those_that_have_a_score(
    one: Seen, limit: int
) -> None:
    table = most_anomalous(one.catalog, one.anomaly, limit=limit).table
    scores = one.anomaly.columns["score"].dropna().sort_values(ascending=False)
    assert table["score"].tolist() == scores.head(limit).tolist()
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert one.anomaly.columns["score"][table["row"]].tolist() == table["score"].tolist()


@quick
@given(seen(), st.sampled_from(["z", "sn_median", "confidence", "id"]), st.booleans())
def test_another_order_is_the_same_list(one: Seen, key: str, falling: bool) -> None:
    listing = misclassified(one.catalog, one.agn)
    other = listing.sorted(f"-{key}" if falling else key)
    assert sorted(other.table["row"]) == sorted(listing.table["row"])
    known = other.table[key].dropna().tolist()
    assert known == sorted(known, reverse=falling)
    # What is not known comes last, whichever way.
    blank = other.table[key].isna().tolist()
    assert blank == sorted(blank)


@quick
@given(seen(), st.lists(st.integers(-70, 70), max_size=8))
def test_steps_never_leave_the_list(one: Seen, steps: list[int]) -> None:
    listing = most_anomalous(one.catalog, one.anomaly)
    rows, row = listing.table["row"].tolist(), None
    for by in steps:
        before = row
        row = listing.step(row, by)
        if not rows:
            assert row is None
            continue
        if before is None:
            assert row == rows[0]
        else:
            at = min(max(rows.index(before) + by, 0), len(rows) - 1)
            assert row == rows[at]


@quick
@given(seen())
def test_csv_is_read_back_as_the_list_with_full_precision(one: Seen) -> None:
    listing = most_anomalous(one.catalog, one.anomaly)
    again = list(csv.DictReader(io.StringIO(listing.csv())))
    assert [line["id"] for line in again] == listing.table["id"].tolist()
    assert [float(line["mse"]) for line in again] == listing.table["score"].tolist()
    if not again:
        return
    assert {column.saved or column.key for column in listing.columns} <= set(again[0])


@quick
@given(seen(), st.sampled_from(["type", "predicted", "cluster"]))
def test_categories_count_every_row_once_and_say_what_is_not_known(one: Seen, name: str) -> None:
    lenses: Any = {"agn": one.agn, "anomaly": one.anomaly}
    found = colouring(name, one.catalog, lenses)
    assert isinstance(found, Categories)
    rows = np.arange(len(one.catalog))
    assert found.counts(rows).sum() == len(rows)
    assert len(set(found.names)) == len(found.names)
    words = {"type": "unlabelled", "predicted": "not classified", "cluster": "not clustered"}
    for row in rows:
        if name == "type":
            known = one.catalog["label"][row]
        elif name == "predicted":
            known = one.agn.columns["predicted"].get(row, "")
        else:
            number = one.anomaly.columns["cluster"].get(row, np.nan)
            known = "" if np.isnan(number) else f"cluster {number:.0f}"
        assert found.label(row) == (known or words[name])
    if found.quiet is not None:
        assert found.names[found.quiet] == words[name]


@quick
@given(seen(), st.sampled_from(["z", "sn_median", "score"]))
def test_numbers_keep_their_order_and_their_blanks(one: Seen, name: str) -> None:
    found = colouring(name, one.catalog, {"anomaly": one.anomaly})
    assert isinstance(found, Values)
    column = one.anomaly.columns["score"] if name == "score" else one.catalog[name]
    plain = column.reindex(one.catalog.index).to_numpy(np.float64)
    np.testing.assert_array_equal(np.isnan(found.values), np.isnan(plain))
    known = ~np.isnan(plain)
    assert (np.argsort(found.values[known]) == np.argsort(plain[known])).all()
    assert found.low <= found.high
    for row in range(len(plain)):
        expected = f"{plain[row]:.3g}" if known[row] else "none"
        if name != "score" or not known[row]:
            assert found.label(row) == expected
        else:
            assert float(found.label(row)) == pytest.approx(plain[row], rel=6e-3)


@quick
@given(seen(), st.sampled_from(["test", "all"]))
def test_the_judged_are_counted_as_scikit_learn_counts_them(one: Seen, part: str) -> None:
    table = classified(one.catalog, one.agn, part)
    said = one.agn.columns
    inside = one.catalog["label"][said.index].isin(KINDS)
    if part == "test":
        inside &= said["split"] == "test"
    assert table["row"].tolist() == said.index[inside].tolist()
    counted = pd.crosstab(
        pd.Categorical(table["true"], KINDS), pd.Categorical(table["predicted"], KINDS),
        dropna=False,
    ).to_numpy()  # fmt: skip
    if len(table):
        truth = one.catalog["label"][said.index[inside]]
        plain = confusion_matrix(truth, said["predicted"][inside], labels=KINDS)
        np.testing.assert_array_equal(counted, plain)
        shares = table[[f"p_{kind.replace(' ', '_')}" for kind in KINDS]].to_numpy()
        np.testing.assert_allclose(shares.sum(axis=1), 1)
        likeliest = shares.max(axis=1)
        np.testing.assert_allclose(table["log_odds"], np.log(likeliest / (1 - likeliest)))
    assert (table["correct"] == (table["true"] == table["predicted"])).all()

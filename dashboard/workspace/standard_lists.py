"""Standard lists: misclassified, least certain, most anomalous."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pandas.api.extensions import take

from ...core.models.anomaly import SCORE_TITLES
from ...data.collection import probability_column
from ...data.lenses import Lens
from .colouring import as_numbers
from .listing import Column, Listing

__all__ = [
    "can_be_checked",
    "least_sure",
    "misclassified",
    "most_anomalous",
    "outside_domain",
    "selected_rows",
]


def misclassified(catalog: pd.DataFrame, lens: Lens | None) -> Listing:
    """Spectra whose predicted type is not their label, the most confident errors first."""
    columns = _columns("id", "true", "predicted", "confidence", "p_true", *_ABOUT)
    classified = _classified(lens)
    if classified is None:
        return _nothing(columns, _NO_CLASSIFIER)
    rows, known = classified.index.to_numpy(), _can_be_checked(catalog, classified)
    labels, predicted = catalog["label"].iloc[rows].array, classified["predicted"].array
    wrong = np.flatnonzero(known & np.asarray(labels != predicted, bool))
    wrong_rows = classified.iloc[wrong]
    truth, called = labels[wrong].to_numpy(object), predicted[wrong].to_numpy(object)
    table = pd.DataFrame({"row": rows[wrong], "true": truth, "predicted": called})
    table["confidence"] = _probability(wrong_rows, called)
    table["p_true"] = _probability(wrong_rows, truth)
    if "split" in wrong_rows and (parts := wrong_rows["split"].fillna("").to_numpy(str)).any():
        table["split"] = parts
        columns += _columns("split")
    # By log-odds: probabilities near 1 differ only in late digits.
    order = np.argsort(-as_numbers(wrong_rows["log_odds"]), kind="stable")
    table = _described(table, catalog).iloc[order]
    text = (
        "Every labelled spectrum is classified as its label says." if known.any() else _UNLABELLED
    )
    return Listing(table.reset_index(drop=True), columns, text)


def can_be_checked(catalog: pd.DataFrame, lens: Lens | None) -> bool:
    """Whether any spectrum has a type that the classifier may get right or wrong."""
    classified = _classified(lens)
    return classified is not None and bool(_can_be_checked(catalog, classified).any())


def least_sure(catalog: pd.DataFrame, lens: Lens | None, *, limit: int = 1000) -> Listing:
    """Spectra whose two likeliest types are closest in probability, closest first.

    It needs no labels, and so suits a survey that has none.
    """
    columns = _columns("id", "predicted", "confidence", "next", "p_next", "label", *_ABOUT)
    classified = _classified(lens)
    if classified is None:
        return _nothing(columns, _NO_CLASSIFIER)
    kinds = np.array(
        [kind for kind in _classes(classified) if probability_column(kind) in classified]
    )
    if len(kinds) < 2:
        return _nothing(columns, "The classifier gives no probabilities.")
    # Numbers of the classes, not their names: a survey's would be as many objects.
    codes, called = pd.factorize(classified["predicted"])
    places = [np.flatnonzero(kinds == kind) for kind in called]
    numbers = np.array([*(at[0] if at.size else -1 for at in places), -1], np.int16)[codes]
    own, beside = np.full(len(numbers), np.nan), np.full(len(numbers), -np.inf)
    second = np.zeros(len(numbers), np.int16)
    for at, kind in enumerate(kinds):
        share, predicted = as_numbers(classified[probability_column(kind)]), numbers == at
        own[predicted] = share[predicted]
        more = ~predicted & (share > beside)
        beside[more], second[more] = share[more], at
    order = _lowest(own - beside, limit)
    table = pd.DataFrame(
        {
            "row": classified.index.to_numpy()[order],
            "predicted": classified["predicted"].iloc[order].to_numpy(object),
            "confidence": own[order],
            "next": kinds[second[order]],
            "p_next": beside[order],
        }
    )
    return Listing(_described(table, catalog), columns, "No spectrum here can be classified.")


def most_anomalous(
    catalog: pd.DataFrame, lens: Lens | None, *, score: str = "score", limit: int = 1000
) -> Listing:
    """The spectra with the highest values in a column of the lens, highest first."""
    name = "mse" if score == "score" else score
    columns = (
        *_columns("rank", "id"),
        Column("score", SCORE_TITLES.get(name, "Score"), "number", saved=name),
        *_columns("cluster", "label", *_ABOUT),
    )
    if lens is None or score not in lens.columns:
        return _nothing(columns, "No anomaly score has been built here.")
    scores = as_numbers(lens.columns[score])
    top = _lowest(-scores, limit)
    rows = lens.columns.index.to_numpy()[top]
    table = pd.DataFrame({"row": rows, "rank": np.arange(1, len(top) + 1), "score": scores[top]})
    if "cluster" in lens.columns:
        table["cluster"] = as_numbers(lens.columns["cluster"])[top]
    columns = tuple(c for c in columns if c.key != "cluster" or "cluster" in table)
    return Listing(_described(table, catalog), columns, "No spectrum here can be scored.")


def outside_domain(catalog: pd.DataFrame, lens: Lens | None, *, limit: int = 100_000) -> Listing:
    """Spectra unlike what the lens's model learned on, the farthest first, with why."""
    columns = _columns("id", "why", "distance", "of_kind", "predicted", "label", *_ABOUT)
    domain = None if lens is None else lens.domain
    if lens is None or domain is None:
        return _nothing(columns, _NO_DOMAIN)
    at = np.flatnonzero(domain.table["outside"].to_numpy(bool))
    farthest = at[np.argsort(-_how_far(domain.table, at), kind="stable")[:limit]]
    outside = domain.table[[*_SAID]].iloc[farthest]
    table = pd.DataFrame(
        {"row": outside.index.to_numpy(), **{c: outside[c].to_numpy() for c in _SAID}}
    )
    if "predicted" in lens.columns:
        table["predicted"] = lens.columns["predicted"].reindex(outside.index).to_numpy()
    columns = tuple(c for c in columns if c.key != "predicted" or "predicted" in table)
    table, empty = _described(table, catalog), "Every spectrum lies inside the domain."
    return Listing(table, columns, empty, of=len(at))


def selected_rows(
    catalog: pd.DataFrame, lenses: Mapping[str, Lens], rows: np.ndarray | None
) -> Listing:
    """The selected rows, in the order of the collection; None without a selection."""
    agn, anomaly = lenses.get("agn"), lenses.get("anomaly")
    columns = _columns("id", "label", *_ABOUT)
    if rows is None:
        return _nothing(columns, _NOTHING_SELECTED)
    # Not converted: a filter may select hundreds of thousands.
    table = catalog[["id", "label", *_ABOUT]].iloc[rows].reset_index(drop=True)
    table.insert(0, "row", rows)
    classified = _classified(agn)
    if classified is not None:
        shares = [name for name in classified if name.startswith("p_")]
        selected = _of_rows(classified, ["predicted", *shares], rows)
        table["predicted"] = selected.fillna({"predicted": ""})["predicted"]
        # The predicted type has the largest probability.
        most = [as_numbers(selected[name]) for name in shares]
        table["confidence"] = np.max(most, axis=0) if shares else np.nan
        columns = _columns("id", "label", "predicted", "confidence", *_ABOUT)
    if anomaly is not None and "score" in anomaly.columns:
        table["score"] = as_numbers(_of_rows(anomaly.columns, ["score"], rows)["score"])
        columns += (Column("score", SCORE_TITLES["mse"], "number", saved="mse"),)
    return Listing(table, columns, "No spectrum is selected.")


def _of_rows(table: pd.DataFrame, names: list[str], rows: np.ndarray) -> pd.DataFrame:
    """Some columns for these rows, missing where the table (with ascending rows) lacks them.

    Like ``reindex``, which builds a hash table of all rows at each call.
    """
    index = table.index.to_numpy()
    at = np.searchsorted(index, rows)
    there = at < len(index)
    there[there] = index[at[there]] == rows[there]
    at = np.where(there, at, -1)
    return pd.DataFrame({name: take(table[name].values, at, allow_fill=True) for name in names})


def _lowest(values: np.ndarray, limit: int) -> np.ndarray:
    """Positions of the lowest of (n,) numbers, in ascending order; equal ones by position.

    Does not sort them all, and leaves out those that are not finite.
    """
    finite = np.flatnonzero(np.isfinite(values))
    if len(finite) > limit:
        last = np.partition(values[finite], limit - 1)[limit - 1]
        finite = finite[values[finite] <= last]
    return finite[np.argsort(values[finite], kind="stable")][:limit]


def _how_far(table: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """Rows outside by distance first, then the others by decreasing unlikeness."""
    far, of_kind = (as_numbers(table[name].iloc[at]) for name in ("distance", "of_kind"))
    return np.where(far > 1, far, -1 / (1 + np.maximum(-of_kind, 0)))


_SAID = ("why", "distance", "of_kind")
_NOTHING_SELECTED = (
    "Nothing is selected: a box, a lasso or a filter such as z < 0.1 & sn_median > 20 makes a list."
)
_NO_DOMAIN = (
    "What this model learned on has not been described yet: spexplain build does, with the models "
    "built again where they are lent."
)
_NO_CLASSIFIER = (
    "No classifier has been built for this collection, or only by an earlier version: spexplain "
    "build makes one."
)
_UNLABELLED = (
    "No spectrum here has a type to compare with: see Least sure. Types come in with a file of "
    "labels: spexplain ingest … --labels FILE"
)
_COLUMNS = (
    Column("rank", "Rank", "count"),
    Column("id", "Spectrum", "text"),
    Column("true", "True", "type"),
    Column("predicted", "Predicted", "type"),
    Column("confidence", "p(predicted)", "share", about="Probability of the type predicted"),
    Column("p_true", "p(true)", "share", about="Probability of the type that it is labelled as"),
    Column("next", "Next", "type", about="The second likeliest type"),
    Column("p_next", "p(next)", "share", about="Probability of the second likeliest type"),
    Column("cluster", "Cluster", "count", about="Of explanations, as in the tab Clusters"),
    Column("label", "Type", "type", about="As labelled; – where there is no label"),
    Column("why", "Why outside", "words", about="Compared with what the model learned on"),
    Column(
        "distance",
        "Distance",
        "ratio",
        about="How unlike anything the model learned on; outside above 1",
    ),
    Column(
        "of_kind",
        "Of the kind",
        "ratio",
        about="Log-odds of being of the kind the model learned on rather than of the rest of its "
        "survey, less those at the border; outside below 0",
    ),
    Column("z", "z", "redshift", about="Redshift"),
    Column("sn_median", "S/N", "ratio", about="Median signal-to-noise ratio a pixel"),
    Column("split", "Part", "text", about="Of the sample: training, validation, or test"),
)
_ABOUT = ("z", "sn_median")


def _columns(*keys: str) -> tuple[Column, ...]:
    known = {column.key: column for column in _COLUMNS}
    return tuple(known[key] for key in keys)


def _described(table: pd.DataFrame, catalog: pd.DataFrame) -> pd.DataFrame:
    """The table with columns of the catalogue for its rows."""
    about = catalog[["id", "label", "z", "sn_median"]].iloc[table["row"].to_numpy()]
    return table.assign(**{name: about[name].to_numpy() for name in about})


def _nothing(columns: tuple[Column, ...], why: str) -> Listing:
    table = pd.DataFrame({"row": [], **{column.key: [] for column in columns}})
    return Listing(table, columns, why)


def _classified(lens: Lens | None) -> pd.DataFrame | None:
    """The classifier's predictions for all usable spectra; None without a classifier."""
    return None if lens is None or "predicted" not in lens.columns else lens.columns


def _can_be_checked(catalog: pd.DataFrame, classified: pd.DataFrame) -> np.ndarray:
    """Which classified spectra have a label that is a class of the classifier.

    Others cannot be classified rightly or wrongly.
    """
    return (
        catalog["label"].iloc[classified.index.to_numpy()].isin(_classes(classified)).to_numpy(bool)
    )


def _classes(classified: pd.DataFrame) -> list[str]:
    """The classes of the classifier."""
    named = [name[2:].replace("_", " ") for name in classified.columns if name.startswith("p_")]
    return sorted({*classified["predicted"].dropna().unique(), *named})


def _probability(table: pd.DataFrame, kinds: np.ndarray) -> np.ndarray:
    """The probability of each row's own type."""
    out = np.full(len(table), np.nan)
    for kind in np.unique(kinds.astype(str)):
        name = probability_column(kind)
        if name in table:
            of_kind = kinds == kind
            out[of_kind] = as_numbers(table[name])[of_kind]
    return out

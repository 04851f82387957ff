"""P21's lens: active galaxies by their type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import permutations
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ...core.models import LEVELS
from ..collection import (
    Collection,
    Run,
    RunStore,
    TypeCertainty,
    load_type_classifier,
    probability_column,
)
from .built_lens import OF_KIND, BuiltLens, Verdict, domain_run, input_of

if TYPE_CHECKING:
    from ...core.targets import Classifier, CoupledSvm, Scale, Target

__all__ = ["AgnLens"]

# Targets of the predicted type, the first in log-odds; a type's name alone means its log-odds.
_PREDICTED = "predicted"
_MARGIN = "margin"
_DECISION = "decision"
_SCALES: dict[str, Scale] = {
    "log-odds": "log-odds",
    "log p": "log p",
    "p": "probability",
    "probability": "probability",
}
_SPELLED = re.compile(r"(?P<what>log-odds|log p|p|probability|margin)\((?P<label>.+)\)")
_AGAINST = " against "


class AgnLens(BuiltLens):
    """P21's lens: the type of an active galaxy, by a support vector machine or its replacement."""

    name = "agn"
    title = "AGN type"

    def __init__(self, collection: Collection, store: RunStore, run: Run) -> None:
        domain = domain_run(store, "domain-p21", run)
        super().__init__(collection, input_of(store, run, "prepare-p21"), run, domain)
        self.classes: tuple[str, ...] = tuple(run.metrics["classes"])
        # Visitors step through the same lists: lines are fitted once for each row.
        self._lacking = lru_cache(2**14)(self._measured_lacking)
        margin = (_DECISION, _MARGIN) if _is_svm(run) else ()
        # First what is explained by default: log-odds, in which a machine is nearly linear
        # wherever the spectrum lies, while log p and p saturate near 1.
        pairs = [_AGAINST.join(pair) for pair in permutations(self.classes, 2)] if margin else []
        self.targets = (_PREDICTED, *self.classes, "log p", "probability", *margin, *pairs)
        if self.domain is not None and self.domain.knows_kind:
            self.targets += (OF_KIND,)
        tables = [] if self.domain is None else [self.domain.columns]
        self.columns = self._joined_tables(run.table("predictions").set_index("row"), *tables)

    @cached_property
    def certainty(self) -> TypeCertainty:
        """Thresholds and coverage of its class sets, and the reliability of its probabilities."""
        return TypeCertainty.of_metrics(self._trained.metrics)

    def at_level(self, verdict: Verdict, level: float = LEVELS[0]) -> Verdict:
        """A verdict of this lens, with the set of types at another level.

        Raises
        ------
        ValueError
            There is no such level.
        """
        return replace(verdict, class_set=self.certainty.class_set(verdict.probabilities, level))

    @cached_property
    def machine(self) -> Classifier:
        """The classifier, read at the first use."""
        return load_type_classifier(self._trained)

    def has_target(self, name: str) -> bool:
        """Whether there is such a target: also ``"log p(type 1)"``, ``"margin(type 1)"``, …."""
        if self._pair_of(name) is not None:
            return _MARGIN in self.targets
        spelled = _SPELLED.fullmatch(name)
        if spelled is None or spelled["label"] not in self.classes:
            return name in self.targets
        return spelled["what"] != _MARGIN or _MARGIN in self.targets

    def target(self, name: str, row: int) -> Target:
        """A target for a class, or for the one predicted for this row.

        ``"predicted"`` is the log-odds of the predicted type; ``"log p"``, ``"probability"`` and
        ``"margin"`` are for that type too, and ``"decision"`` is the support vector machine's
        between it and its nearest rival here. The name of a type is its log-odds; other scales are
        spelled out, as targets are named: ``"log p(type 1)"``. ``"type 2 against intermediate"`` is
        a support vector machine's decision between these two, which always has exact answers;
        reversed, it has the other sign.
        """
        self._check_row(row)
        self.check_target(name)
        predicted = str(self.columns["predicted"].at[row])
        return self.target_for(name, predicted, self.prepared(row))

    def target_for(self, name: str, predicted: str, flux: np.ndarray) -> Target:
        """The same for a prepared spectrum (D,) of any collection, given its predicted type."""
        self.check_target(name)
        if name == _DECISION:
            name = self._against_nearest(predicted, flux)
        if name == OF_KIND:
            return self.of_kind()
        pair = self._pair_of(name)
        if pair is not None:
            from ...core.targets import SvmPair  # as below

            return SvmPair(cast("CoupledSvm", self.machine), *pair)
        spelled = _SPELLED.fullmatch(name)
        if spelled is not None and spelled["label"] in self.classes:
            what, label = spelled["what"], spelled["label"]
        elif name in self.classes:
            what, label = "log-odds", name
        else:
            what, label = "log-odds" if name == _PREDICTED else name, predicted
        index = self.classes.index(label)
        if what != _MARGIN:
            return self.machine.target(index, _SCALES[what])
        from ...core.targets import SvmMargin  # loads torch

        return SvmMargin(cast("CoupledSvm", self.machine), index)

    def _against_nearest(self, predicted: str, flux: np.ndarray) -> str:
        """The predicted type against its nearest rival."""
        names = [f"{predicted}{_AGAINST}{other}" for other in self.classes if other != predicted]
        values = [float(self.target_for(name, predicted, flux)(flux[None])[0]) for name in names]
        return names[int(np.argmin(values))]

    def _pair_of(self, name: str) -> tuple[int, int] | None:
        """Indices of the types in ``"type 2 against intermediate"``; None for other names."""
        known = permutations(range(len(self.classes)), 2)
        named = {_AGAINST.join(self.classes[i] for i in pair): pair for pair in known}
        return named.get(name)

    def judged(self, flux: np.ndarray) -> Verdict:
        """The classifier's verdict on a prepared spectrum (D,): its most probable type.

        Parameters
        ----------
        flux
            Prepared for the model.
        """
        log_odds = self.machine.log_odds(flux[None])[0]
        shares = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
        votes = getattr(self.machine, "votes", None)
        return Verdict(
            "type",
            "",
            self.classes[int(log_odds.argmax())],
            dict(zip(self.classes, shares.tolist(), strict=True)),
            float("nan"),
            0,
            0,
            votes="" if votes is None else self.classes[int(votes(flux[None])[0])],
        )

    def lines_lacking(self, row: int) -> tuple[str, ...]:
        """Lines that nearly all of its predicted type show and this row does not, in words."""
        self._check_row(row)
        return self._lacking(int(row))

    def _measured_lacking(self, row: int) -> tuple[str, ...]:
        if self.domain is None:
            return ()
        predicted = str(self.columns["predicted"].at[row])
        return self.domain.lines_lacking(predicted, lambda: self._observed(row))

    def _facts_of(self, row: int) -> Mapping[str, Any]:
        return {**super()._facts_of(row), "predicted": str(self.columns["predicted"].at[row])}

    def verdict(self, row: int, *, lines: bool = True) -> Verdict:
        """True and predicted type with all probabilities.

        Parameters
        ----------
        row
            Which spectrum.
        lines
            Whether to measure the lines expected of its type, which takes some milliseconds;
            otherwise see :meth:`lines_lacking`.
        """
        self._check_row(row)
        facts = self.columns.loc[row]
        probabilities = {label: float(facts[probability_column(label)]) for label in self.classes}
        predicted, true = str(facts["predicted"]), str(self._labels.iat[row])
        votes, domain = str(facts["votes"]), self.domain_of(row)
        if lines and domain is not None:
            domain = replace(domain, lacking=self.lines_lacking(row))
        return Verdict(
            "type", true, predicted, probabilities, float("nan"), 0, 0, votes=votes, domain=domain
        )


def _is_svm(run: Run) -> bool:
    """Whether a run's classifier, its own or a lent one, is a support vector machine."""
    lent = run.metrics.get("lent")
    settings, metrics = (
        (run.params.get("svm"), run.metrics) if lent is None else (lent["svm"], lent)
    )
    return settings is not None and metrics.get("instead") is None

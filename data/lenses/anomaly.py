"""O25's lens: galaxies by how unusual they are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast, get_args

import numpy as np
import pandas as pd

from ...core.models.anomaly import (
    FILTER_KMS,
    TRIMMED_FRACTION,
    LikeRank,
    LikeSpectra,
    Score,
    kept_pixels,
)
from ..collection import Autoencoders, Collection, Run, RunStore, load_autoencoders
from .built_lens import BuiltLens, Verdict, domain_run, input_of

if TYPE_CHECKING:
    from ...core.models.autoencoder import Vae
    from ...core.targets import VaeScore

__all__ = ["GALAXY_DOMAIN", "SCORE", "AnomalyLens"]

# Names of this lens's domain columns, which both lenses have.
GALAXY_DOMAIN = {name: f"{name}_o25" for name in ("domain", "of_kind", "distance")}
SCORE = "mse"  # the one that ranks by default


class AnomalyLens(BuiltLens):
    """O25's lens: how badly an autoencoder reconstructs a spectrum, by eight scores."""

    name = "anomaly"
    title = "Anomaly score"

    def __init__(self, collection: Collection, store: RunStore, run: Run) -> None:
        preparation, vae = (input_of(store, run, stage) for stage in ("prepare-o25", "vae"))
        super().__init__(collection, preparation, vae, domain_run(store, "domain-o25", vae))
        self._sn_median = collection.catalog["sn_median"]
        scores = run.table("scores").set_index("row")
        # A collection scored by an earlier version has only the first of the eight.
        self.targets = tuple(name for name in get_args(Score) if name in scores)
        of_galaxies = [] if self.domain is None else [self.domain.columns]
        of_galaxies = [columns.rename(columns=GALAXY_DOMAIN) for columns in of_galaxies]
        self.columns = self._joined_tables(scores.rename(columns={SCORE: "score"}), *of_galaxies)
        self._run, self.lender = run, str(run.metrics.get("lender", ""))
        clusters = store.find("cluster")
        if clusters is not None:
            cluster_of_row = clusters.table("clusters").set_index("row")["cluster"]
            self.columns["cluster"] = cluster_of_row.reindex(self.columns.index)

    @cached_property
    def autoencoders(self) -> Autoencoders:
        """The networks, read at the first use."""
        return load_autoencoders(self._trained)

    @property
    def vae(self) -> Vae:
        """The network, or that of the faintest spectra if there is one for each bin of S/N."""
        return self.autoencoders.vaes[0]

    def vae_of(self, row: int) -> Vae:
        """The network that scores a row."""
        return self.autoencoders.of(float(self._sn_median.iat[row]))

    @cached_property
    def overlap(self) -> pd.DataFrame | None:
        """Columns top, score, other, shared: share of one score's top that is in the other's."""
        return self._run.table("overlap") if len(self.targets) > 1 else None

    @property
    def in_all_tops(self) -> dict[str, float]:
        """Length of the top list → share of it that is in the lists of all scores."""
        return self._run.metrics.get("in_all_tops", {})

    def scores(self, name: str) -> pd.Series:
        """One score of every usable row; LensError if the name is unknown."""
        self.check_target(name)
        return self.columns.loc[:, "score" if name == SCORE else name]

    def target(self, name: str, row: int, **knobs: float) -> VaeScore:
        """One of the eight scores; ``knobs`` are the filter and trimming of ``target_for``."""
        self._check_row(row)
        return self.target_for(name, float(self._sn_median.iat[row]), **knobs)

    def target_for(
        self,
        name: str,
        sn_median: float,
        *,
        width_kms: float = FILTER_KMS,
        trimmed: float = TRIMMED_FRACTION,
    ) -> VaeScore:
        """One of the scores for a spectrum of any collection, given its S/N (NaN if unknown)."""
        self.check_target(name)
        from ...core.targets.anomaly_score import VaeScore

        filtered = name.startswith("filtered")
        kept = kept_pixels(self.wave_rest_aa, width_kms=width_kms) if filtered else None
        vae = self.autoencoders.of(sn_median)
        return VaeScore(vae, cast("Score", name), kept=kept, trimmed=trimmed)

    def reconstruction(self, row: int) -> np.ndarray:
        """(D,) float32: the network's reconstruction, decoded from the latent mean."""
        return self.vae_of(row).reconstruct(self.prepared(row)[None])[0]

    @cached_property
    def _like(self) -> LikeSpectra:
        return LikeSpectra(self._sn_median.to_numpy(np.float64)[self.columns.index.to_numpy()])

    def like(
        self, score: str, value: float, sn_median: float, *, row: int | None = None
    ) -> LikeRank | None:
        """Rank of a score among scored spectra of similar S/N; None if it cannot be determined.

        Parameters
        ----------
        score
            Which of the eight.
        value, sn_median
            Of the spectrum.
        row
            Of the collection; None for a spectrum from outside.
        """
        own = None if row is None else int(np.searchsorted(self.columns.index, row))
        values = self.scores(score).to_numpy(np.float64)
        return self._like.rank(values, value, sn_median, own=own)

    @cached_property
    def _lender_scores(self) -> tuple[pd.DataFrame, LikeSpectra] | None:
        """Scores of the lender's spectra; None where nothing was lent, or an earlier build did."""
        if not self.lender:
            return None
        table = self._run.table("lender_scores")
        return table, LikeSpectra(table["sn_median"].to_numpy(np.float64))

    def like_lender(self, score: str, value: float, sn_median: float) -> LikeRank | None:
        """Rank of a score among the lender's spectra of similar S/N, as :meth:`like`.

        None where no model was lent, too.
        """
        if self._lender_scores is None or score not in self._lender_scores[0]:
            return None
        table, like = self._lender_scores
        return like.rank(table[score].to_numpy(np.float64), value, sn_median)

    def verdict(self, row: int, *, score: str = SCORE) -> Verdict:
        """One of the eight scores, and its rank among all scored."""
        self._check_row(row)
        values = self.scores(score)
        value, true = float(values.at[row]), str(self._labels.iat[row])
        rank = 1 + int((values.to_numpy() > value).sum())
        domain = self.domain_of(row)
        sn_median = float(self._sn_median.iat[row])
        return Verdict(
            "score", true, "", {}, value, rank, len(values), score, domain=domain,
            like=self.like(score, value, sn_median, row=row),
            like_lender=self.like_lender(score, value, sn_median), lender=self.lender,
        )  # fmt: skip

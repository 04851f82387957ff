"""All settings of a build, in one frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from ...core.models import SplitMethod
from ...core.models.anomaly import Score
from ...core.models.autoencoder import VaeSettings
from ...core.models.checked_settings import check_choices, check_counts
from ...core.models.svm import SvmSettings
from ...core.planes import EmbedSettings, TsneMethod
from ...core.settings import ExplainSettings, WeightSign
from ...core.spectra.prepare import O25Recipe, P21Recipe
from ...core.trust.recurrences import FEWEST
from .agn_study import AgnStudy, plane_choices

__all__ = ["Background", "BuildSettings", "DustSource", "LearnFrom"]

PlaneFeatures = Literal["spectra", "latent"]
Task = Literal["three", "two"]
DustSource = Literal["auto", "map", "catalog", "none"]
Background = Literal["none", "demo"]
LearnFrom = Literal["galaxies", "all"]

_COUNTS = (
    *("svm_rows", "vae_rows", "vae_window", "plane_rows", "vae_from", "vae_search_epochs"),
    *("sn_bins", "top_at_least", "own_plane_from"),
)


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """Settings of a build; the defaults are those of the papers.

    Attributes
    ----------
    p21, o25
        Preparation recipes of the two lenses.
    overlap
        Compute the range of ``p21`` from the sample: the widest that this share of the labelled
        spectra covers (of all if none is labelled), above 0 up to 1. The paper's sample gave
        3728.91–5265.95 Å with 1; None uses the range of ``p21`` unchanged.
    svm, vae
        Training.
    classifier
        A scikit-learn classifier with ``predict_proba`` that replaces the support vector machine
        on the page and in the shell, for example ``RandomForestClassifier(300)``. A copy is
        fitted on the split of ``svm``, with its seed if it has none of its own.
    svm_task
        ``"three"``: all types; ``"two"``: type 1 against type 2 only, as in the paper's first part;
        other types are then classified too, but count as neither right nor wrong.
    background
        ``"demo"``: if fewer than 300 spectra have no label, the demo's unlabelled galaxies,
        prepared alike, serve as the background from which the labelled kind is told.
        ``"none"``: the kind is then not told.
    svm_rows, vae_rows
        Maximum number of spectra to train on, drawn at random with the seed of the respective
        training; bounds memory and time. The classifier's are drawn from each type by its share,
        50 of each first, so that a rare one is kept.
    vae_window
        Number of spectra in memory while the autoencoder is trained. A larger collection is read
        from disk in windows: blocks of neighbours in random order, shuffled within a window.
    vae_from
        With fewer spectra to train on, a collection trains no autoencoder of its own.
    learn_from
        Spectra on which the autoencoder is trained: ``"galaxies"``, by the survey's class, as in
        O25 (all if the survey gives no classes), or ``"all"``. The others are scored too.
    dust
        Source of the Milky Way's reddening of the anomaly lens's spectra: column ``ebv`` of the
        ``"catalog"``, the SFD ``"map"``, ``"auto"`` for the first of these that exists, or
        ``"none"`` for no correction.
    sn_bins
        Number of bins of equal count by median S/N in which spectra are ranked too; the paper
        has four.
    model_per_bin
        Train an autoencoder for each bin, as in the paper, instead of one for all: for
        collections whose bins are large enough.
    vae_search
        Pairs (α, λ) tried briefly before training; the one that reconstructs unseen spectra best
        replaces those of ``vae``. Empty for no search.
    vae_search_epochs
        Number of epochs for each pair.
    embed_p21, embed_o25
        Settings of the planes.
    plane_rows
        Of a larger collection so many spectra are laid out, including the rarest, and the others
        placed.
    own_plane_from
        Fewer spectra, where models are lent, are placed on the plane of the collection that lent
        them, and have none of their own: t-SNE of a few dozen tells nothing.
    plane_features
        The space whose neighbours the anomaly plane shows: the prepared ``"spectra"``, or the
        autoencoder's ``"latent"`` space. On the demo, spectra keep more of the neighbours
        (recall of the 10 nearest 0.26 against 0.22, trustworthiness 0.92 against 0.91) and
        hold planted anomalies of a kind together, which the latent space spreads.
    explain
        How anomalies are explained before clustering: like single spectra, segment by segment at
        0.9 times the flux, O25's usual perturbation.
    explain_score
        Which of the eight scores is explained.
    explain_exposures
        Number of simulated exposures of each explained spectrum that are explained too, 5 or more,
        for the error of each weight and the share of exposures in which it is among the first
        three; 0 for none.
    top_percent
        Share of the scored spectra that are explained, highest first by that score.
    top_in_bins
        Take that share of each bin of S/N rather than of all.
    top_at_least
        Minimum number to explain, if there are as many.
    k
        Number of clusters of explanations; None for the one of 2 to 12 with the best silhouette.
    weight_sign
        Whether explanations are clustered with the signs of their weights, or without as in
        the paper.
    study
        Settings of the stages on demand: tune, evaluate, noise, timing, planes.

    Raises
    ------
    ValueError
        A value is outside its range.
    TypeError
        The classifier gives no probabilities.
    """

    p21: P21Recipe = field(default_factory=P21Recipe)
    o25: O25Recipe = field(default_factory=O25Recipe)
    overlap: float | None = None
    svm: SvmSettings = field(default_factory=SvmSettings)
    classifier: Any = None
    svm_task: Task = "three"
    background: Background = "none"
    svm_rows: int = 7_500
    vae: VaeSettings = field(default_factory=VaeSettings)
    vae_rows: int = 100_000
    vae_window: int = 16_384
    vae_from: int = 500
    learn_from: LearnFrom = "galaxies"
    dust: DustSource = "auto"
    sn_bins: int = 4
    model_per_bin: bool = False
    vae_search: tuple[tuple[float, float], ...] = ()
    vae_search_epochs: int = 10
    embed_p21: EmbedSettings = field(default_factory=EmbedSettings)
    embed_o25: EmbedSettings = field(default_factory=EmbedSettings)
    plane_rows: int = 250_000
    own_plane_from: int = 500
    plane_features: PlaneFeatures = "spectra"
    explain: ExplainSettings = field(default_factory=ExplainSettings)
    explain_score: Score = "mse"
    explain_exposures: int = 5
    top_percent: float = 1.0
    top_in_bins: bool = False
    top_at_least: int = 40
    k: int | None = None
    weight_sign: WeightSign = "keep"
    study: AgnStudy = field(default_factory=AgnStudy)

    def __post_init__(self) -> None:
        check_choices(
            self,
            plane_features=get_args(PlaneFeatures),
            dust=get_args(DustSource),
            learn_from=get_args(LearnFrom),
            svm_task=get_args(Task),
            background=get_args(Background),
            explain_score=get_args(Score),
            weight_sign=get_args(WeightSign),
        )
        if self.overlap is not None and not 0 < self.overlap <= 1:
            raise ValueError(f"overlap={self.overlap} is not above 0 and up to 1")
        if self.classifier is not None and not hasattr(self.classifier, "predict_proba"):
            raise TypeError(f"classifier={self.classifier!r} has no predict_proba")
        if self.model_per_bin and self.plane_features == "latent":
            raise ValueError("a plane of latent points needs one autoencoder, not one per bin")
        if not 0 < self.top_percent <= 100:
            raise ValueError(f"top_percent={self.top_percent} is not in (0, 100]")
        if self.explain_exposures and self.explain_exposures < FEWEST:
            raise ValueError(
                f"explain_exposures={self.explain_exposures} must be 0, or {FEWEST} or more"
            )
        check_counts(self, *_COUNTS, *(() if self.k is None else ("k",)))

    def with_choices(
        self,
        *,
        split: SplitMethod = "auto",
        task: Task = "three",
        overlap: float | None = None,
        tsne: TsneMethod | None = None,
    ) -> BuildSettings:
        """The same with other choices for a study of AGN types.

        Parameters
        ----------
        split, task
            Split and task of the classifier.
        overlap
            Share of the sample that covers the range; None keeps it.
        tsne
            Program that lays out the planes of AGN spectra; None keeps it.
        """
        changes: dict[str, Any] = {"svm": replace(self.svm, split=split), "svm_task": task}
        if overlap is not None:
            changes["overlap"] = overlap
        if tsne is not None:
            changes["embed_p21"] = replace(self.embed_p21, method=tsne)
            changes["study"] = replace(self.study, planes=plane_choices(method=tsne))
        return replace(self, **changes)

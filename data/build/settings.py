"""All settings of a build, in one frozen dataclass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from ...core.models.anomaly.scores import Score
from ...core.models.autoencoder.training import VaeSettings
from ...core.models.checked_settings import check_choices, check_counts
from ...core.models.splits import SplitMethod
from ...core.models.svm.training import SvmSettings
from ...core.planes.tsne import EmbedSettings, TsneMethod
from ...core.settings import ExplainSettings, WeightSign
from ...core.spectra.prepare.recipes import O25Recipe, P21Recipe
from ...core.trust.recurrences import FEWEST
from .agn_study import AgnStudy, plane_choices
from .learnt_from import LearnFrom

__all__ = ["Background", "BuildSettings", "DustSource"]

PlaneFeatures = Literal["spectra", "latent"]
Task = Literal["three", "two"]
DustSource = Literal["auto", "map", "catalog", "none"]
Background = Literal["none", "demo"]

_COUNTS = (
    *("svm_rows", "vae_rows", "vae_window", "plane_rows", "vae_from", "vae_search_epochs"),
    *("sn_bins", "top_at_least", "k"),
)


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """What a build depends on besides the collection and given models; defaults as in the papers.

    Attributes
    ----------
    p21, o25
        Preparation recipes of the two lenses.
    overlap
        Compute the range of ``p21`` from the sample: the widest that this share of the labelled
        spectra covers (of all, where none is labelled), above 0 to 1. The paper's sample gave
        3728.91–5265.95 Å with 1; None takes the range of ``p21`` as it is.
    svm, vae
        Training.
    classifier
        A scikit-learn classifier with ``predict_proba`` that takes the support vector machine's
        place on the page and in the shell, for example ``RandomForestClassifier(300)``. A copy is
        fitted on the split that ``svm`` says; one that has no seed is given that of ``svm``.
    svm_task
        ``"three"``: every type there is; ``"two"``: type 1 against type 2 only, as in the paper's
        first part; other types are then classified all the same, and neither right nor wrong.
    background
        ``"demo"``: where fewer than 300 spectra have no label, the demo's unlabelled galaxies,
        prepared alike, stand in for a survey's others in telling what is of the labelled kind.
        ``"none"``: it is then not told.
    svm_rows, vae_rows
        Train on at most so many spectra, drawn at random with the seed of
        the respective training: memory does not grow beyond.
    vae_window
        Spectra in memory at once while the autoencoder trains: of a collection of more they are
        read from the disk, blocks of neighbours in any order and those of a window in any order.
    vae_from
        Of fewer spectra to learn from, a collection trains no autoencoder of its own.
    learn_from
        Which spectra the autoencoder learns from: ``"galaxies"``, what the survey calls so, as in
        O25 (all where the survey gives no classes), or ``"all"``. The others are scored all the
        same.
    dust
        Where the Milky Way's reddening of the anomaly lens's spectra comes from: column
        ``ebv`` of the ``"catalog"``, the SFD ``"map"``, ``"auto"`` for whichever there is in
        this order, or ``"none"`` to leave spectra as they are.
    sn_bins
        Bins of equal count by median S/N within which spectra are ranked too; the
        paper's are four.
    model_per_bin
        Train an autoencoder for each bin, as the paper does, instead of one for
        all: for collections whose bins are large enough.
    vae_search
        Pairs (α, λ) tried briefly before training; the one that reconstructs unseen
        spectra best replaces those of ``vae``. Empty for no search.
    vae_search_epochs
        For each pair.
    embed_p21, embed_o25
        The planes.
    plane_rows
        Of more spectra so many are laid out, the rarest among them, and the others placed.
    plane_features
        What the anomaly plane shows neighbours in: the prepared ``"spectra"``, or
        the autoencoder's ``"latent"`` space. On the demo, spectra keep more of the neighbours
        (recall of the 10 nearest 0.26 against 0.22, trustworthiness 0.92 against 0.91) and
        hold planted anomalies of a kind together, which the latent space spreads.
    explain
        How anomalies are explained for their clusters: as single spectra are, segment by segment
        at 0.9 times the flux, O25's usual perturbation.
    explain_score
        Which of the eight scores is explained.
    explain_exposures
        So many exposures of each explained spectrum are drawn and explained too, 5 or more, which
        gives the error of each weight and in what share of them it is among the first three; 0
        for none.
    top_percent
        Share of the scored spectra that are explained, highest first by that score.
    top_in_bins
        Take that share from each bin of S/N rather than from all.
    top_at_least
        Explain at least so many, if there are.
    k
        Clusters of explanations.
    weight_sign
        Whether explanations are clustered with the signs of their weights, or without as in
        the paper.
    study
        Of the stages on demand: tune, evaluate, noise, timing, planes.

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
    svm_rows: int = 20_000
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
    plane_features: PlaneFeatures = "spectra"
    explain: ExplainSettings = field(default_factory=ExplainSettings)
    explain_score: Score = "mse"
    explain_exposures: int = 5
    top_percent: float = 1.0
    top_in_bins: bool = False
    top_at_least: int = 40
    k: int = 7
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
        check_counts(self, *_COUNTS)

    def with_choices(
        self,
        *,
        split: SplitMethod = "auto",
        task: Task = "three",
        overlap: float | None = None,
        tsne: TsneMethod | None = None,
    ) -> BuildSettings:
        """The same with what one chooses of a study of AGN types.

        Parameters
        ----------
        split, task
            Of the classifier.
        overlap
            Share of the sample that covers the range; None leaves it.
        tsne
            What lays out the planes of AGN spectra; None leaves it.
        """
        changes: dict[str, Any] = {"svm": replace(self.svm, split=split), "svm_task": task}
        if overlap is not None:
            changes["overlap"] = overlap
        if tsne is not None:
            changes["embed_p21"] = replace(self.embed_p21, method=tsne)
            changes["study"] = replace(self.study, planes=plane_choices(method=tsne))
        return replace(self, **changes)

"""Every setting of a build in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from ..core.prepare import O25Recipe, P21Recipe
from ..core.settings import ExplainSettings
from ..core.train.svm import SvmSettings
from ..core.train.vae import VaeSettings
from ..core.tsne import EmbedSettings

__all__ = ["BuildSettings"]

PlaneFeatures = Literal["spectra", "latent"]


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """What a build depends on besides the collection and given models; defaults as in the papers.

    Attributes:
        p21, o25: preparation recipes of the two lenses.
        svm, vae: training.
        svm_rows, vae_rows: train on at most so many spectra, drawn at random with the seed of
            the respective training: memory does not grow beyond.
        vae_from: a collection of fewer spectra is too small to train an autoencoder of its own.
        embed_p21, embed_o25: the planes.
        plane_features: what the anomaly plane shows neighbours in: the prepared ``"spectra"``, or
            the autoencoder's ``"latent"`` space. On the demo, spectra keep more of the neighbours
            (recall of the 10 nearest 0.26 against 0.22, trustworthiness 0.92 against 0.91) and
            hold planted anomalies of a kind together, which the latent space spreads.
        explain: how anomalies are explained.
        top_percent: share of the scored spectra that are explained, by mean squared error.
        top_at_least: explain at least so many, if there are.
        k: clusters of explanations.

    Raises:
        ValueError: a value is outside its range.
    """

    p21: P21Recipe = field(default_factory=P21Recipe)
    o25: O25Recipe = field(default_factory=O25Recipe)
    svm: SvmSettings = field(default_factory=SvmSettings)
    svm_rows: int = 20_000
    vae: VaeSettings = field(default_factory=VaeSettings)
    vae_rows: int = 100_000
    vae_from: int = 500
    embed_p21: EmbedSettings = field(default_factory=EmbedSettings)
    embed_o25: EmbedSettings = field(default_factory=EmbedSettings)
    plane_features: PlaneFeatures = "spectra"
    explain: ExplainSettings = field(default_factory=ExplainSettings)
    top_percent: float = 1.0
    top_at_least: int = 40
    k: int = 7

    def __post_init__(self) -> None:
        if self.plane_features not in get_args(PlaneFeatures):
            raise ValueError(
                f"plane_features={self.plane_features!r} is none of {get_args(PlaneFeatures)}"
            )
        if not 0 < self.top_percent <= 100:
            raise ValueError(f"top_percent={self.top_percent} is not in (0, 100]")
        for name in ("svm_rows", "vae_rows", "vae_from", "top_at_least", "k"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} must be 1 or more")

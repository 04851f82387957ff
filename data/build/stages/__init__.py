"""The stages of a build, a module each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....core.lazy_names import public_names

if TYPE_CHECKING:
    from .autoencoder import VAE
    from .cluster import CLUSTER
    from .domain import DOMAIN_O25, DOMAIN_P21
    from .embed import EMBED_LATENT, EMBED_O25, EMBED_P21
    from .embed_explanations import EMBED_REASONS
    from .evaluate import EVALUATE, NOISE, TIMING
    from .explain import EXPLAIN
    from .planes import PLANES
    from .prepare import PREPARE_O25, PREPARE_P21
    from .score import SCORE
    from .svm import SVM
    from .tune import TUNE, best_machine, tuned_machines

__all__ = [
    "CLUSTER",
    "DOMAIN_O25",
    "DOMAIN_P21",
    "EMBED_LATENT",
    "EMBED_O25",
    "EMBED_P21",
    "EMBED_REASONS",
    "EVALUATE",
    "EXPLAIN",
    "NOISE",
    "PLANES",
    "PREPARE_O25",
    "PREPARE_P21",
    "SCORE",
    "SVM",
    "TIMING",
    "TUNE",
    "VAE",
    "best_machine",
    "tuned_machines",
]

__getattr__ = public_names(__name__)

"""A collection on disk: spectra, catalogue, runs, tags and what was trained on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy_names import public_names

if TYPE_CHECKING:
    from .annotations.cluster_names import ClusterNames
    from .annotations.tags import Annotations
    from .catalog_facts import flux_unit_of
    from .collection import Collection, CollectionError
    from .format import write_json
    from .lookup.id_search import IdSearch
    from .pixels.observed import ObservedSpectrum
    from .runs import Run, RunDraft, RunError, RunStore, run_key
    from .trained.autoencoders import Autoencoders, load_autoencoders, save_autoencoders
    from .trained.built_domain import (
        BuiltDomain,
        DomainVerdict,
        load_domain,
        save_domain,
        why_outside,
    )
    from .trained.class_sets import ClassSet, Coverage, TypeCertainty
    from .trained.model_owner import whose_model
    from .trained.trained_models import (
        COUPLED,
        is_outdated,
        load_type_classifier,
        load_vae,
        probability_column,
        svm_path,
    )
    from .trained.type_certainty import measure_certainty
    from .writing.writer import CollectionWriter

__all__ = [
    "COUPLED",
    "Annotations",
    "Autoencoders",
    "BuiltDomain",
    "ClassSet",
    "ClusterNames",
    "Collection",
    "CollectionError",
    "CollectionWriter",
    "Coverage",
    "DomainVerdict",
    "IdSearch",
    "ObservedSpectrum",
    "Run",
    "RunDraft",
    "RunError",
    "RunStore",
    "TypeCertainty",
    "flux_unit_of",
    "is_outdated",
    "load_autoencoders",
    "load_domain",
    "load_type_classifier",
    "load_vae",
    "measure_certainty",
    "probability_column",
    "run_key",
    "save_autoencoders",
    "save_domain",
    "svm_path",
    "whose_model",
    "why_outside",
    "write_json",
]

__getattr__ = public_names(__name__)

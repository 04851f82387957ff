"""How far to believe an explanation: intervals, faithfulness, agreement and its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy_names import public_names

if TYPE_CHECKING:
    from .curves import Curves, deletion_insertion
    from .exposures import Drawn, explain_again, noisy, seen_again, seen_again_progressively
    from .intervals import Intervals
    from .methods_agree import Agreement, agreement
    from .randomisation import (
        RandomisationCheck,
        other_class,
        randomisation_check,
        randomised_target,
    )
    from .recurrences import Recurrence, recurrence
    from .reviewers_figures import Faithfulness, faithfulness, random_logit, segment_contributions
    from .trust import assess
    from .verdict import Trust

__all__ = [
    "Agreement",
    "Curves",
    "Drawn",
    "Faithfulness",
    "Intervals",
    "RandomisationCheck",
    "Recurrence",
    "Trust",
    "agreement",
    "assess",
    "deletion_insertion",
    "explain_again",
    "faithfulness",
    "noisy",
    "other_class",
    "random_logit",
    "randomisation_check",
    "randomised_target",
    "recurrence",
    "seen_again",
    "seen_again_progressively",
    "segment_contributions",
]

__getattr__ = public_names(__name__)

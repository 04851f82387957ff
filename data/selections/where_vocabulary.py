"""Vocabulary of where-clauses: columns, functions, and alternative names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute

__all__ = ["ASKED_ELSEWHERE", "CALLS", "COMPARISONS", "FLIPPED", "FUNCTIONS", "MEANT", "as_real"]

# Its functions are made when it is imported, so that no type checker sees them.
pc: Any = pyarrow.compute
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
# What others call our columns: offered where there is no column of that name.
MEANT = {
    **dict.fromkeys(("redshift", "redshifts", "zred", "z_spec", "zspec", "specz"), "z"),
    **dict.fromkeys(("sn", "snr", "s2n", "s_n", "sn_ratio", "signal_to_noise"), "sn_median"),
    **dict.fromkeys(("type", "agn_type", "true"), "label"),
    **dict.fromkeys(("class", "spectype", "spec_class"), "spectral_class"),
    **dict.fromkeys(("right_ascension", "raj2000", "alpha"), "ra"),
    **dict.fromkeys(("declination", "dej2000", "delta"), "dec"),
    **dict.fromkeys(("name", "objid", "specid", "target"), "id"),
}
# What archives and tables ask for by a function or a name of theirs.
ASKED_ELSEWHERE = {
    **dict.fromkeys(
        ("isnull", "isnan", "isna", "notnull", "notna", "isfinite", "nan", "inf"),
        "What has no value is asked for by IS NULL, what has one by IS NOT NULL.",
    ),
    **dict.fromkeys(
        ("contains", "point", "circle", "distance", "box"),
        "A place on the sky is looked for under Find, as in 10.68 +41.27 5′.",
    ),
}
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


def as_real(part: Any) -> Any:
    """An expression's numbers in double precision."""
    return part.cast(pa.float64())


CALLS: dict[str, Callable[[Any], Any]] = {
    "ABS": pc.abs,
    "SQRT": lambda part: pc.sqrt(as_real(part)),
    "LOG10": lambda part: pc.log10(as_real(part)),
    "LN": lambda part: pc.ln(as_real(part)),
    "LOG": lambda part: pc.ln(as_real(part)),  # ADQL's natural logarithm
    "EXP": lambda part: pc.exp(as_real(part)),
    "FLOOR": pc.floor,
    "CEILING": pc.ceil,
    "LOWER": pc.utf8_lower,
    "UPPER": pc.utf8_upper,
}
FUNCTIONS = (*CALLS, "POWER")

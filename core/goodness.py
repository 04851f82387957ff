"""How good a fit is, in words."""

from __future__ import annotations

__all__ = ["EXPLAINED_R2", "goodness"]

# A surrogate of lower weighted R² misses more than half of what the target does over the
# neighbourhood: its weights are no reasons.
EXPLAINED_R2 = 0.5

_NEARLY_ONE = 0.9995


def goodness(r2: float, *, above: str = "above") -> str:
    """R² in words: 'R² 0.94', 'R² 0.997'; a good fit is not rounded up to a perfect one.

    Parameters
    ----------
    r2
        At most 1.
    above
        Stands before 0.999 for what is nearer to 1: '>' where there is little room.
    """
    if r2 < 0.99:
        return f"R² {r2:.2f}".replace("-", "−")
    return f"R² {r2:.3f}" if r2 < _NEARLY_ONE else f"R² {above} 0.999"

"""Folders in which this program stores its own files."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

__all__ = ["demo_path", "home"]


def home() -> Path:
    """$SPEXPLAIN_HOME, or a folder of our own in the user's cache."""
    named = os.environ.get("SPEXPLAIN_HOME")
    if named:
        return Path(named).expanduser()
    return user_cache_path("spexplain", appauthor=False, opinion=False)


def demo_path(*, small: bool = False, n_spectra: int | None = None) -> Path:
    """The demo collection (the small one, or one of so many spectra), be it built or not."""
    size = "-small" if small else f"-{n_spectra}" if n_spectra is not None else ""
    return home() / f"demo{size}"

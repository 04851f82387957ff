"""Where this program keeps what it makes for itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["demo_path", "home"]


def home() -> Path:
    """$SPEXPLAIN_HOME, or a folder of our own in the user's cache."""
    named = os.environ.get("SPEXPLAIN_HOME")
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local")).expanduser() / "spexplain"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/spexplain").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "spexplain"


def demo_path(*, small: bool = False) -> Path:
    """The demo collection, whether it has been built or not."""
    return home() / ("demo-small" if small else "demo")

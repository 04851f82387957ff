"""The page is drawn before the slow libraries are loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = ("torch", "sklearn", "openTSNE", "matplotlib", "astropy.io.fits", "skimage", "kcorrect")


@pytest.mark.parametrize("module", ["spexplain.dashboard.serve", "spexplain.data.demo_ready"])
def test_what_a_first_plot_needs_loads_no_slow_library(module: str) -> None:
    code = f"import sys, {module}; print(*[name for name in {SLOW!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []

"""The page is drawn before the slow libraries are loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

SLOW = (
    "torch", "sklearn", "openTSNE", "matplotlib", "astropy.io.fits", "skimage", "kcorrect",
    "datashader", "holoviews", "numba", "scipy.special",
)  # fmt: skip


@pytest.mark.parametrize(
    "module",
    ["dashboard.server.server", "data.demo.ready", "dashboard.cli.output.collection_text"],
)
def test_what_a_first_plot_needs_loads_no_slow_library(module: str) -> None:
    assert loaded(f"import spexplain.{module}", SLOW) == []


@pytest.mark.parametrize("words", [["--help"], ["info", "--help"], ["serve", "--no-such-option"]])
def test_words_alone_load_nothing_that_builds_or_draws(words: list[str]) -> None:
    code = f"""
from spexplain.dashboard.cli import main
try:
    main({words!r})
except SystemExit:
    pass
"""
    assert loaded(code, (*SLOW, "panel", "bokeh", "pandas", "zarr")) == []


def test_every_class_of_parts_is_known_before_the_first_page_goes_out() -> None:
    widgets = "spexplain.dashboard.views.widgets"
    parts = (f"{widgets}.html_sections", f"{widgets}.drop_zone")
    assert loaded("import spexplain.dashboard.server.page", parts) == [*parts]


def loaded(code: str, names: tuple[str, ...]) -> list[str]:
    """Which of these modules are there after the code has run, in a process of its own."""
    told = f"\nimport sys\nprint('loaded', *[name for name in {names!r} if name in sys.modules])"
    run = [sys.executable, "-c", code + told]
    ran = subprocess.run(run, capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[-1].split()[1:]

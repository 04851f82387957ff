"""A figure as a file: PNG, SVG or PDF, whole or not at all."""

from __future__ import annotations

import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from ....data.files import known_suffix, written_whole

__all__ = ["inline_svg", "save_figure"]

# matplotlib reads some settings of a file format from one place for all threads.
_SAVING = threading.Lock()
_FORMAT_SETTINGS: dict[Any, Any] = {
    "pdf.fonttype": 42,  # journals refuse type 3 fonts
    "svg.fonttype": "none",  # text stays text: it can be searched, and set in another face
    "svg.hashsalt": "spexplain",  # the same figure gives the same file
}
_METADATA: dict[str, dict[str, None]] = {
    ".png": {},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}


def save_figure(fig: Figure, path: str | Path, *, dpi: float = 300) -> None:
    """Write a figure in the format its suffix names; the file appears whole or not at all.

    Parameters
    ----------
    fig
        What ``explained_spectrum_figure`` drew.
    path
        Ends in ``.png``, ``.svg`` or ``.pdf``.
    dpi
        Pixels per inch of a PNG, and of what is an image within the others.

    Raises
    ------
    ValueError
        If the suffix is another.
    FileNotFoundError
        If the folder does not exist.
    """
    suffix = known_suffix(path, _METADATA, "a figure")
    with written_whole(path) as beside, _SAVING, mpl.rc_context(_FORMAT_SETTINGS):
        fig.savefig(beside, format=suffix[1:], dpi=dpi, metadata=_METADATA[suffix])


def inline_svg(fig: Figure) -> str:
    """The ``<svg>`` element of a figure, for a page; letters are drawn, whatever fonts it has."""
    out = BytesIO()
    fig.savefig(out, format="svg", metadata=_METADATA[".svg"])
    svg = out.getvalue().decode()
    return svg[svg.index("<svg") :]

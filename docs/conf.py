"""How Sphinx builds these pages; ``make docs`` runs it, and a warning is an error there."""

import re
from importlib import import_module, metadata
from pathlib import Path

project = "spexplain"
author = "The spexplain developers"
release = metadata.version("spexplain")

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"description": "Why a model says so, seen on the spectrum"}

# A room's __all__ is what others may use: those names, in the order of the room.
# Members that scikit-learn makes of its own accord are documented there.
autodoc_default_options = {
    "members": True,
    "undoc-members": False,
    "exclude-members": "set_fit_request, set_predict_request, set_score_request",
}
autodoc_member_order = "bysource"
# Annotations as they are written, for numpydoc's sections give shapes and units beside them.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False


def setup(app) -> None:
    """Load what the rooms hand on lazily, for autodoc lists what a module already has."""
    for page in (Path(__file__).parent / "api").glob("*.md"):
        for name in re.findall(r"automodule:: (\S+)", page.read_text("utf-8")):
            room = import_module(name)
            vars(room).update({each: getattr(room, each) for each in room.__all__})
    app.connect("autodoc-process-docstring", _bars_are_bars)


def _bars_are_bars(app, what, name, given, options, lines) -> None:
    """|x| is a size, not a substitution."""
    lines[:] = [re.sub(r"(?<!\\)\|(?!`)", r"\|", line) for line in lines]

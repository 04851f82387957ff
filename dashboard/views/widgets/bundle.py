"""The scripts of all components bundled as one module.

Panel compiles a component's text in the browser, for each one on the page anew; a bundle it takes
as it is. After a change of a script, ``make parts`` writes it.
"""

from __future__ import annotations

from .components import BUNDLE, FormPart, LegendPart, Part, ShellPart, TablePart, WordsPart, asset
from .drop_zone import DropPart
from .filter_field import FilterPart
from .html_sections import SectionsPart

__all__ = ["PARTS", "bundled"]

PARTS: tuple[type[Part], ...] = (
    DropPart, FilterPart, FormPart, LegendPart, SectionsPart, ShellPart, TablePart, WordsPart,
)  # fmt: skip
# A page in a tab that is not seen has no frames: it does not wait for one.
_FIRST = """\
// The plane is seen first: the parts around it wait for the frame that shows it.
await new Promise((go) => {
  requestAnimationFrame(() => setTimeout(go))
  setTimeout(go, 100)
})

"""


def bundled() -> str:
    """The module: what parts share, then each part's script in a scope of its own, by class."""
    shared = asset("part.js")
    scopes = [_scope(kind.__name__, kind.module().removeprefix(shared)) for kind in PARTS]
    names = ", ".join(kind.__name__ for kind in PARTS)
    head = "// Made of dashboard/assets by `make parts`: change those.\n"
    return "\n".join([head + _FIRST + shared, *scopes, f"export default {{ {names} }}\n"])


def _scope(name: str, script: str) -> str:
    inner = script.replace("export function render(", "function render(")
    return f"const {name} = (() => {{{inner.rstrip()}\nreturn {{ render }}\n}})()\n"


if __name__ == "__main__":
    BUNDLE.write_text(bundled(), encoding="utf-8")

"""The page stands on what Panel and Bokeh document: no private name, no patch."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What Panel's guide to custom components gives to be written, called or overridden.
GUIDE = {"_esm", "_bundle", "_stylesheets", "_importmap", "_rename", "_send_msg", "_handle_msg"}
# Documented by Python itself: the end of a process that nothing else can end.
OF_PYTHON = {"os._exit"}
# What no library gives out and whoever serves must have: where its HTTP server is, to look at
# the host of a request before anything is routed. Bokeh has no option for it (29 November 2026).
IN_ONE_PLACE = {
    ("dashboard/server/access/known_hosts.py", "server._http"),
    # Bokeh's own way with arrays beside a message, where ours stands in front of it for the packed
    # ones: a registered decoder cannot hand on what it leaves alone (29 November 2026).
    ("dashboard/server/limits/small_arrays.py", "reader._decode_bytes"),
}
MODULES = sorted((ROOT / "dashboard").rglob("*.py"))
SCRIPTS = sorted(
    path for kind in ("js", "html") for path in (ROOT / "dashboard").rglob(f"*.{kind}")
)

_PRIVATE_SCRIPT = re.compile(
    r"\?*\.\s*_+[a-z]\w*|\[\s*[\"'`]_|\bprototype\b|__proto__|setPrototypeOf|defineProperty"
    r"|Bokeh\.(?:require|register_plugin|Models)|default_resolver|register_models|XMLHttpRequest"
    r"|\bimportShim\b"
)


def private_in_script(text: str) -> list[str]:
    """Private names and patches in JavaScript, comments left out."""
    bare = re.sub(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", "", text, flags=re.DOTALL)
    return _PRIVATE_SCRIPT.findall(bare)


def private_in_module(text: str, named: dict[str, Any]) -> Iterator[str]:
    """Private names of others in Python of which ``named`` are the classes."""
    tree = ast.parse(text)
    # A class may know another of its own kind.
    kept = {name for node in tree.body if isinstance(node, ast.ClassDef) for name in _used(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _private(node.attr) and node.attr not in kept:
            of = ast.unparse(node.value)
            if of not in ("self", "cls") and f"{of}.{node.attr}" not in OF_PYTHON:
                yield f"{of}.{node.attr}"
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr"):
            of, name = ast.unparse(node.args[0]), node.args[1]
            if of != "self" and isinstance(name, ast.Constant) and _private(str(name.value)):
                yield ast.unparse(node)
        code = node.value if isinstance(node, ast.keyword) and node.arg == "code" else None
        if isinstance(code, ast.Constant):
            yield from private_in_script(str(code.value))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            theirs = {name for base in _others(named[node.name]) for name in _names(base)}
            mine = {name for name in _used(node) if _private(name)} - GUIDE
            yield from sorted(f"{node.name}.{name}" for name in mine & theirs)


def _private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _others(found: type) -> list[type]:
    ours = ("spexplain", "builtins", found.__module__)
    return [base for base in found.__mro__ if not base.__module__.startswith(ours)]


@cache
def _names(found: type) -> frozenset[str]:
    """What a class of a library calls its own, instances included."""
    try:
        text = inspect.getsource(found)
    except (OSError, TypeError):
        text = ""
    return frozenset(vars(found)) | frozenset(re.findall(r"\bself\.(_\w+)", text))


def _used(node: ast.ClassDef) -> Iterator[str]:
    """What a class defines, and what it asks of itself."""
    for part in node.body:
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            yield part.name
        targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and ast.unparse(part.value) in ("self", "cls"):
            yield part.attr


def test_our_python_uses_no_private_name_of_others():
    found = set()
    for path in MODULES:
        name = ".".join(("spexplain", *path.relative_to(ROOT).with_suffix("").parts))
        module = importlib.import_module(name.removesuffix(".__init__"))
        place = path.relative_to(ROOT).as_posix()
        found |= {(place, used) for used in private_in_module(path.read_text(), vars(module))}
    assert found == IN_ONE_PLACE


def test_our_scripts_patch_nothing_and_use_no_private_name():
    assert len(SCRIPTS) > 10
    found = {path: private_in_script(path.read_text()) for path in SCRIPTS}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "script",
    [
        "const { prototype } = resolver.constructor",
        "Model.prototype.register = function () {}",
        "pixels._painting = true",
        "view?._rendered",
        'view["_is_displayed"] = true',
        "Bokeh.require('base').default_resolver.get = find",
        "Bokeh.register_plugin = keep",
        "const request = new XMLHttpRequest()",
        "window.importShim = (url) => import(url)",
    ],
)
def test_a_script_that_leaves_the_ground_is_found(script: str):
    assert private_in_script(script)
    assert not private_in_script(f"// {script}\nmodel.send_msg({{ step: 1 }})")


@pytest.mark.parametrize(
    "text",
    [
        "class Page(pn.Template):\n    def _init_doc(self): ...",
        "class Part(JSComponent):\n    _bokeh_model = None",
        "class Part(JSComponent):\n    def tell(self):\n        self._send_event(1)",
        "class Part(JSComponent):\n    def roots(self):\n        return self._models",
        "def of(part):\n    return part._models",
        "class Own:\n    def of(self, part):\n        return part._models",
        "def of(doc):\n    return getattr(doc, '_template_variables')",
        "def of():\n    return dict(code='probe._timer = 1')",
    ],
)
def test_python_that_leaves_the_ground_is_found(text: str):
    named: dict[str, Any] = {"__name__": "ours"}
    exec(f"import panel as pn\nfrom panel.custom import JSComponent\n{text}", named)
    assert list(private_in_module(text, named))


def test_what_the_guide_gives_is_on_the_ground():
    text = (
        "class Part(JSComponent):\n    _esm = 'export function render() {}'\n"
        "    def _handle_msg(self, data):\n        self._heard = data\n        self._send_msg(data)"
    )
    named: dict[str, Any] = {"__name__": "ours"}
    exec(f"from panel.custom import JSComponent\n{text}", named)
    assert list(private_in_module(text, named)) == []

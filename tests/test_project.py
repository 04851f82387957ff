"""The promises of the project's own files: one set of dependencies, one arrow, small rooms."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("core", "data", "dashboard")
CONDA_NAME = {"torch": "pytorch"}
SOURCES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))


def requirement(text: str) -> tuple[str, str]:
    """Name and version range of ``name >=1.0``, without spaces and in lower case."""
    match = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*(\S*)", text.strip())
    assert match, f"not a requirement: {text!r}"
    return match[1].lower(), match[2]


@pytest.fixture(scope="module")
def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_environment_yml_asks_for_what_pyproject_asks_for(pyproject: dict):
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *extras["test"], *extras["docs"]]
    wanted = dict(requirement(text) for text in asked)
    wanted = {CONDA_NAME.get(name, name): version for name, version in wanted.items()}
    wanted["python"] = project["requires-python"]
    lines = (ROOT / "environment.yml").read_text().split("dependencies:")[1].splitlines()
    items = [line.strip().removeprefix("- ") for line in lines if line.strip()]
    offered = dict(
        requirement(item) for item in items if item not in ("pip", "pip:", "--editable .")
    )
    assert offered == wanted


def test_every_dependency_has_a_pin_and_a_reason(pyproject: dict):
    pins = {
        line.partition("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    reasons = (ROOT / "CONTRIBUTING.md").read_text().lower()
    project = pyproject["project"]
    extras = [text for extra in project["optional-dependencies"].values() for text in extra]
    names = {requirement(text)[0] for text in project["dependencies"] + extras}
    assert {name for name in names if name not in pins} == set()
    assert {name for name in names if f"| `{name}` |" not in reasons} == set()


def test_every_folder_with_code_is_packaged(pyproject: dict):
    folders = {f"spexplain.{'.'.join(path.parent.relative_to(ROOT).parts)}" for path in SOURCES}
    # and the package itself, the front door: the folder command
    assert set(pyproject["tool"]["setuptools"]["packages"]) == {"spexplain", *folders}


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("spexplain.core.explain.entry", {"panel", "bokeh", "holoviews", "zarr"}),
        ("spexplain.dashboard.session.choices.state", {"panel", "bokeh", "holoviews"}),
    ],
)
def test_import_stays_light(module: str, forbidden: set[str]):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert forbidden.isdisjoint(loaded)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_modules_are_not_long():
    long = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: lines for path, lines in long.items() if lines > 500} == {}


def test_functions_are_not_long():
    long = []
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                doc = ast.get_docstring(node)
                length = node.end_lineno - node.lineno + 1 - len(doc.splitlines() if doc else [])
                if length > 60:
                    long.append(f"{path}:{node.lineno} {node.name} has {length} lines")
    assert long == []


def test_tests_are_not_fewer_than_six_tenths_of_the_code():
    def lines(paths: list[Path]) -> int:
        return sum(len(path.read_text().splitlines()) for path in paths)

    assert lines(list((ROOT / "tests").rglob("*.py"))) >= 0.6 * lines(SOURCES)


def test_docstrings_have_numpydoc_sections():
    others = {"Args:", "Returns:", "Raises:", "Attributes:", "Yields:"}
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    found = [
        f"{path}: {heading}"
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, documented)
        for heading in others.intersection((ast.get_docstring(node) or "").splitlines())
    ]
    assert found == []


def test_tests_mirror_the_tree():
    """A test lies where its module does: test_<module>, test_<module>_<aspect>, or of the room."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        place = path.parent.relative_to(ROOT / "tests")
        if not place.parts or place.parts[0] not in LAYERS:
            continue
        name = path.stem.removeprefix("test_")
        rooms = [module.stem for module in (ROOT / place).glob("*.py")] + [place.name]
        assert any(name == room or name.startswith(f"{room}_") for room in rooms), path


def test_no_three_modules_are_called_alike():
    names = [path.name for path in SOURCES if path.name != "__init__.py"]
    assert {name for name in names if names.count(name) > 2} == set()

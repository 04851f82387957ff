"""A room's names are where it says, and loading the room loads nothing else."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = sorted(
    ".".join(("spexplain", *path.parent.relative_to(ROOT).parts))
    for floor in ("core", "data", "dashboard")
    for path in (ROOT / floor).rglob("__init__.py")
    if "public_names(__name__)" in path.read_text()
)
SLOW = ("numpy", "torch", "panel", "pandas")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_hands_on_every_name_that_it_calls_public(room: str):
    package = import_module(room)
    for name in package.__all__:
        value = getattr(package, name)
        assert getattr(package, name) is value
        home = getattr(value, "__module__", room)
        floor = ".".join(room.split(".")[:2])
        assert str(home).startswith(floor) or not str(home).startswith("spexplain")


@pytest.mark.parametrize("room", ROOMS)
def test_no_public_name_is_a_modules_too(room: str):
    """Else which of the two it is hangs on what was loaded before."""
    package = import_module(room)
    modules = {path.stem for path in Path(package.__file__).parent.iterdir()}
    assert not modules & set(package.__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_called_public_is_imported_for_type_checkers_too(room: str):
    package = import_module(room)
    tree = ast.parse(Path(package.__file__).read_text())
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert set(package.__all__) <= imported
    assert len(ast.get_docstring(tree).splitlines()) == 1


def test_loading_all_rooms_loads_none_of_what_is_in_them():
    code = f"import sys, {', '.join(ROOMS)}\nprint([m for m in {SLOW} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_no_room_has_is_an_error_that_says_so():
    with pytest.raises(ImportError, match="no_such_name"):
        exec("from spexplain.core.explain import no_such_name")
    with pytest.raises(AttributeError, match=r"spexplain\.core\.explain.*no_such_name"):
        import_module("spexplain.core.explain").no_such_name  # noqa: B018

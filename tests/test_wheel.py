import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("core", "data", "dashboard")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two wheels built from copies of the sources alone, taken one after the other."""
    return [wheel_in(tmp_path_factory.mktemp("source")) for _ in range(2)]


def wheel_in(source: Path) -> Path:
    for folder in (*LAYERS, "command"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, source / folder, ignore=leave)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        (source / name).write_bytes((ROOT / name).read_bytes())  # with the time of now
    build = "from setuptools import build_meta; build_meta.build_wheel('dist')"
    made = subprocess.run(
        [sys.executable, "-c", build],
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": "1700000000"},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    (wheel,) = (source / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def in_the_wheel(wheels: list[Path]) -> set[str]:
    return set(zipfile.ZipFile(wheels[0]).namelist())


def test_two_wheels_of_the_same_sources_have_the_same_bytes(wheels: list[Path]):
    first, again = wheels
    assert first.read_bytes() == again.read_bytes()


def test_a_wheel_holds_every_module_and_what_the_page_is_made_of(in_the_wheel: set[str]):
    wanted = {
        f"spexplain/{path.relative_to(ROOT).as_posix()}"
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert len(wanted) > 200
    assert wanted - in_the_wheel == set()


def test_a_wheel_installs_nothing_at_top_level_but_the_package(in_the_wheel: set[str]):
    top = {name.partition("/")[0] for name in in_the_wheel}
    assert {name for name in top if not name.endswith(".dist-info")} == {"spexplain"}


def test_a_wheel_makes_the_package_a_command_and_a_front_door(in_the_wheel: set[str]):
    own = {name for name in in_the_wheel if name.startswith("spexplain/") and name.count("/") == 1}
    assert own == {"spexplain/__init__.py", "spexplain/__main__.py", "spexplain/py.typed"}

"""What is kept on disk of compiled functions holds only while nothing they are made of changes."""

import subprocess
import sys
from pathlib import Path

import pytest
import spexplain.core.neighbourhood.masks
from spexplain.core.compute.compiled_loops import contents_key

CORE = Path(spexplain.core.neighbourhood.masks.__file__).parents[1]
USES = "from ..compiled import compiled\nfrom .parts import FACTOR, part\n"
SUM = "\n\n@compiled()\ndef total(x):\n    return FACTOR * part(x)\n"
PARTS = "from ..compiled import compiled\n\nFACTOR = {}\n"
PART = "\n\n@compiled()\ndef part(x):\n    return x + {}\n"


@pytest.fixture
def package(tmp_path):
    """Modules of which one calls a function of another; ``above.inner.sums`` is the caller."""
    (tmp_path / "above" / "inner").mkdir(parents=True)
    for folder in ("above", "above/inner"):
        (tmp_path / folder / "__init__.py").touch()
    ours = "from spexplain.core.compute.compiled_loops import compiled\n\n__all__ = ['compiled']\n"
    (tmp_path / "above" / "compiled.py").write_text(ours)
    (tmp_path / "above" / "unrelated.py").write_text("")
    (tmp_path / "above" / "inner" / "sums.py").write_text(USES + SUM)
    write_parts(tmp_path, factor=1, more=1)
    return tmp_path


def write_parts(package, *, factor, more):
    text = PARTS.format(factor) + PART.format(more)
    (package / "above" / "inner" / "parts.py").write_text(text)


def asked(package):
    """What a process of its own gets, and whether it compiled anything."""
    code = (
        "from above.inner.sums import total\n"
        "print(total(10), sum(total.stats.cache_misses.values()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=package, capture_output=True, text=True, check=True
    )
    value, misses = done.stdout.split()
    return int(value), int(misses) > 0


def test_a_change_in_what_is_called_from_another_module_is_seen(package):
    assert asked(package) == (11, True)
    assert asked(package) == (11, False)
    write_parts(package, factor=1, more=5)
    assert asked(package) == (15, True)
    write_parts(package, factor=3, more=5)
    assert asked(package) == (45, True)


def test_a_key_is_that_of_a_module_and_all_that_it_imports(package):
    sums = package / "above" / "inner" / "sums.py"
    # The keys are remembered in a process, whose modules do not change either.
    key_of = contents_key.__wrapped__
    first = key_of(sums)
    (package / "above" / "unrelated.py").write_text("changed = 1\n")
    assert key_of(sums) == first
    for file in (sums, package / "above" / "compiled.py", sums.with_name("parts.py")):
        before, text = key_of(sums), file.read_text()
        file.write_text(text + "# changed\n")
        assert key_of(sums) != before
        file.write_text(text)
        assert key_of(sums) == first


def test_every_loop_of_ours_is_compiled_that_way():
    users = {file.name for file in CORE.rglob("*.py") if "import njit" in file.read_text()}
    assert users == {"compiled_loops.py"}

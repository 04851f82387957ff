"""What the benchmark of the fast path's steps switches off is still there to be switched off."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def steps() -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("benchmark_steps", FOLDER / "steps.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(FOLDER))


def test_every_step_is_switched_off_by_edits_that_find_their_place(steps, tmp_path):
    for step in steps.STEPS:
        copy = steps.without(step, tmp_path)
        for name, old, _ in step.edits:
            edited = (tmp_path / copy / name).read_text("utf-8")
            ast.parse(edited)
            assert edited != (steps.TARGETS / name).read_text("utf-8"), (step.name, old)


def test_an_edit_that_finds_no_place_is_told(steps, tmp_path):
    lost = steps.Step("lost", (("base.py", "what nobody wrote", ""),))
    with pytest.raises(ValueError, match=r"lost: 0 places in base.py"):
        steps.without(lost, tmp_path)

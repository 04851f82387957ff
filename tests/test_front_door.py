"""What ``import spexplain`` gives: light, and public by choice."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import spexplain
from spexplain.core.explain.entry import explain
from spexplain.core.targets import CallableTarget
from spexplain.data.collection.collection import Collection


def test_the_front_door_loads_nothing_before_it_is_asked():
    code = "import sys; before = {*sys.modules}; import spexplain; print(*{*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {".".join(name.split(".")[:2]) for name in done.stdout.split()}
    assert "spexplain" in loaded
    slow = {"numpy", "torch", "pandas", "panel", "spexplain.core", "spexplain.data"}
    assert slow.isdisjoint(loaded)


def test_every_public_name_is_there_and_is_the_one_it_names():
    assert set(dir(spexplain)) == set(spexplain.__all__)
    assert all(getattr(spexplain, name) is not None for name in spexplain.__all__)
    assert spexplain.explain is explain
    assert spexplain.CallableTarget is CallableTarget
    assert spexplain.open_collection == Collection.open
    assert spexplain.__version__ == importlib.metadata.version("spexplain")


def test_what_is_not_public_is_an_error_that_names_it():
    with pytest.raises(AttributeError, match="no attribute 'explian'"):
        spexplain.explian  # noqa: B018


def test_the_lines_of_its_docstring_run():
    wave_rest_aa = np.linspace(4000.0, 5000.0, 300)
    flux = (1 + 0.1 * np.sin(wave_rest_aa / 30)).astype(np.float32)
    lines = [line[4:] for line in spexplain.__doc__.splitlines() if line.startswith(">>> ")]
    space = {"wave_rest_aa": wave_rest_aa, "flux": flux}
    exec("from spexplain import explained_spectrum_figure\n" + "\n".join(lines[:-1]), space)
    assert len(space["explanation"].weights) == 77


def test_its_types_are_for_others_too():
    assert (Path(spexplain.__file__).parent / "py.typed").exists()

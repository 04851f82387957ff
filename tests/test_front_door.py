"""What ``import spexplain`` gives: light, and public by choice."""

import importlib.metadata
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest
import spexplain
import spexplain.dashboard.notebook.opened
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
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
    assert set(spexplain.__all__) < set(dir(spexplain))
    assert all(getattr(spexplain, name) is not None for name in dir(spexplain))
    assert spexplain.explain is explain
    assert spexplain.CallableTarget is CallableTarget
    assert spexplain.open_collection == Collection.open
    assert spexplain.__version__ == importlib.metadata.version("spexplain")


def test_what_is_not_public_is_an_error_that_names_it():
    with pytest.raises(AttributeError, match="no attribute 'explian'"):
        spexplain.explian  # noqa: B018


def test_its_docstring_has_five_lines_to_paste_that_run(small_demo: Path, monkeypatch):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(small_demo.parent))
    monkeypatch.setattr(spexplain.dashboard.notebook.opened, "_DEMOS", {"demo": True})
    lines = [line[4:] for line in spexplain.__doc__.splitlines() if line[:4] == ">>> "]
    assert len(lines) == 5
    space = {"my_classifier": make_pipeline(StandardScaler(), GaussianNB())}
    exec("\n".join(lines), space)
    assert len(space["e"].table()) == 77


def test_looking_at_its_names_loads_nothing_slow():
    slow = "{'torch', 'panel', 'pandas', 'numpy'}"
    code = f"import sys, spexplain as sx; dir(sx); assert not {slow} & {{*sys.modules}}"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_its_help_is_what_a_newcomer_reads():
    text = pydoc.plain(pydoc.render_doc(spexplain))
    assert len(text.splitlines()) < 200
    assert all(f"{name}(" in text for name in spexplain.__all__)
    assert all(name in text for name in dir(spexplain) if not name.startswith("_"))


def test_its_types_are_for_others_too():
    assert (Path(spexplain.__file__).parent / "py.typed").exists()

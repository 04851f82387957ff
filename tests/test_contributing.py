"""CONTRIBUTING.md is true: its tree, the files that it names, and two of its four walks."""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from spexplain.core.compute.workers import InTurn
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.core.targets import VaeScore
from spexplain.data.collection.collection import Collection
from spexplain.data.demo.simulate.fits import write_sdss_lite
from spexplain.data.ingest.one_file import Intake
from spexplain.data.ingest.to_collection import ingest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FLOORS = ("core", "data", "dashboard")


def tree() -> dict[str, str]:
    """Path → what is said of it; a room's own folders stand behind its name."""
    (block,) = re.findall(r"## The tree\n\n```\n(.*?)```", TEXT, re.DOTALL)
    said, floor = {}, ""
    for line in block.splitlines():
        names, _, words = line.strip().partition("  ")
        floor = "" if not line.startswith(" ") else floor
        said[floor + names] = words.strip()
        floor = names if not line.startswith(" ") else floor
    return said


def test_every_path_of_the_tree_is_there():
    for path, words in tree().items():
        assert (ROOT / path).exists(), path
        for below in re.findall(r"\b(\w+/)", words):
            assert (ROOT / path / below).is_dir() or (ROOT / below).is_dir(), (path, below)


def test_every_room_is_in_the_tree():
    said = tree()
    for floor in FLOORS:
        rooms = {f"{floor}/{path.name}/" for path in (ROOT / floor).iterdir() if path.is_dir()}
        rooms = {room for room in rooms if "__pycache__" not in room}
        named = {path for path in said if path.startswith(f"{floor}/") and path.endswith("/")}
        # rooms of a room stand behind its name
        named |= {f"{floor}/{word}" for path in said for word in re.findall(r"\w+/", said[path])}
        assert rooms <= named, rooms - named


def test_every_file_that_is_named_is_there():
    for path in re.findall(r"`((?:\.?\w[\w.-]*/)*[\w.-]+\.(?:py|md|toml|yaml|yml|txt))`", TEXT):
        assert (ROOT / path).exists() or list(ROOT.glob(f"*/{path}")), path


def test_every_module_that_a_docstring_names_is_there():
    paths = [path.relative_to(ROOT) for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths}
    ends = {f".{name.split('.', at)[-1]}" for name in names for at in range(name.count(".") + 1)}
    for path in paths:
        text = (ROOT / path).read_text(encoding="utf-8")
        for name in re.findall(r":mod:`~?\.*(?:spexplain\.)?([\w.]+)`", text):
            assert f".{name}" in ends, (path, name)
        for name in re.findall(r"``((?:core|data|dashboard)(?:\.\w+)+)``", text):
            assert {name, name.rpartition(".")[0]} & names, (path, name)
        for name in re.findall(r"\b(\w+)\.py\b", text):
            assert f".{name}" in ends or list(ROOT.glob(f"[bt]*/**/{name}.py")), (path, name)


def test_every_make_target_is_there():
    targets = re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"make (\w+)", TEXT)) <= set(targets)


@contextmanager
def entered_files() -> Iterator[set[str]]:
    """The project's files whose functions are called meanwhile, on any thread of this process."""
    entered: set[str] = set()

    def note(frame, event, argument):
        file = Path(frame.f_code.co_filename)
        if event == "call" and ROOT in file.parents:
            entered.add(file.relative_to(ROOT).as_posix())

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield entered
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def test_a_flux_array_walks_where_the_first_walk_says():
    walk = TEXT.partition("**A flux array")[2].partition("**A row")[0]
    said = set(re.findall(r"`(core/[\w/]+\.py)`", walk))
    vae = Vae(200, hidden=(16, 8), n_latent=3)
    flux = 1 + 0.1 * np.random.default_rng(0).normal(size=200)
    explain(flux, VaeScore(vae, "mse"), workers=InTurn())  # compiled before it is watched
    target = VaeScore(vae, "mse")
    with entered_files() as entered:
        explain(flux, target, ExplainSettings(), workers=InTurn())
    assert len(said) > 15
    assert said <= entered, said - entered


def test_a_path_walks_where_the_third_walk_says(tmp_path):
    walk = TEXT.partition("**A path")[2].partition("**A build")[0]
    said = set(re.findall(r"`((?:core|data)/[\w/]+\.py)`", walk))
    wave = np.linspace(3800.0, 9200.0, 500)
    seen = Spectrum("0266-51602-0001", wave, np.ones(500), np.ones(500), z=0.1)
    file = write_sdss_lite(seen, tmp_path / "spec-0266-51602-0001.fits")
    with entered_files() as entered:
        ingest([file], tmp_path / "c")
        list(Intake(COLLECTION_GRID, 1.0).one_by_one(file))  # what the other process does
        Collection.open(tmp_path / "c").spectrum(0)
    said.remove("data/ingest/reader_processes/reading_process.py")  # runs in a process of its own
    assert len(said) > 12
    assert said <= entered, said - entered

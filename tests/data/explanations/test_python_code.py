import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from spexplain.core.explain.entry import ExplainSettings, explain_progressively
from spexplain.core.targets import CallableTarget
from spexplain.data.explanations.fits_file import save_explanation
from spexplain.data.explanations.python_code import reproduce_code
from spexplain.data.explanations.saved import Origin, SavedExplanation

WAVE = np.linspace(3700.0, 5300.0, 160)
FLUX = (1 + 0.2 * np.sin(WAVE / 50)).astype(np.float32)
SETTINGS = ExplainSettings(n_segments=16, factor=0.8, n_samples=300, seed=5)
TARGET = CallableTarget(lambda spectra: spectra[:, 120:130].sum(axis=1), name="line")
KNOWN = Origin("a 'quoted' id", "some folder", "c0ffee", "agn", "predicted")

# Stands in for a collection and its lens, so that the lines run as they are.
STAND_IN = """
import sys, types
import numpy as np
from spexplain.core.targets import CallableTarget

WAVE = np.linspace(3700.0, 5300.0, 160)
target = CallableTarget(lambda spectra: spectra[:, 120:130].sum(axis=1), name="line")


class Lens:
    def prepared(self, row):
        assert row == 41
        return (1 + 0.2 * np.sin(WAVE / 50)).astype(np.float32)

    def target(self, name, row):
        assert (name, row) == ("predicted", 41)
        return target


class Collection:
    key = "c0ffee"

    @classmethod
    def open(cls, path):
        assert path == "some folder"
        return cls()

    def row_of(self, id):
        assert id == "a 'quoted' id"
        return 41


def stand_in(name, **content):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)


stand_in("spexplain.data.collection", Collection=Collection)
stand_in("spexplain.data.lens", open_lenses=lambda collection: {"agn": Lens()})
"""


RUN = """
import contextlib, io, json, sys

for name, code in json.load(sys.stdin).items():
    printed, space = io.StringIO(), {"target": target}
    try:
        with contextlib.redirect_stdout(printed):
            exec(code, space)
    except AssertionError as error:
        print(json.dumps([name, str(error), ""]))
    else:
        weights = space["explanation"].weights.tobytes().hex()
        print(json.dumps([name, weights, printed.getvalue()]))
"""


def made(origin: Origin = KNOWN, *, early: bool = False) -> SavedExplanation:
    # numpy scalars: their repr names numpy, which the lines do not import.
    settings = replace(SETTINGS, factor=np.float64(0.8), n_segments=np.int64(16))
    counts = (120,) if early else ()
    first = next(explain_progressively(FLUX, TARGET, settings, counts=counts))
    assert first.complete is not early
    return SavedExplanation(first, WAVE, FLUX, origin)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """Weights in hex and what was printed, all from one fresh interpreter."""
    path = tmp_path_factory.mktemp("it's") / "one.fits"
    save_explanation(path, made())
    codes = {
        "collection": reproduce_code(made()),
        "early": reproduce_code(made(early=True)),
        "file": reproduce_code(made(), file=path),
        "file alone": reproduce_code(made(Origin()), file=path),
        "changed": reproduce_code(made(replace(KNOWN, collection_key="other"))),
    }
    done = subprocess.run(
        [sys.executable, "-c", STAND_IN + RUN],
        input=json.dumps(codes),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: (weights, printed) for name, weights, printed in lines}


@pytest.mark.parametrize("begin", ["collection", "file", "file alone"])
def test_the_lines_give_the_same_bytes_and_print_the_top(results: dict, begin: str):
    weights, printed = results[begin]
    expected = made().explanation
    assert weights == expected.weights.tobytes().hex()
    shown = [int(line.split()[0]) for line in printed.splitlines()]
    assert shown == expected.top(5).tolist()


def test_an_early_answer_is_reproduced_as_such(results: dict):
    expected = made(early=True).explanation.weights
    assert results["early"][0] == expected.tobytes().hex() != results["collection"][0]


def test_a_changed_collection_is_noticed(results: dict):
    assert results["changed"][0] == "the collection has changed"


def test_a_target_that_is_not_known_is_asked_for():
    assert "its name is 'line'" in reproduce_code(made(Origin()), file="a.fits")
    assert "its name is" not in reproduce_code(made(), file="a.fits")


def test_with_nothing_to_begin_from_it_says_what_is_missing():
    with pytest.raises(ValueError, match=r"it lacks \['lens', 'lens_target'\]"):
        reproduce_code(made(replace(KNOWN, lens="", lens_target="")))


def test_the_lines_ask_for_the_target_as_it_was_asked_for():
    origin = Origin("a", "c", "k", "anomaly", "filtered-mse", lens_knobs={"width_kms": 400.0})
    assert "lens.target('filtered-mse', row, width_kms=400.0)" in reproduce_code(made(origin))

import shutil

import numpy as np
import pytest
from spexplain.data.build.all_stages import build
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.placer import Placer
from spexplain.data.lenses.plane_points import open_planes


@pytest.fixture
def placed(unlabelled, copied, quick):
    """A dozen spectra on the plane of a lender that is gone, and that plane."""
    theirs = open_planes(copied)
    build(unlabelled, settings=quick, models=copied.path, only=["embed-p21", "embed-o25", "svm"])
    shutil.rmtree(copied.path)
    return unlabelled, theirs


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_a_few_spectra_lie_on_the_lenders_plane_beside_its_points(placed, name):
    collection, theirs = placed
    plane = open_planes(collection)[name]
    assert plane.title.endswith(" on copied's plane")
    np.testing.assert_array_equal(plane.behind, theirs[name].xy)
    assert len(plane.rows) == len(plane.xy) == collection.n_spectra - 1
    assert plane.metrics["trustworthiness"] == theirs[name].metrics["trustworthiness"]
    n, far = len(plane.behind), len(plane.far)
    said = f"its {n} in grey, 11 own placed, {far or 'none'} far from all"
    assert plane.placed == said
    assert theirs[name].placed == ""


def test_another_is_placed_where_a_stored_one_lies_though_the_lender_is_gone(placed):
    collection, _ = placed
    plane, store = open_planes(collection)["agn"], RunStore(collection.path)
    flux = store.find("prepare-p21").array("spectra")[3]
    np.testing.assert_allclose(Placer(collection).place("agn", flux), plane.xy[3], atol=1e-3)

import numpy as np
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.laid_plane import laid_plane


def test_a_plane_comes_with_what_it_was_laid_out_by(built):
    store = RunStore(built.path)
    run, prepared = store.find("embed-p21"), store.find("prepare-p21")
    project, features, xy = laid_plane(run, prepared)
    np.testing.assert_allclose(
        features[:3], project(prepared.array("spectra")[:3]), rtol=1e-5, atol=1e-5
    )
    np.testing.assert_array_equal(xy, run.table("xy")[["x", "y"]])

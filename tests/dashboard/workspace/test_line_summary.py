"""Line ratios in sum: medians of what is measured, limits counted apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.lines.bpt import BPT_CLASSES
from spexplain.dashboard.workspace.line_summary import line_summary

_VALUES = st.lists(
    st.tuples(st.floats(0.01, 100.0) | st.just(float("nan")), st.sampled_from([-1, 0, 1])),
    min_size=1,
    max_size=30,
)


def _table(values: list[tuple[float, int]], kinds: list[str] | None = None) -> pd.DataFrame:
    n = len(values)
    value, limit = zip(*values, strict=True)
    table = {"nii_ha": value, "nii_ha_error": [0.1] * n, "nii_ha_limit": limit}
    return pd.DataFrame(table | {"bpt": kinds or [""] * n, "in_counts": [False] * n})


@given(_VALUES)
def test_the_value_is_the_median_of_the_measured_and_limits_are_counted(values):
    found = line_summary(_table(values)).ratios["nii_ha"]
    measured = [value for value, limit in values if limit == 0 and np.isfinite(value)]
    limits = [value for value, limit in values if limit != 0 and np.isfinite(value)]
    assert (found.n, found.n_limits) == (len(measured), len(limits))
    if not measured:
        assert np.isnan([found.value, found.error]).all()
        return
    assert found.value == pytest.approx(np.median(measured))
    if len(measured) < 3:  # no scatter to speak of: the errors of the measurements
        assert found.error == pytest.approx(0.1 / np.sqrt(len(measured)))


def test_classes_and_counts_are_of_the_spectra_that_have_them():
    table = _table([(1.0, 0)] * 5, ["agn", "agn", "", BPT_CLASSES[-1], ""])
    table["in_counts"] = [True, False, True, False, False]
    found = line_summary(table)
    assert found.n == 5
    assert found.n_counts == 2
    assert found.bpt["agn"] == 2 + (BPT_CLASSES[-1] == "agn")
    assert "" not in found.bpt
    assert set(found.ratios) == {"nii_ha"}

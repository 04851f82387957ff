"""Errors in all the ways surveys give them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from spexplain.data.ingest.readers.vocabulary.noise import from_error, from_variance, not_negative

ANY = arrays(np.float64, 20, elements=st.floats(allow_nan=True, allow_infinity=True))


@given(ANY)
def test_an_ivar_is_never_negative_nor_undefined(values):
    for ivar in (from_error(values), from_variance(values), not_negative(values)):
        assert (ivar >= 0).all()
    good = np.isfinite(values) & (values > 1e-100) & (values < 1e100)
    np.testing.assert_allclose(from_error(values)[good], values[good] ** -2.0)
    np.testing.assert_allclose(from_variance(values)[good], 1 / values[good])
    np.testing.assert_array_equal(not_negative(values)[good], values[good])
    assert not from_error(values)[~(values > 0)].any()

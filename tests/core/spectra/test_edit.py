import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.edit import EDIT_KINDS, Edit, apply_edits

WAVE = np.linspace(4600.0, 5200.0, 1201)
LINE = np.exp(-0.5 * ((WAVE - 4862.68) / 8) ** 2)
FLUX = 1 + 0.0005 * (WAVE - 4900) + 2 * LINE
LOW, HIGH = 4780.0, 4940.0
INSIDE = (WAVE >= LOW) & (WAVE <= HIGH)


def edited(kind, amount, **options):
    return apply_edits(WAVE, FLUX, [Edit(kind, LOW, HIGH, amount, **options)])


def test_scaling_and_raising_touch_the_stretch_alone():
    np.testing.assert_allclose(edited("scale", 1.5)[INSIDE], 1.5 * FLUX[INSIDE])
    np.testing.assert_allclose(edited("raise", -0.2)[INSIDE], FLUX[INSIDE] - 0.2)
    for kind in ("scale", "raise", "flatten", "noise"):
        np.testing.assert_array_equal(edited(kind, 0.7)[~INSIDE], FLUX[~INSIDE])


def test_flattening_leaves_the_continuum():
    np.testing.assert_allclose(edited("flatten", 1.0), 1 + 0.0005 * (WAVE - 4900), atol=2e-3)
    half = edited("flatten", 0.5)
    assert half.max() == pytest.approx(2.0, abs=0.05)


def test_broadening_keeps_the_flux_and_adds_widths_in_quadrature():
    broad = edited("broaden", 2000.0)
    assert broad.sum() == pytest.approx(FLUX.sum(), rel=1e-4)
    excess = broad - (1 + 0.0005 * (WAVE - 4900))
    middle = np.average(WAVE, weights=excess)
    width = np.sqrt(np.average((WAVE - middle) ** 2, weights=excess))
    sigma = 2000 / 299792.458 * 4860 / np.sqrt(8 * np.log(2))
    assert width == pytest.approx(np.hypot(8, sigma), rel=0.03)


def test_moving_shifts_the_line_by_its_velocity():
    moved = edited("move", 500.0)
    assert WAVE[moved.argmax()] == pytest.approx(4862.68 * (1 + 500 / 299792.458), abs=0.5)
    assert moved.max() == pytest.approx(FLUX.max(), abs=0.02)


def test_noise_has_its_sigma_and_its_seed():
    noise = (edited("noise", 0.3) - FLUX)[INSIDE]
    assert noise.std() == pytest.approx(0.3, rel=0.15)
    np.testing.assert_array_equal(edited("noise", 0.3), edited("noise", 0.3))
    assert (edited("noise", 0.3, seed=1) != edited("noise", 0.3)).any()


def test_edits_follow_one_another():
    first, second = Edit("scale", LOW, HIGH, 2.0), Edit("raise", LOW, HIGH, 1.0)
    np.testing.assert_allclose(
        apply_edits(WAVE, FLUX, [first, second])[INSIDE], 2 * FLUX[INSIDE] + 1
    )
    np.testing.assert_array_equal(apply_edits(WAVE, FLUX, []), FLUX)


@given(
    kind=st.sampled_from(EDIT_KINDS),
    low=st.floats(4000, 5500),
    width=st.floats(0.1, 900),
    amount=st.floats(0, 5),
)
def test_whatever_the_stretch_flux_stays_finite_and_the_input_as_it_was(kind, low, width, amount):
    before = FLUX.copy()
    after = apply_edits(WAVE, FLUX.astype(np.float32), [Edit(kind, low, low + width, amount)])
    assert np.isfinite(after).all()
    assert after.dtype == np.float32
    np.testing.assert_array_equal(FLUX, before)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("melt", 1.0, 2.0, 1.0), "got 'melt'"),
        (("scale", 5.0, 5.0, 1.0), "the range 5.0 to 5.0"),
        (("broaden", 1.0, 2.0, -3.0), "-3.0 is no valid amount for 'broaden'"),
        (("scale", 1.0, 2.0, float("nan")), "nan is no valid amount for 'scale'"),
    ],
)
def test_what_has_no_meaning_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        Edit(*arguments)

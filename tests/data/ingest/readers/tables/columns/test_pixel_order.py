"""Pixels in order of wavelength; what is more than one spectrum is told, never made one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.ingest.readers.tables.columns.pixel_order import in_order

N = 60
WAVE = np.linspace(4000.0, 9000.0, N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
IVAR = np.full(N, 4.0)


@given(st.integers(2, 4), st.booleans(), st.randoms(use_true_random=False))
def test_pixels_of_several_spectra_are_told_in_whatever_order(n, shuffled, random):
    wave, flux = np.tile(WAVE, n), np.concatenate([scale * FLUX for scale in range(1, n + 1)])
    order = np.arange(n * N)
    if shuffled:
        random.shuffle(order)
    with pytest.raises(ReadError, match=r"more than one spectrum: name .* in a column id"):
        in_order(wave[order], flux[order], np.tile(IVAR, n), numbered=False)


@given(st.integers(1, N // 3), st.booleans())
def test_orders_that_share_less_than_half_are_one_spectrum(shared, falling):
    """So is a pixel that is written twice, and padding."""
    first, second = np.r_[: N // 2 + shared], np.r_[N // 2 : N]
    at = np.r_[second, first] if falling else np.r_[first, second]
    wave, flux, ivar = in_order(WAVE[at], FLUX[at], IVAR[at], numbered=False)
    np.testing.assert_array_equal(wave, WAVE)
    np.testing.assert_allclose(flux, FLUX)
    np.testing.assert_allclose(
        ivar, np.where(np.isin(np.arange(N), np.r_[N // 2 : N // 2 + shared]), 8, 4)
    )


def test_numbered_orders_may_share_all_of_their_wavelengths():
    wave, _, ivar = in_order(np.tile(WAVE, 2), np.tile(FLUX, 2), np.tile(IVAR, 2), numbered=True)
    np.testing.assert_array_equal(wave, WAVE)
    np.testing.assert_allclose(ivar, 8.0)


def test_pixels_written_twice_are_one():
    """Each beside the other: no run begins anew."""
    at = np.repeat(np.arange(N), 2)
    np.testing.assert_array_equal(in_order(WAVE[at], FLUX[at], IVAR[at], numbered=False)[0], WAVE)


def test_two_blocks_of_text_are_not_their_mean(tmp_path):
    rows = ["\n".join(f"{w} {s * f} 0.5" for w, f in zip(WAVE, FLUX, strict=True)) for s in (1, 2)]
    head = "# wave flux err\n"
    (tmp_path / "a.txt").write_text(f"# A\n{head}{rows[0]}\n\n# B\n{head}{rows[1]}\n")
    with pytest.raises(ReadError, match="more than one spectrum") as told:
        read(tmp_path / "a.txt")
    assert told.value.reason == "several spectra"


@pytest.mark.parametrize("wave", [[], [5000.0], [5000.0, np.nan], [np.nan]])
def test_a_pixel_or_none_is_as_it_is(wave):
    """And no mean of nothing: a table of one row once ended in numpy's warning."""
    wave = np.array(wave)
    ones = np.ones(len(wave))
    found = in_order(wave, ones, ones, numbered=False)
    np.testing.assert_array_equal(found[0], wave[np.isfinite(wave)])

"""What an axis shows of a wavelength, and back."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.wave_axis import WaveAxis

AXES = st.builds(
    WaveAxis,
    unit=st.sampled_from(["Å", "nm"]),
    frame=st.sampled_from(["rest", "observed"]),
    medium=st.sampled_from(["vacuum", "air"]),
    z=st.floats(-0.01, 7.0) | st.just(float("nan")),
)


@given(axis=AXES, wave=st.floats(2100.0, 20_000.0))
def test_the_way_back_leads_to_the_wavelength_itself(axis: WaveAxis, wave: float) -> None:
    assert axis.rest_of(axis.of_rest(wave)) == pytest.approx(wave, abs=1e-8)


@given(axis=AXES, wave=st.lists(st.floats(2100.0, 20_000.0), min_size=2, max_size=9, unique=True))
def test_longer_stays_longer(axis: WaveAxis, wave: list[float]) -> None:
    shown = axis.of_rest(np.sort(wave))
    assert np.all(np.diff(shown) >= 0)


@given(axis=AXES, wave=st.floats(2100.0, 20_000.0))
def test_nm_are_tenths_of_an_aa_and_air_is_a_thirty_thousandth_less(
    axis: WaveAxis, wave: float
) -> None:
    shown = float(axis.of_rest(wave)) * (10 if axis.unit == "nm" else 1)
    share = shown / (wave * axis.stretch)
    in_vacuum = axis.medium == "vacuum"
    assert abs(share - 1) < 1e-12 if in_vacuum else 2.6e-4 < 1 - share < 3.3e-4


def test_air_of_an_observed_spectrum_is_what_the_telescope_measures() -> None:
    axis = WaveAxis(frame="observed", medium="air", z=0.1)
    assert axis.of_rest(5008.24) == pytest.approx(vacuum_to_air(1.1 * 5008.24), abs=1e-9)


def test_hbeta_has_the_wavelengths_that_textbooks_give_it() -> None:
    assert WaveAxis(medium="air").of_rest(4862.68) == pytest.approx(4861.33, abs=0.03)
    assert WaveAxis(medium="air", unit="nm").of_rest(4862.68) == pytest.approx(486.133, abs=0.003)


@pytest.mark.parametrize("medium", ["vacuum", "air"])
def test_without_a_redshift_the_observed_frame_is_that_of_rest(medium: str) -> None:
    unknown = WaveAxis(frame="observed", medium=medium)  # type: ignore[arg-type]
    assert unknown.of_rest(5000.0) == WaveAxis(medium=medium).of_rest(5000.0)  # type: ignore[arg-type]
    assert unknown.label == f"rest wavelength in {medium} (Å)"


def test_each_axis_says_what_it_shows() -> None:
    labels = {
        WaveAxis(unit, frame, medium, z=0.1).label  # type: ignore[arg-type]
        for unit, frame, medium in product(("Å", "nm"), ("rest", "observed"), ("vacuum", "air"))
    }
    assert len(labels) == 8
    assert "observed wavelength in air (nm)" in labels

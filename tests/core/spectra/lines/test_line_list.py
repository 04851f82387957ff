"""Line lists and velocity windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.grid import COLLECTION_GRID
from spexplain.core.spectra.lines.line_list import (
    O25_FILTER_LINES,
    P21_MARKERS,
    PAGE_LINES,
    lines_reaching,
    velocity_mask,
)

AIR_IN_THE_RELEASED_CODE = [
    *(3726.040, 4101.734, 4340.472, 4861.352, 4958.911, 5006.843),
    *(6548.041, 6562.787, 6583.461, 6716.440, 6730.812),
]


def test_the_filtered_lines_are_the_published_ones_in_air():
    assert [line.wave_air_aa for line in O25_FILTER_LINES] == AIR_IN_THE_RELEASED_CODE


def test_the_filtered_lines_in_vacuum_are_where_sdss_has_them():
    vacuum = {line.name: line.wave_vac_aa for line in O25_FILTER_LINES}
    assert vacuum["halpha"] == pytest.approx(6564.61, abs=0.02)
    assert vacuum["oiii5007"] == pytest.approx(5008.24, abs=0.02)
    assert vacuum["oii3726"] == pytest.approx(3727.09, abs=0.02)


def test_p21_marks_seven_lines_at_the_wavelengths_it_names():
    named = [3727, 3889, 4101, 4340, 4861, 4959, 5007]
    assert [line.wave_air_aa for line in P21_MARKERS] == pytest.approx(named, abs=1.0)


@pytest.mark.parametrize("lines", [O25_FILTER_LINES, P21_MARKERS, PAGE_LINES])
def test_lists_ascend_with_distinct_names_and_one_conversion(lines):
    vacuum = np.array([line.wave_vac_aa for line in lines])
    assert np.all(np.diff(vacuum) > 0)
    assert len({line.name for line in lines}) == len(lines)
    assert vacuum_to_air(vacuum) == pytest.approx([line.wave_air_aa for line in lines], abs=1e-6)


def test_the_page_has_every_line_a_reader_looks_for_within_the_collection():
    names = {line.name for line in PAGE_LINES}
    assert {"mgii", "oii", "cak", "cah", "hdelta", "hgamma", "hbeta", "oiii4959"} <= names
    assert {"oiii5007", "mgb", "nad", "oi6300", "nii6583", "halpha", "sii6716"} <= names
    wave = COLLECTION_GRID.wave_rest_aa
    assert all(wave[0] < line.wave_vac_aa < wave[-1] for line in PAGE_LINES)


def test_lists_agree_on_the_lines_they_share():
    page = {line.name: line.wave_vac_aa for line in PAGE_LINES}
    for line in (*O25_FILTER_LINES, *P21_MARKERS):
        if line.name in page:
            assert page[line.name] == pytest.approx(line.wave_vac_aa, abs=0.05)


@given(st.floats(0, 5000), st.integers(0, len(PAGE_LINES) - 1))
def test_a_window_is_exactly_its_velocity_wide(v_kms, which):
    line = PAGE_LINES[which]
    velocity = np.array([-1.001, -0.999, 0.0, 0.999, 1.001]) * v_kms
    wave = line.wave_vac_aa * (1 + velocity / 299_792.458)
    inside = velocity_mask(wave, [line], v_kms)
    assert inside[2]
    if v_kms > 1e-3:
        assert inside.tolist() == [False, True, True, True, False]


@given(st.sampled_from(PAGE_LINES), st.floats(1.0, 40.0))
def test_a_line_at_an_edge_belongs_to_both_sides_and_one_beyond_its_core_to_none(line, width_aa):
    at, core = line.wave_vac_aa, line.wave_vac_aa * 150 / 299_792.458
    for low, high in ((at - width_aa, at), (at, at + width_aa), (at - 0.1, at + 0.1)):
        assert line in lines_reaching(low, high)
    for edge in (0.98 * core, 1.02 * core):
        inside = edge < core
        assert (line in lines_reaching(at + edge, at + edge + width_aa)) == inside
        assert (line in lines_reaching(at - edge - width_aa, at - edge)) == inside


def test_more_velocity_never_masks_less():
    wave = COLLECTION_GRID.wave_rest_aa
    narrow, wide = (velocity_mask(wave, O25_FILTER_LINES, v) for v in (250.0, 500.0))
    assert narrow.any()
    assert np.all(wide[narrow])
    assert not velocity_mask(wave, [], 250.0).any()


@pytest.mark.parametrize("v_kms", [-1.0, float("nan")])
def test_a_negative_velocity_is_refused(v_kms):
    with pytest.raises(ValueError, match=f"{v_kms}"):
        velocity_mask(np.array([5000.0]), PAGE_LINES, v_kms)

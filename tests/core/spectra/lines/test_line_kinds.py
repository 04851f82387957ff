"""Lines by kind: each of one kind, those of the sky where the sky has them."""

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.core.spectra.lines.line_kinds import LINES_BY_KIND, LineKind, lines_of
from spexplain.core.spectra.lines.line_list import PAGE_LINES

OF_SOURCES: list[LineKind] = ["emission", "absorption", "agn"]


def test_every_line_is_of_one_kind_and_none_of_the_page_is_left_out() -> None:
    names = [line.name for lines in LINES_BY_KIND.values() for line in lines]
    assert len(names) == len(set(names))
    assert {line.name for line in PAGE_LINES} < set(names)
    assert set(LINES_BY_KIND) == set(get_args(LineKind))


@given(kinds=st.lists(st.sampled_from(get_args(LineKind)), unique=True), z=st.floats(-0.01, 7.0))
def test_lines_ascend(kinds: list[LineKind], z: float) -> None:
    waves = [line.wave_vac_aa for line in lines_of(kinds, z)]
    assert np.all(np.diff(waves) >= 0)
    assert len(waves) == sum(len(LINES_BY_KIND[kind]) for kind in kinds)


@given(z=st.floats(-0.01, 7.0))
def test_lines_of_the_sky_stay_where_the_telescope_sees_them(z: float) -> None:
    sky = {line.name: line for line in lines_of(["sky"], z)}
    observed = sky["oi5577"].wave_vac_aa * (1 + z)
    assert observed == pytest.approx(float(air_to_vacuum(5577.34)), abs=1e-6)


@given(z=st.floats(-0.01, 7.0) | st.just(float("nan")))
def test_lines_of_the_source_do_not_move_with_its_redshift(z: float) -> None:
    assert lines_of(OF_SOURCES, z) == lines_of(OF_SOURCES, 0.0)


def test_without_a_redshift_nothing_is_said_of_the_sky() -> None:
    assert lines_of(["sky"], float("nan")) == ()


def test_stars_absorb_and_quasars_shine() -> None:
    assert {"cak", "cah", "mgb", "nad", "caii8542"} <= {
        line.name for line in LINES_BY_KIND["absorption"]
    }
    assert {"civ", "ciii", "mgii", "nev3426"} <= {line.name for line in LINES_BY_KIND["agn"]}


def test_what_is_no_kind_or_no_redshift_is_refused() -> None:
    with pytest.raises(ValueError, match="not of 'radio'"):
        lines_of(["radio"], 0.0)  # type: ignore[list-item]
    with pytest.raises(ValueError, match="z must be above -1, got -1"):
        lines_of(OF_SOURCES, -1.0)

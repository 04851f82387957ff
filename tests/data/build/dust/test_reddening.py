"""Milky Way dust in a build: from the catalog, from the map, or plainly not."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.spectra.extinction import dust_transmission
from spexplain.data.build.all_stages import BuildError, build
from spexplain.data.build.dust import reddening
from spexplain.data.build.dust.reddening import (
    find_reddening,
    reddening_of_lines,
    usable_source,
)
from spexplain.data.collection.runs import RunStore

EBV = 0.4


@pytest.fixture
def dusty(unlabelled):
    unlabelled.catalog["ebv"] = EBV
    return unlabelled


def test_without_map_or_column_nothing_is_corrected_and_the_build_says_so(labelled, quick):
    report = build(labelled, settings=quick, only=["prepare-o25"])
    assert "spexplain download dust" in report.notes["prepare-o25"]
    assert "ebv" in report.notes["prepare-o25"]
    assert RunStore(labelled.path).find("prepare-o25").metrics["dust"] == "none"


def test_the_catalogs_column_is_used(dusty, quick):
    report = build(dusty, settings=quick, only=["prepare-o25"])
    run = RunStore(dusty.path).find("prepare-o25")
    assert run.metrics["dust"] == "catalog"
    assert "median E(B-V) 0.400" in report.notes["prepare-o25"]
    build(dusty, settings=dataclasses.replace(quick, dust="none"), only=["prepare-o25"])
    plain = RunStore(dusty.path).find("prepare-o25")
    assert plain.key != run.key
    wave, z = run.read_array("wavelength"), dusty.catalog["z"].to_numpy()
    passed = dust_transmission(wave * (1 + z[:, None]), np.full(len(z), EBV))
    rows = run.table("rows")["row"]
    ratio = run.read_array("spectra") / plain.read_array("spectra") * passed[rows]
    # Up to the median that each is divided by.
    # … and but for the edges of the masked sky line, which were interpolated or filled.
    assert np.mean(np.abs(ratio / ratio[:, :1] - 1) < 1e-3) > 0.999


def test_dust_counts_also_where_the_models_are_given(dusty, built, quick):
    settings = dataclasses.replace(quick, dust="catalog")
    build(dusty, settings=settings, models=built.path, only=["prepare-o25"])
    assert RunStore(dusty.path).find("prepare-o25").metrics["dust"] == "catalog"


def test_the_map_is_used_once_it_is_there(labelled, quick, monkeypatch):
    labelled.catalog["ra"], labelled.catalog["dec"] = 150.0, 2.0
    before = build(labelled, settings=quick, only=["prepare-o25"])
    monkeypatch.setattr(reddening, "dust_is_there", lambda: True)
    monkeypatch.setattr(reddening, "milky_way_ebv", lambda ra, dec: np.full(len(ra), 0.02))
    after = build(labelled, settings=quick, only=["prepare-o25"])
    assert "SFD map" in after.notes["prepare-o25"]
    assert "not corrected" in before.notes["prepare-o25"]


def test_spectra_without_a_position_stay_and_are_counted(dusty):
    dusty.catalog.loc[2, "ebv"] = np.nan
    found = find_reddening(dusty, "auto")
    assert found.ebv[2] == 0
    assert found.n_unknown == 1
    assert "1 spectrum without" in found.note()


def test_simulated_spectra_are_left_as_they_are_and_their_lines_corrected(dusty):
    dusty.provenance["made_by"] = "simulation"
    assert usable_source(dusty, "auto") == "none"
    assert find_reddening(dusty, "auto").note() == ""
    assert usable_source(dusty, "catalog") == "catalog"
    assert (reddening_of_lines(dusty, "none").ebv == EBV).all()


def test_lines_of_real_spectra_are_corrected_as_the_spectra_are(dusty, labelled):
    assert reddening_of_lines(dusty, "none").ebv is None
    assert (reddening_of_lines(dusty, "catalog").ebv == EBV).all()
    labelled.provenance["made_by"] = "simulation"
    assert reddening_of_lines(labelled, "none").ebv is None  # not known


def test_what_was_asked_for_and_is_not_there_is_an_error(unlabelled, quick):
    with pytest.raises(BuildError, match="spexplain download dust"):
        build(unlabelled, settings=dataclasses.replace(quick, dust="map"), only=["prepare-o25"])
    with pytest.raises(BuildError, match="no column 'ebv'"):
        build(unlabelled, settings=dataclasses.replace(quick, dust="catalog"), only=["prepare-o25"])

"""Spectra from outside: seen as if they had been ingested, and stored nowhere."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.build.agn_study import AgnStudy, plane_choices
from spexplain.data.build.all_stages import build
from spexplain.data.ingest.readers import ReadError
from spexplain.data.lenses.built_lens import LensError
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens, read_bytes
from spexplain.data.lenses.placer import Placer
from spexplain.data.lenses.plane_points import open_planes


def as_observed(collection, row, z=0.025):
    """A stored spectrum as if it came from a telescope."""
    flux, ivar = collection.spectrum(row)
    return Spectrum("twin", collection.wave_rest_aa * (1 + z), flux, ivar, z=z)


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_a_twin_of_a_stored_spectrum_is_seen_as_it_is(name, built):
    lens = open_lenses(built)[name]
    newcomers = OutsideLens(built, lens)
    found = newcomers.look(as_observed(built, 0))
    np.testing.assert_allclose(found.flux, lens.prepared(0), atol=2e-5)
    expected = lens.verdict(0)
    if name == "agn":
        assert found.verdict.predicted == expected.predicted
        assert found.verdict.probabilities == pytest.approx(expected.probabilities, abs=1e-3)
        stored = lens.target("predicted", 0)
    else:
        assert found.verdict.score == pytest.approx(expected.score, rel=1e-3)
        assert abs(found.verdict.rank - expected.rank) <= 1
        stored = lens.target("mse", 0)
    target = newcomers.target(lens.targets[0], found.flux, found.sn_median)
    assert target.name == stored.name
    assert target(found.flux[None])[0] == pytest.approx(stored(found.flux[None])[0])


def test_a_lens_that_was_open_before_a_rebuild_prepares_as_it_did(copied, quick):
    lens = open_lenses(copied)["agn"]
    before = OutsideLens(copied, lens).look(as_observed(copied, 0))
    shorter = dataclasses.replace(quick, p21=dataclasses.replace(quick.p21, n_points=500))
    build(copied, settings=shorter, only=["prepare-p21", "svm"])
    assert len(open_lenses(copied)["agn"].wave_rest_aa) == 500
    after = OutsideLens(copied, lens).look(as_observed(copied, 0))
    np.testing.assert_array_equal(after.flux, before.flux)
    assert after.verdict.probabilities == before.verdict.probabilities


def test_what_a_lens_cannot_take_says_why(built):
    newcomers = OutsideLens(built, open_lenses(built)["agn"])
    spectrum = as_observed(built, 0)
    half = dataclasses.replace(spectrum, flux=np.where(spectrum.wave_obs_aa < 4500, np.nan, 1.0))
    found = newcomers.look(half)
    assert "AGN types need 3728.91–5265.95 Å at rest" in found.reason
    assert found.verdict is None
    with pytest.raises(LensError, match="gives no redshift"):
        newcomers.look(dataclasses.replace(spectrum, z=float("nan")))
    doubtful = dataclasses.replace(spectrum, z=float("nan"), z_note="z = 0.1 has QUALITY 1")
    with pytest.raises(LensError, match=r"no redshift to rely on \(z = 0\.1 has QUALITY 1\)"):
        newcomers.look(doubtful)
    with pytest.raises(LensError, match="no target 'age'"):
        newcomers.target("age", built.spectrum(0)[0], 10)


@pytest.mark.parametrize("z", [-2e-5, 0.0, 3e-4])
def test_a_star_is_called_a_star_and_given_no_type(built, z):
    spectrum = dataclasses.replace(as_observed(built, 0), z=z, spectral_class="STAR", subclass="F5")
    with pytest.raises(LensError, match=r"twin is a star \(F5\) by its file"):
        OutsideLens(built, open_lenses(built)["agn"]).look(spectrum)


@pytest.mark.parametrize("broken", [{"flux": np.nan}, {"ivar": 0.0}])
def test_a_spectrum_without_a_single_pixel_says_of_how_many(built, broken):
    whole = as_observed(built, 0)
    n = whole.flux.size
    arrays = {name: np.full(n, value) for name, value in broken.items()}
    for lens in open_lenses(built).values():
        with pytest.raises(LensError, match=f"twin: none of its {n:,} pixels has a flux and"):
            OutsideLens(built, lens).look(dataclasses.replace(whole, **arrays))


def test_what_a_far_spectrum_covers_is_what_its_file_covers(built):
    wave = np.geomspace(3600.0, 10_300.0, 4600)
    ones = np.ones(wave.size)
    quasar = Spectrum("far", wave, ones, ones, z=2.3, spectral_class="QSO")
    reason = OutsideLens(built, open_lenses(built)["agn"]).look(quasar).reason
    assert reason == "covers 1091–3121 Å; AGN types need 3728.91–5265.95 Å at rest"


def test_what_is_no_spectrum_is_refused():
    with pytest.raises(ReadError, match="not a FITS file"):
        read_bytes("notes", bytes(range(256)))
    for name in ("notes", "notes.txt"):
        with pytest.raises(ReadError, match="no table; it begins"):
            read_bytes(name, b"not a spectrum")


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(ReadError, match="64,000,001 bytes, more than the 64,000,000"):
        read_bytes("x.fits", bytes(64_000_001))


def test_every_plane_takes_newcomers_beside_their_likes(copied, quick):
    study = AgnStudy(planes=plane_choices((10.0,))[1:3])  # standardised, and without intermediate
    build(copied, settings=dataclasses.replace(quick, study=study), only=["planes"])
    lens, placer = open_lenses(copied)["agn"], Placer(copied)
    planes = open_planes(copied)
    assert len(planes) >= 4
    for name, plane in planes.items():
        if not placer.can_place(name, "agn"):
            continue
        away = [
            np.hypot(*(placer.place(name, lens.prepared(int(row))) - plane.xy[at]))
            for at, row in enumerate(plane.rows[:12])
        ]
        assert np.median(away) < 0.35 * plane.xy.std(), name
    assert not placer.can_place("reasons", "agn")
    assert not placer.can_place("agn", "anomaly")
    with pytest.raises(LensError, match="no plane 'moon'"):
        placer.place("moon", lens.prepared(0))
    with pytest.raises(LensError, match="cannot be placed"):
        placer.place("agn", np.full(1000, np.nan))


def test_planes_say_how_far_to_believe_them(built):
    for plane in open_planes(built).values():
        assert 0 < plane.metrics["knn_recall"] <= 1
        assert 0 < plane.metrics["trustworthiness"] <= 1
        assert plane.judged_on == ""  # all of its points
        some = dataclasses.replace(plane, metrics={"n": 5})  # as they were recorded before
        assert some.judged_on == f"on 5 of {len(plane.rows)} points, neighbours among 5"
        some = dataclasses.replace(plane, metrics={"n": len(plane.rows), "n_asked": 5})
        assert some.judged_on == f"on 5 of {len(plane.rows)} points"

"""A dropped file is corrected for dust as the collection's spectra are, or says that it is not."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.build.dust import dust_maps as dust
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.other_exposures import exposures_of_file
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens


@pytest.fixture
def corrected(copied):
    """A lens whose spectra were corrected from the map."""
    lens = open_lenses(copied)["anomaly"]
    lens.preparation.metrics["dust"] = "map"
    flux, ivar = copied.spectrum(0)
    wave = copied.wave_rest_aa * 1.025
    return lens, copied, Spectrum("twin", wave, flux, ivar, z=0.025, ra=10.0, dec=20.0)


def test_the_map_is_asked_where_the_file_lies_and_its_exposures_are_as_it_is(
    corrected, monkeypatch
) -> None:
    lens, collection, spectrum = corrected
    asked = []
    monkeypatch.setattr(dust, "milky_way_ebv", lambda *at: asked.append(at) or np.array([0.3]))
    outside = OutsideLens(collection, lens)
    found = outside.look(spectrum)
    assert asked == [([10.0], [20.0])]
    assert found.verdict.domain.notes == outside.look(spectrum).verdict.domain.notes
    assert not any("dust" in note for note in found.verdict.domain.notes)
    plain = outside.look(spectrum, corrected=True)
    # Reddening dims the blue more: corrected, it is bluer.
    bluer = found.flux / plain.flux
    assert np.nanmedian(bluer[:100]) > np.nanmedian(bluer[-100:])
    again = exposures_of_file(collection.wave_rest_aa, lens, spectrum, 0.3).prepared()
    np.testing.assert_allclose(found.exposures.prepared(), again)
    np.testing.assert_allclose(np.median(found.flux - again), 0, atol=0.02)


def test_where_it_cannot_be_known_that_is_said(corrected) -> None:
    lens, collection, spectrum = corrected
    outside = OutsideLens(collection, lens)
    (note,) = [n for n in outside.look(spectrum).verdict.domain.notes if "dust" in n]
    assert note.startswith("not corrected for the Milky Way's dust, as the model's spectra are: ")
    assert "spexplain download dust" in note
    nowhere = dataclasses.replace(spectrum, ra=float("nan"))
    assert any("gives no position" in n for n in outside.look(nowhere).verdict.domain.notes)
    lens.preparation.metrics["dust"] = "none"
    assert not any("dust" in n for n in outside.look(spectrum).verdict.domain.notes)

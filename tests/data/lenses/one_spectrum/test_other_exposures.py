"""Other exposures of a stored spectrum, and of a file: its noise drawn anew, and prepared."""

import dataclasses

import numpy as np
import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.core.explain.entry import ExplainSettings, explain
from spexplain.core.spectra.prepare.recipes import O25Recipe
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.lenses.lenses import open_lenses
from spexplain.data.lenses.one_spectrum.other_exposures import (
    exposures_of,
    exposures_of_file,
    recurring,
)
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens

ROW = 3  # with a spike that no other spectrum has
FEW = ExplainSettings(n_segments=20, n_samples=400)


@pytest.fixture(scope="session")
def lenses(built):
    return open_lenses(built)


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_a_spectrum_itself_is_prepared_as_the_build_did(name, built, lenses):
    lens = lenses[name]
    found = exposures_of(built, lens, ROW).prepared()
    assert found.tobytes() == lens.prepared(ROW).tobytes()


@pytest.mark.parametrize("name", ["agn", "anomaly"])
def test_redraws_scatter_by_the_errors_and_repeat_by_seed_and_number(name, built, lenses):
    lens = lenses[name]
    exposures = exposures_of(built, lens, ROW)
    drawn = exposures.draw(range(200), seed=2)
    assert drawn.n_refused == 0
    assert drawn.spectra.shape == (200, len(lens.wave_rest_aa))
    # ivar is 400 throughout, and the flux about 1 where it is divided.
    norm = built.spectrum(ROW)[0][(lens.name == "agn" and 2400) or slice(800, 4800)].mean()
    assert np.median(drawn.spectra.std(axis=0)) == pytest.approx(0.05 / norm, rel=0.25)
    some = exposures.draw(range(3, 5), seed=2)
    assert some.spectra.tobytes() == drawn.spectra[3:5].tobytes()
    assert not np.array_equal(exposures.draw(range(3, 5), seed=3).spectra, some.spectra)


def test_each_redraw_has_a_5100_a_pixel_of_its_own(built, lenses):
    lens = lenses["agn"]
    drawn = exposures_of(built, lens, ROW).draw(range(50), seed=0).spectra
    at_5100 = [np.interp(5100.0, lens.wave_rest_aa, one) for one in drawn]
    np.testing.assert_allclose(at_5100, 1.0, rtol=1e-4)
    # So all pixels go up and down together.
    assert drawn.mean(axis=1).std() > 3 * 0.05 / np.sqrt(drawn.shape[1])


def test_redraws_about_another_spectrum_are_about_that(built, lenses):
    lens = lenses["anomaly"]
    expected = lens.reconstruction(ROW)
    around = exposures_of(built, lens, ROW).around(expected)
    itself = around.prepared()
    seen = itself != 1.0  # but for what is masked, and filled with the median
    assert seen.mean() > 0.99
    np.testing.assert_allclose(itself[seen], (expected / np.median(expected))[seen], rtol=2e-3)
    mean = around.draw(range(200), seed=1).spectra.mean(axis=0)
    np.testing.assert_allclose(mean, around.prepared(), atol=0.03)


def test_dust_is_put_back_before_it_is_corrected_again(built, lenses):
    lens = lenses["anomaly"]
    dusty = dataclasses.replace(exposures_of(built, lens, ROW), ebv=0.3)
    expected = dusty.prepared()
    np.testing.assert_allclose(dusty.around(expected).prepared(), expected, rtol=1e-4)


def test_what_preparation_refuses_is_counted(built, lenses):
    lens = lenses["agn"]
    exposures = exposures_of(built, lens, ROW)
    dark = np.abs(exposures.wave_rest_aa - 5100) < 5
    faint = dataclasses.replace(exposures, flux=np.where(dark, 0.0, exposures.flux))
    drawn = faint.draw(range(40), seed=0)  # half of them are below 0 at 5100 Å
    assert 5 < drawn.n_refused < 35
    assert len(drawn.spectra) == 40 - drawn.n_refused
    none = dataclasses.replace(faint, flux=faint.flux - 10.0)
    assert none.draw(range(4), seed=0).n_refused == 4
    with pytest.raises(ValueError, match="flux at 5100 Å is −"):
        none.prepared()


def test_pixels_without_data_stay_without(built, lenses):
    lens = lenses["anomaly"]
    exposures = exposures_of(built, lens, ROW)
    hole = (exposures.wave_rest_aa > 6000) & (exposures.wave_rest_aa < 6010)
    ivar = np.where(hole, 0.0, exposures.ivar)
    holed = dataclasses.replace(exposures, ivar=ivar)
    assert holed.known
    assert not dataclasses.replace(exposures, ivar=0 * ivar).known
    inside = (lens.wave_rest_aa > 6000) & (lens.wave_rest_aa < 6010)
    assert isinstance(holed.preparation.recipe, O25Recipe)  # which fills with the median
    np.testing.assert_allclose(holed.draw(range(5), seed=0).spectra[:, inside], 1.0, rtol=1e-5)


def test_a_file_is_redrawn_on_its_own_pixels(built, lenses):
    lens = lenses["anomaly"]
    flux, _ = built.spectrum(ROW)
    z = 0.025
    wave = 10.0 ** np.arange(3.45, 3.93, 1e-4)
    observed = np.interp(wave, built.wave_rest_aa * (1 + z), flux)
    spectrum = Spectrum("a", wave, observed, np.full(wave.size, 400.0), z=z)
    found = OutsideLens(built, lens).look(spectrum)
    assert found.exposures is not None
    assert found.exposures.pixels is None
    assert found.exposures.prepared().tobytes() == found.flux.tobytes()
    drawn = exposures_of_file(built.wave_rest_aa, lens, spectrum).draw(range(300), seed=0)
    noise = drawn.spectra - drawn.spectra.mean(axis=0)
    # Neighbours on the 1 Å grid share detector pixels.
    together = np.mean(noise[:, 1:] * noise[:, :-1]) / noise.var()
    assert together > 0.15
    expected = lens.reconstruction(ROW)
    # Twice interpolated, what so small a network learnt of the noise is smoothed.
    np.testing.assert_allclose(
        found.exposures.around(expected).prepared(), expected / np.median(expected), atol=0.08
    )


@pytest.mark.parametrize(("name", "target"), [("agn", "type 1"), ("anomaly", "mse")])
def test_reasons_that_recur_are_told_early_and_again_alike(name, target, built, lenses):
    lens = lenses[name]
    row = ROW if name == "anomaly" else int(lens.rows[0])
    x, asked = lens.prepared(row), lens.target(target, row)
    made, exposures = explain(x, asked, FEW), exposures_of(built, lens, row)
    steps = list(recurring(exposures, made, x, asked))
    assert [step.n_drawn + step.n_refused for step in steps] == [10, 20, 30]
    *_, again = recurring(exposures, made, x, asked, step=30)
    assert again.share.tobytes() == steps[-1].share.tobytes()
    assert (again.beyond is None) == (name == "agn")
    if name == "anomaly":  # the spike
        assert again.holds[0]
        assert again.sentence().endswith("more than noise")
    given_up = recurring(exposures, made, x, asked, cancelled=lambda: True)
    with pytest.raises(Cancelled):
        next(given_up)

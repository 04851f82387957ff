import dataclasses
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from spexplain.core.explain.entry import (
    ExplainSettings,
    Explanation,
    explain,
    explain_progressively,
)
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.targets import CallableTarget, VaeScore
from spexplain.core.trust.intervals import Intervals
from spexplain.core.trust.recurrences import recurrence
from spexplain.data.explanations.fits_file import (
    ExplanationFileError,
    load_explanation,
    replay,
    save_explanation,
)
from spexplain.data.explanations.saved import Origin, OtherModelError, SavedExplanation

N_PIXELS = 240
WAVE = np.linspace(3700.0, 5300.0, N_PIXELS)
FLUX = (1 + np.exp(-0.5 * ((WAVE - 5008.24) / 8) ** 2)).astype(np.float32)
ORIGIN = Origin("0266-51602-0001", "demo", "c0ffee", "anomaly", "mse", "beef", "Hβ, 'odd' & wide")
FEW = ExplainSettings(n_segments=20, n_samples=400, seed=7)


def line_flux(spectra: np.ndarray) -> np.ndarray:
    return (spectra[:, 190:205].astype(np.float64) ** 2).sum(axis=1)


TARGET = CallableTarget(line_flux, name="[O III] flux")


def parts(explanation: Explanation | Intervals) -> list[object]:
    """Every field; arrays as type, shape and bytes."""
    values = [getattr(explanation, field.name) for field in dataclasses.fields(explanation)]
    values = [repr(v) if isinstance(v, float) else v for v in values]  # NaN equals itself
    return [(v.dtype.str, v.shape, v.tobytes()) if isinstance(v, np.ndarray) else v for v in values]


def saved(explanation: Explanation, flux: np.ndarray = FLUX, **more) -> SavedExplanation:
    return SavedExplanation(explanation, WAVE, flux, ORIGIN, **more)


@pytest.mark.parametrize("method", ["lime", "saliency", "occlusion"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_saved_explanation_comes_back_bit_for_bit(tmp_path: Path, method: str, dtype: type):
    flux = FLUX.astype(dtype)
    made = explain(flux, TARGET, dataclasses.replace(FEW, method=method))
    save_explanation(tmp_path / "one.fits", saved(made, flux))
    back = load_explanation(tmp_path / "one.fits")
    assert parts(back.explanation) == parts(made)
    assert back.flux.dtype == dtype
    assert back.flux.tobytes() == flux.tobytes()
    assert back.wave_rest_aa.tobytes() == WAVE.tobytes()
    assert back.origin == ORIGIN
    assert back.intervals is None


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    weights=npst.arrays(np.float64, st.integers(1, 12)),
    scalars=st.lists(st.floats(), min_size=4, max_size=4),
    texts=st.lists(st.text(max_size=150), min_size=3, max_size=3),
    interval=st.booleans(),
    samples=st.none() | npst.arrays(np.float64, st.integers(1, 9)),
)
def test_whatever_an_explanation_holds_comes_back(
    tmp_path: Path, weights, scalars, texts, interval, samples
):
    n = len(weights)
    made = Explanation(
        "lime", texts[0], ExplainSettings(factor=0.1 + 0.2, kernel_width=1 / 3),
        np.arange(n, dtype=np.int32), weights, *scalars, 10, False, samples,
    )  # fmt: skip
    bounds = Intervals(weights - 1, weights + 1, weights / 3, 0.9) if interval else None
    given_ = SavedExplanation(
        made, np.arange(n) + 1 / 3, np.linspace(0, 1, n, dtype=np.float32),
        Origin(spectrum_id=texts[1], note=texts[2]), bounds,
    )  # fmt: skip
    save_explanation(tmp_path / "any.fits", given_)
    back = load_explanation(tmp_path / "any.fits")
    # repr, so that NaN equals itself and −0.0 does not equal 0.0.
    known = {"flux_digest": made.flux_digest, "below": made.below}  # of the flux beside it
    read = dataclasses.replace(back.explanation, **known)
    assert repr(parts(read)) == repr(parts(made))
    assert back.origin == given_.origin
    assert repr(back.intervals) == repr(bounds)


def test_a_replay_gives_the_same_bytes(tmp_path: Path):
    target = VaeScore(Vae(N_PIXELS, hidden=(32, 16), n_latent=4, seed=3))
    made = explain(FLUX, target, FEW)
    save_explanation(tmp_path / "one.fits", saved(made))
    again = VaeScore(Vae(N_PIXELS, hidden=(32, 16), n_latent=4, seed=3))
    assert parts(replay(tmp_path / "one.fits", again)) == parts(made)
    other = VaeScore(Vae(N_PIXELS, hidden=(32, 16), n_latent=4, seed=4))
    with pytest.raises(OtherModelError, match="mse of this spectrum was"):
        replay(tmp_path / "one.fits", other)
    differs = replay(tmp_path / "one.fits", other, allow_other_model=True)
    assert parts(differs) != parts(made)


def test_an_early_answer_replays_as_the_early_answer(tmp_path: Path):
    early = next(explain_progressively(FLUX, TARGET, FEW, counts=(150,)))
    assert not early.complete
    save_explanation(tmp_path / "early.fits", saved(early))
    assert parts(replay(tmp_path / "early.fits", TARGET)) == parts(early)


def test_replaying_on_another_target_says_so():
    made = saved(explain(FLUX, TARGET, FEW))
    with pytest.raises(ValueError, match=r"target '\[O III\] flux', got 'mse'"):
        replay(made, CallableTarget(line_flux, name="mse"))


def test_the_same_explanation_writes_the_same_bytes(tmp_path: Path):
    made = saved(explain(FLUX, TARGET, FEW))
    save_explanation(tmp_path / "a.fits", made)
    save_explanation(tmp_path / "b.fits", load_explanation(tmp_path / "a.fits"))
    assert (tmp_path / "a.fits").read_bytes() == (tmp_path / "b.fits").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.fits", "b.fits"]


def test_astropy_tables_open_it_with_units(tmp_path: Path):
    made = explain(FLUX, TARGET, FEW)
    intervals = Intervals(made.weights - 0.2, made.weights + 0.2, 0 * made.weights + 0.1, 0.95)
    save_explanation(tmp_path / "one.fits", saved(made, intervals=intervals))
    segments = Table.read(tmp_path / "one.fits", hdu="SEGMENTS")
    assert segments.colnames == [
        "wave_min_rest", "wave_max_rest", "weight", "weight_low", "weight_high", "weight_error",
        "per_10_percent",
    ]  # fmt: skip
    assert str(segments["wave_min_rest"].unit) == "Angstrom"
    np.testing.assert_array_equal(segments["weight"], made.weights)
    spectrum = Table.read(tmp_path / "one.fits", hdu="SPECTRUM")
    np.testing.assert_array_equal(spectrum["flux"], FLUX)
    header = fits.getheader(tmp_path / "one.fits")
    assert (header["OBJECT"], header["METHOD"]) == (ORIGIN.spectrum_id, "lime")


def test_a_header_shows_what_is_said_of_the_spectrum_and_its_redshift(tmp_path: Path):
    said = {"domain": "outside: noise", "z_warning": "poor data", "note": "tried at z = 0.1"}
    origin = dataclasses.replace(ORIGIN, **said)
    made = explain(FLUX, TARGET, FEW)
    save_explanation(tmp_path / "one.fits", SavedExplanation(made, WAVE, FLUX, origin))
    header = fits.getheader(tmp_path / "one.fits")
    assert [header[word] for word in ("DOMAIN", "ZDOUBT", "NOTE")] == list(said.values())
    assert load_explanation(tmp_path / "one.fits").origin == origin


def test_every_changed_byte_of_numbers_or_settings_is_noticed(tmp_path: Path):
    path = tmp_path / "one.fits"
    save_explanation(path, saved(explain(FLUX, TARGET, FEW)))
    whole = path.read_bytes()
    in_settings = whole.index(b'"n_samples"')
    in_weights = whole.index(explain(FLUX, TARGET, FEW).weights[:1].astype(">f8").tobytes())
    for at in (in_settings + 2, in_weights):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(ExplanationFileError, match="damaged"):
            load_explanation(path)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize("content", [b"", b"SIMPLE", b"\x80\x04pickle", b"{}" * 3000])
def test_other_files_are_refused_by_name(tmp_path: Path, content: bytes):
    path = tmp_path / "other.fits"
    path.write_bytes(content)
    with pytest.raises(ExplanationFileError, match=r"other\.fits"):
        load_explanation(path)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_file_is_refused(tmp_path: Path, share: float):
    path = tmp_path / "cut.fits"
    save_explanation(path, saved(explain(FLUX, TARGET, FEW)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ExplanationFileError, match=r"cut\.fits"):
        load_explanation(path)


def test_any_other_fits_is_refused(tmp_path: Path):
    fits.PrimaryHDU(np.zeros(3)).writeto(tmp_path / "image.fits")
    with pytest.raises(ExplanationFileError, match="FORMAT is ''"):
        load_explanation(tmp_path / "image.fits")
    with pytest.raises(FileNotFoundError):
        load_explanation(tmp_path / "absent.fits")


def test_shapes_that_do_not_fit_are_refused():
    made = explain(FLUX, TARGET, FEW)
    with pytest.raises(ValueError, match=r"flux must be \(240,\), got \(239,\)"):
        SavedExplanation(made, WAVE, FLUX[:-1])
    few = Intervals(made.weights[1:], made.weights[1:], made.weights[1:], 0.9)
    with pytest.raises(ValueError, match=r"intervals must be \(20,\), got \(19,\)"):
        SavedExplanation(made, WAVE, FLUX, intervals=few)
    with pytest.raises(ValueError, match=r"5300\.0 is followed by"):
        SavedExplanation(made, WAVE[::-1], FLUX)


@pytest.mark.parametrize("of_score", [True, False])
def test_what_other_exposures_would_say_comes_back_bit_for_bit(tmp_path: Path, of_score: bool):
    made = explain(FLUX, TARGET, FEW)
    redrawn = made.weights + np.random.default_rng(1).normal(0, 0.01, (28, 20))
    null = redrawn - made.weights if of_score else None
    found = recurrence(made.weights, redrawn, null, n_refused=2, n_asked=30)
    save_explanation(tmp_path / "one.fits", saved(made, recurrence=found))
    back = load_explanation(tmp_path / "one.fits").recurrence
    assert back is not None
    for name in ("top", "share", "beyond", "n_drawn", "n_refused", "n_asked"):
        np.testing.assert_array_equal(getattr(back, name), getattr(found, name))
    assert parts(back.intervals) == parts(found.intervals)
    assert back.sentence() == found.sentence()


def test_what_other_exposures_would_say_must_be_of_these_segments():
    made = explain(FLUX, TARGET, FEW)
    other = recurrence(np.ones(7), np.random.default_rng(0).normal(size=(9, 7)))
    with pytest.raises(ValueError, match=r"recurrence must be \(20,\), got \(7,\)"):
        saved(made, recurrence=other)


def _linear(slope: float) -> CallableTarget:
    return CallableTarget(lambda spectra: slope * spectra.sum(axis=1), name="sum")


def test_a_flux_that_was_not_explained_cannot_be_saved_with_an_explanation():
    wave, flux = np.arange(4000.0, 4100.0), np.linspace(1, 2, 100)
    made = explain(flux, _linear(1.0), ExplainSettings(n_segments=5, n_samples=50))
    with pytest.raises(ValueError, match="the flux is not the one that was explained"):
        SavedExplanation(made, wave, flux + 1e-6)
    assert SavedExplanation(made, wave, flux).flux is not None


@pytest.mark.parametrize("method", ["lime", "occlusion", "saliency"])
def test_a_replay_by_another_model_of_the_same_name_is_refused(tmp_path, method):
    wave, flux = np.arange(4000.0, 4100.0), np.linspace(1, 2, 100)
    settings = ExplainSettings(method=method, n_segments=5, n_samples=50)
    made = explain(flux, _linear(1.0), settings)
    save_explanation(tmp_path / "why.fits", SavedExplanation(made, wave, flux))
    again = replay(tmp_path / "why.fits", _linear(1.0))
    assert again.weights.tobytes() == made.weights.tobytes()
    with pytest.raises(OtherModelError, match="sum of this spectrum was 150 and is 300"):
        replay(tmp_path / "why.fits", _linear(2.0))
    assert replay(tmp_path / "why.fits", _linear(2.0), allow_other_model=True).value == 300

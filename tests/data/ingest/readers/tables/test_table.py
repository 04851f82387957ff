"""Reading spectra of one's own from plain tables."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.air_vacuum import air_to_vacuum, vacuum_to_air
from spexplain.data.ingest.readers import ReadError, read, read_all

WAVE = np.linspace(3800.0, 9200.0, 500)
FLUX = 3 + np.sin(WAVE / 300)


@pytest.fixture
def write(tmp_path):
    """write(columns, header) → path of a FITS table as astropy writes it."""

    def written(columns, name="mine.v2.fits", units=None, **header):
        table = Table(columns, units=units)
        table.meta.update(header)
        path = tmp_path / name
        table.write(path, overwrite=True)
        return path

    return written


def test_what_a_notebook_writes_is_read(write):
    path = write(
        {"wave": WAVE, "flux": FLUX, "ivar": np.full(500, 4.0)},
        units={"wave": "Angstrom", "flux": "1e-17 erg / (s cm2 Angstrom)"},
        Z=0.21,
        RA=150.5,
        DEC=-2.25,
        CLASS="qso",
        SUBCLASS="BROADLINE",
    )
    spectrum = read(path)
    assert (spectrum.id, spectrum.survey, spectrum.z) == ("mine.v2", "own", 0.21)
    assert (spectrum.ra, spectrum.dec) == (150.5, -2.25)
    assert (spectrum.spectral_class, spectrum.subclass) == ("QSO", "BROADLINE")
    assert "erg" in spectrum.flux_unit
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    assert (spectrum.ivar == 4).all()


@pytest.mark.parametrize(("wave", "flux", "error"), [
    ("WAVELENGTH", "Flux", "ERR"), ("lam", "FLUX_DENSITY", "sigma"),
    ("spectral_axis", "flux", "uncertainty"),
])  # fmt: skip
def test_other_names_and_errors_are_known(write, wave, flux, error):
    noise = np.full(500, 0.5)
    noise[[3, 4, 5]] = 0.0, -1.0, np.nan
    spectrum = read(write({wave: WAVE, flux: FLUX, error: noise}, REDSHIFT=0.1))
    assert spectrum.z == 0.1
    assert np.flatnonzero(~spectrum.has_data).tolist() == [3, 4, 5]
    np.testing.assert_allclose(spectrum.ivar[spectrum.has_data], 4.0)


def test_one_row_of_arrays_is_a_spectrum_and_several_are_not(write):
    one = {"wave": WAVE[None], "flux": FLUX[None], "ivar": np.ones((1, 500))}
    np.testing.assert_allclose(read(write(one)).flux, FLUX, rtol=1e-6)
    two = {name: np.concatenate([values, values]) for name, values in one.items()}
    with pytest.raises(ReadError, match="spexplain ingest takes all of them") as caught:
        read(write(two))
    assert caught.value.reason == "several spectra"
    assert [one.id for one in read_all(write(two))] == ["mine.v2-0", "mine.v2-1"]


@given(st.sampled_from([("nm", 0.1), ("um", 1e-4), ("m", 1e-10), ("", 1.0)]))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wavelengths_are_read_in_their_unit(write, unit):
    name, per_aa = unit
    units = {"wave": name} if name else None
    path = write({"wave": WAVE * per_aa, "flux": FLUX, "ivar": np.ones(500)}, units=units)
    np.testing.assert_allclose(read(path).wave_obs_aa, WAVE, rtol=1e-12)


def test_a_unit_that_is_no_length_is_told(write):
    path = write({"wave": WAVE, "flux": FLUX, "ivar": np.ones(500)}, units={"wave": "K"})
    with pytest.raises(ReadError, match="'K'") as caught:
        read(path)
    assert caught.value.reason == "unreadable"


@pytest.mark.parametrize("header", [{"AIRORVAC": "air"}, {"VACUUM": False}])
def test_wavelengths_in_air_become_vacuum(write, header):
    air = vacuum_to_air(WAVE)
    spectrum = read(write({"wave": air, "flux": FLUX, "ivar": np.ones(500)}, **header))
    np.testing.assert_allclose(spectrum.wave_obs_aa, air_to_vacuum(air), rtol=1e-12)
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-9)


def test_columns_as_text_without_errors_give_the_reason(tmp_path):
    columns = [fits.Column("WAVE", "E12.4", array=WAVE), fits.Column("FLUX", "E12.4", array=FLUX)]
    path = tmp_path / "g0003_1d.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.TableHDU.from_columns(columns)]).writeto(path)
    with pytest.raises(ReadError, match="the noise is unknown") as caught:
        read(path)
    assert caught.value.reason == "no errors"


def test_columns_as_text_are_read(tmp_path):
    columns = [
        fits.Column(name, "E14.6", array=values)
        for name, values in (("wave", WAVE), ("flux", FLUX), ("err", np.ones(500)))
    ]
    path = tmp_path / "text.fits"
    header = fits.Header({"Z": 0.06})
    fits.HDUList([fits.PrimaryHDU(header=header), fits.TableHDU.from_columns(columns)]).writeto(
        path
    )
    spectrum = read(path)
    assert spectrum.z == 0.06
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-5)


def test_a_redshift_that_is_no_number_is_quoted_and_a_table_that_nobody_knows_named(write):
    columns = {"wave": WAVE, "flux": FLUX, "ivar": np.full(500, 4.0)}
    spectrum = read(write(columns, Z="near"))
    assert np.isnan(spectrum.z)
    assert spectrum.z_note == "Z = 'near' is no number"
    assert read(write(columns, Z="near", REDSHIFT=0.05)).z_note == ""
    assert read(write(columns)).z_note == ""
    with pytest.raises(ReadError, match="columns wavel, flx"):
        read(write({"wavel": WAVE, "flx": FLUX}))


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ({"Z_SPEC": 0.31}, "the same file says Z_SPEC = 0.31"),
        ({"Z_SPEC": 0.2105, "Z_VI": 0.0}, ""),
        ({"Z_SPEC": 0.31, "ZWARNING": 4}, "another redshift or class fits nearly as well"),
    ],
)
def test_a_second_redshift_that_cannot_be_the_same_is_said(write, others, said):
    columns = {"wave": WAVE, "flux": FLUX, "ivar": np.full(500, 4.0)}
    spectrum = read(write(columns, units={"wave": "Angstrom"}, Z=0.21, **others))
    assert (spectrum.z, spectrum.z_warning) == (0.21, said)


def with_card(path, card):
    """One more card behind the last of the first extension's header, in place of blanks."""
    content = path.read_bytes()
    end = content.index(b"END" + b" " * 77, 2880)
    path.write_bytes(
        content[:end] + card.ljust(80) + content[end : end + 80] + content[end + 160 :]
    )


def test_numbers_as_text_are_scaled_once(tmp_path):
    columns = [
        fits.Column("WAVE", "E14.6", array=WAVE),
        fits.Column("FLUX", "I10", array=np.round(100 * FLUX).astype(int), ascii=True),
        fits.Column("ERR", "E14.6", array=np.ones(500)),
    ]
    path = tmp_path / "text.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.TableHDU.from_columns(columns)]).writeto(path)
    with_card(path, b"TSCAL2  =                 0.01")
    np.testing.assert_allclose(read(path).flux, np.round(100 * FLUX) / 100, rtol=1e-6)


@pytest.mark.parametrize("form", ["L", "8X", "500X"])
def test_true_and_false_and_bits_beside_the_pixels_are_read(tmp_path, form):
    bad = np.arange(500) % 31 == 3
    bits = {"L": bad, "8X": np.stack([bad] + [bad & False] * 7, axis=1), "500X": bad[None]}[form]
    one_row = form == "500X"
    arrays = {"wave": WAVE, "flux": FLUX, "err": np.ones(500)}
    columns = [
        fits.Column(n, "500D" if one_row else "D", array=v[None] if one_row else v)
        for n, v in arrays.items()
    ]
    other = [] if one_row else [fits.Column("telluric", "L", array=~bad)]
    table = fits.BinTableHDU.from_columns([*columns, fits.Column("mask", form, array=bits), *other])
    table.writeto(tmp_path / "a.fits")
    np.testing.assert_array_equal(read(tmp_path / "a.fits").has_data, ~bad)


def test_two_columns_of_one_name_are_told(tmp_path):
    columns = {"wave": WAVE, "flux": FLUX, "fluy": FLUX, "err": np.ones(500)}
    Table(columns).write(tmp_path / "a.fits")
    content = (tmp_path / "a.fits").read_bytes()
    (tmp_path / "a.fits").write_bytes(content.replace(b"'fluy", b"'FLUX"))
    with pytest.raises(ReadError, match="two of its columns are called 'FLUX': rename one"):
        read(tmp_path / "a.fits")

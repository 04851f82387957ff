"""DESI's coadds: several arms, many targets, redshifts beside."""

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spexplain.data.ingest.readers import ReadError, read, read_all

TARGETS = [39633300968442591, 39632936152073654, -1695072]
GRIDS = {"B": (0, 300), "R": (270, 600), "Z": (560, 900)}
WAVE = 3600 + 0.8 * np.arange(900)


def arm_hdus(arm, n, ivar, mask, cut):
    wave = WAVE[slice(*GRIDS[arm])]
    flux = np.stack([np.full(wave.size, 10.0 * (row + 1) + "BRZ".index(arm)) for row in range(n)])
    layers = {"FLUX": flux.astype(np.float32), "IVAR": np.full(flux.shape, ivar, np.float32)}
    bits = np.zeros(flux.shape, np.uint32)
    bits[:, :mask] = 4
    layers |= {"MASK": bits, "RESOLUTION": np.ones((n, 11, wave.size), np.float32)}
    return [
        fits.ImageHDU(wave, name=f"{arm}_WAVELENGTH"),
        *(fits.ImageHDU(v, name=f"{arm}_{k}") for k, v in layers.items() if k not in cut),
    ]


def table(name, **columns):
    forms = {"TARGETID": "K", "OBJTYPE": "3A", "SPECTYPE": "6A", "SUBTYPE": "20A", "ZWARN": "K"}
    return fits.BinTableHDU.from_columns(
        [fits.Column(name=k, format=forms.get(k, "D"), array=v) for k, v in columns.items()],
        name=name,
    )


def redshift_table(name="REDSHIFTS", ids=TARGETS, z=(0.3, 0.2, 0.1), warn=(0, 4, 0)):
    kinds = ["GALAXY", "QSO", "STAR"]
    return table(name, TARGETID=ids, Z=z, ZWARN=warn, SPECTYPE=kinds, SUBTYPE=["", "", "M"])


@pytest.fixture
def write(tmp_path):
    """write(name=…, extra=[hdus], ivar={arm: …}, mask=0, cut=()) → path."""

    def written(name="coadd-sv3-dark-26065.fits", extra=(), ivar=None, mask=0, cut=(), ids=TARGETS):
        ivar = {"B": 1.0, "R": 3.0, "Z": 1.0} | (ivar or {})
        kinds = ["TGT", "TGT", "SKY"][: len(ids)]
        place = {"TARGET_RA": 216.0 + np.arange(len(ids)), "TARGET_DEC": np.full(len(ids), 3.25)}
        hdus = [fits.PrimaryHDU(), table("FIBERMAP", TARGETID=ids, OBJTYPE=kinds, **place)]
        hdus.append(table("EXP_FIBERMAP", TARGETID=ids))
        for arm in GRIDS:
            hdus += arm_hdus(arm, len(ids), ivar[arm], mask, cut)
        fits.HDUList([*hdus, *extra]).writeto(tmp_path / name, overwrite=True)
        return tmp_path / name

    return written


def test_each_target_is_a_spectrum_of_all_arms(write):
    spectra = list(read_all(write()))
    assert [one.id for one in spectra] == [str(target) for target in TARGETS]
    assert [one.ra for one in spectra] == [216.0, 217.0, 218.0]
    assert {one.survey for one in spectra} == {"DESI"}
    for row, one in enumerate(spectra):
        np.testing.assert_allclose(one.wave_obs_aa, WAVE)
        assert one.flux[[0, 400, 899]].tolist() == [10 * (row + 1) + k for k in range(3)]


def test_overlaps_are_weighted_by_inverse_variance(write):
    first = next(read_all(write()))
    np.testing.assert_allclose(first.flux[270:300], (1 * 10 + 3 * 11) / 4)
    np.testing.assert_allclose(first.ivar[[0, 280, 400]], [1, 4, 3])


@pytest.mark.parametrize("beside", ["redrock-0-9144.fits", "zbest-0-9144.fits"])
def test_exposures_of_one_target_are_joined_and_redshifts_lie_beside(write, beside):
    path = write("spectra-0-9144.fits", ids=[TARGETS[0], TARGETS[0], TARGETS[1]])
    kind = "REDSHIFTS" if beside.startswith("redrock") else "ZBEST"
    hdus = fits.HDUList([fits.PrimaryHDU(), redshift_table(kind)])
    hdus.writeto(path.with_name(beside))
    twice, once = read_all(path)
    assert (twice.id, twice.z) == (str(TARGETS[0]), 0.3)
    assert once.id == str(TARGETS[1])
    np.testing.assert_allclose(twice.wave_obs_aa, WAVE)
    np.testing.assert_allclose(twice.flux[[0, 899]], [15, 17])
    np.testing.assert_allclose(twice.ivar[[0, 280, 400]], [2, 8, 6])


def test_masked_pixels_leave_the_overlap_to_the_other_arm(write):
    first = next(read_all(write(mask=10)))
    assert np.flatnonzero(~first.has_data).tolist() == list(range(10))
    np.testing.assert_allclose(first.flux[270:280], 10)  # of R the first ten are masked


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from("BRZ"), st.sampled_from([0.0, np.nan, -1.0]))
def test_an_arm_without_ivar_leaves_a_gap_and_nothing_else(write, arm, ivar):
    first = next(read_all(write(ivar={arm: ivar})))
    others = [range(*ends) for key, ends in GRIDS.items() if key != arm]
    assert set(np.flatnonzero(first.has_data)) == set().union(*others)


@pytest.mark.parametrize("name", ["REDSHIFTS", "ZBEST"])
def test_redshifts_in_the_file_are_taken_with_what_redrock_warns_of(write, name):
    one, other, sky = read_all(write(extra=[redshift_table(name)]))
    assert (one.z, one.spectral_class, one.z_note, one.z_warning) == (0.3, "GALAXY", "", "")
    assert (other.z, other.z_note) == (0.2, "")
    assert other.z_warning == "another redshift or class fits nearly as well"
    assert other.facts["zwarn"] == 4
    assert np.isnan(sky.z)
    assert sky.z_warning == ""
    assert "OBJTYPE 'SKY'" in sky.z_note


def test_redshifts_may_be_the_first_table_of_the_file(write, tmp_path):
    with fits.open(write()) as hdus:
        fits.HDUList([hdus[0], redshift_table(), *hdus[1:]]).writeto(tmp_path / "whole.fits")
    assert [one.z for one in read_all(tmp_path / "whole.fits")][:2] == [0.3, 0.2]


@pytest.mark.parametrize("prefix", ["redrock-", "zbest-"])
def test_redshifts_beside_are_found_by_target_in_any_order(write, tmp_path, prefix):
    path = write()
    beside = redshift_table(ids=TARGETS[::-1])
    fits.HDUList([fits.PrimaryHDU(), beside]).writeto(tmp_path / f"{prefix}sv3-dark-26065.fits")
    one, other, _ = read_all(path)
    assert (one.z, one.spectral_class, one.subclass) == (0.1, "STAR", "M")
    assert (other.z, bool(other.z_warning)) == (0.2, True)


def test_without_any_it_says_where_redshifts_could_come_from(write):
    first = next(read_all(write()))
    assert np.isnan(first.z)
    assert "--labels" in first.z_note


def test_a_table_of_redshifts_alone_is_no_spectrum(tmp_path):
    path = tmp_path / "redrock-sv3-dark-26065.fits"
    fits.HDUList([fits.PrimaryHDU(), redshift_table()]).writeto(path)
    with pytest.raises(ReadError, match="read with its coadd") as caught:
        read(path)
    assert caught.value.reason == "no spectrum"


def test_arms_that_are_joined_already_need_no_fibermap(tmp_path):
    hdus = [fits.PrimaryHDU(WAVE), fits.ImageHDU(np.ones((2, 900)), name="FLUX")]
    hdus[0].name = "WAVE"
    hdus.append(fits.ImageHDU(np.full((2, 900), 4.0), name="IVAR"))
    hdus.append(table("SPECTYPE", SPECTYPE=["BGS", "SN Ia"]))
    fits.HDUList(hdus).writeto(tmp_path / "examples.fits")
    spectra = list(read_all(tmp_path / "examples.fits"))
    assert [one.id for one in spectra] == ["examples-0", "examples-1"]
    assert [one.subclass for one in spectra] == ["BGS", "SN Ia"]
    assert all((one.ivar == 4).all() for one in spectra)


def test_one_spectrum_is_asked_of_a_file_of_many_in_vain(write):
    with pytest.raises(ReadError, match="holds several spectra") as caught:
        read(write())
    assert caught.value.reason == "several spectra"
    assert read(write(ids=TARGETS[:1])).id == str(TARGETS[0])


def test_arms_without_ivar_are_refused_and_those_without_flux_are_damaged(write):
    with pytest.raises(ReadError, match="B_IVAR") as caught:
        next(read_all(write(cut=("IVAR",))))
    assert caught.value.reason == "no errors"
    with pytest.raises(ReadError, match="shapes") as caught:
        next(read_all(write(cut=("FLUX",))))
    assert caught.value.reason == "unreadable"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.05, 0.93))
def test_a_cut_off_file_is_unreadable_wherever_it_is_cut(write, share):
    path = write()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ReadError) as caught:
        list(read_all(path))
    assert caught.value.reason == "unreadable"

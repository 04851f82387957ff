import pytest
from spexplain.data.ingest.readers.vocabulary.column_roles.column_names import columns_by_role
from spexplain.data.ingest.readers.vocabulary.column_roles.composed_names import (
    composed_name,
    only_composed,
)


@pytest.mark.parametrize(
    ("name", "role", "unit"),
    [
        ("wavelength_nm", "wave", "nm"), ("LAMBDA_A", "wave", "Angstrom"), ("waveObs", "wave", ""),
        ("WAVE_VAC_AA", "wave", "Angstrom"), ("lambdaUm", "wave", "um"),
        ("ln_wave", "log wave", ""),
        ("logwave_nm", "log wave", "nm"), ("freq_GHz", "frequency", "GHz"),
        ("flux_jy", "flux", "Jy"), ("FLUX_OBS", "flux", ""), ("fluxMJy", "flux", "MJy"),
        ("calflux", "flux", ""), ("flux_err_mJy", "error", "mJy"), ("SIGMA_FLUX", "error", ""),
        ("e_flam", "error", ""), ("DFLAM", "error", ""), ("flux_e", "error", ""),
        ("1SIGMA", "error", ""),
        ("sigma_f", "error", ""), ("flux1sig", "error", ""),
        ("inv_variance", "ivar", ""), ("variance_flux", "variance", ""),
        ("inv_var_flux", "ivar", ""), ("err_percent", "error", "%"),
    ],
)  # fmt: skip
def test_names_of_several_words_say_what_they_are(name, role, unit):
    told = composed_name(name)
    assert told is not None
    assert (told.role, told.unit) == (role, unit)


@pytest.mark.parametrize(
    "name",
    ["flux_sky", "flux_model", "wave_rest", "rest_wavelength", "WAVE_MIN", "LINEWAVE", "lsf_sigma",
     "SPECTROFLUX", "specobjid", "E", "d", "sigma_v", "err_lambda", "spectral_index", "snr", "",
     "_", "z_err", "lambda_f_lambda", "lamFlam"],
)  # fmt: skip
def test_a_word_that_is_not_known_makes_it_another_column(name):
    assert composed_name(name) is None


def test_a_name_of_the_table_goes_before_one_of_several_words():
    found = columns_by_role(["flux_obs", "flux", "wave", "sigma_flux", "ivar"])
    assert found == {"flux": "flux", "wave": "wave", "ivar": "ivar"}


def test_the_fewest_words_count_and_two_alike_are_nobody():
    assert only_composed(["flux_opt_cal", "flux_opt"], ["flux"]) == {"flux": "flux_opt"}
    assert only_composed(["flux_opt", "flux_obs"], ["flux"]) == {}


@pytest.mark.parametrize(
    ("name", "role"),
    [("PIXEL_FLAGS", "quality"), ("flux_flag", "quality"), ("BITMASK", "quality"),
     ("bad_mask", "mask"), ("masked", "mask"), ("rejected", "mask"), ("mask_bool", "mask"),
     ("exclude", "mask"), ("outlier", "mask"), ("clean", "good mask"), ("ok", "good mask"),
     ("is_masked", "mask"), ("good_data", "good mask"), ("not_masked", "good mask"),
     ("notMasked", "good mask"), ("IS_NOT_BAD", "good mask"), ("unflagged", "good mask"),
     ("keep", "good mask"), ("use_flag", "good mask")],
)  # fmt: skip
def test_masks_of_several_words_are_found_where_no_other_is(name, role):
    assert columns_by_role(["wave", "flux", "err", name])[role] == name
    assert role not in columns_by_role(["wave", "flux", "err", "bpm", name]).keys() - {"mask"}


@pytest.mark.parametrize("name", ["or_mask", "contmask", "line_mask", "sky_flag", "flag_z"])
def test_masks_of_something_else_are_none(name):
    assert not columns_by_role([name]).keys() & {"mask", "good mask", "quality"}


@pytest.mark.parametrize("named", ["wave_vac", "LAMBDA_VAC", "vac_wave"])
def test_of_two_axes_the_one_in_vacuum_counts(named):
    assert columns_by_role(["wave", "flux", "err", named])["wave"] == named
    assert columns_by_role(["flux", "err", "wavelength_in_air"])["wave"] == "wavelength_in_air"

"""Against the examples in sdss/tree, sdss/datamodel and astroquery."""

import pytest
from spexplain.data.fetch.archives.sdss_layout import fiber_paths, field_paths, release_number


@pytest.mark.parametrize("text", ["dr17", "DR17", " dr 17", "17"])
def test_a_release_as_it_is_written(text):
    assert release_number(text) == 17


@pytest.mark.parametrize("text", ["dr7", "dr21", "seventeen", "", "-17"])
def test_others_are_told(text):
    with pytest.raises(ValueError, match="dr8 to dr20"):
        release_number(text)


def test_plates_of_sdss_lie_in_the_reductions_of_old():
    lite = fiber_paths(266, 51602, 13, 17)
    assert lite[0] == "dr17/sdss/spectro/redux/26/spectra/lite/0266/spec-0266-51602-0013.fits"
    assert [path.split("/")[4] for path in lite] == ["26", "104", "103"]
    full = fiber_paths(266, 51602, 13, 12, lite=False)
    assert full[0] == "dr12/sdss/spectro/redux/26/spectra/0266/spec-0266-51602-0013.fits"
    early = fiber_paths(266, 51602, 13, 8)  # where there were none without exposures
    assert early[0] == "dr8/sdss/spectro/redux/26/spectra/0266/spec-0266-51602-0013.fits"
    known = fiber_paths(2052, 53401, 1, 17, run2d="103")
    assert "/redux/103/" in known[0]
    assert len(known) == 3


def test_plates_of_boss_lie_in_the_reduction_of_their_release():
    paths = fiber_paths(10247, 58162, 218, 17)
    name = "10247/spec-10247-58162-0218.fits"
    assert paths[0] == f"dr17/eboss/spectro/redux/v5_13_2/spectra/lite/{name}"
    assert fiber_paths(4055, 55359, 1, 12)[0].startswith(
        "dr12/boss/spectro/redux/v5_7_0/spectra/lite/"
    )
    full = fiber_paths(10247, 58162, 218, 17, lite=False)
    assert full[0] == f"dr17/eboss/spectro/redux/v5_13_2/spectra/full/{name}"
    later = fiber_paths(10247, 58162, 218, 19)
    assert later == [f"dr19/spectro/sdss/redux/v5_13_2/spectra/lite/{name}"]
    with pytest.raises(ValueError, match="begin with dr9"):
        fiber_paths(4055, 55359, 1, 8)


def test_fields_of_sdss_v_lie_by_release():
    daily, epoch = field_paths(15000, 59146, 4375924756, 19)
    name = "015000/59146/spec-015000-59146-4375924756.fits"
    assert daily == f"dr19/spectro/boss/redux/v6_1_3/spectra/lite/{name}"
    assert epoch == f"dr19/spectro/boss/redux/v6_1_3/epoch/spectra/lite/{name}"
    boss, sdss = field_paths(15000, 59146, 4375924756, 18, lite=False)
    name = "15000p/59146/spec-15000-59146-04375924756.fits"
    assert boss == f"dr18/spectro/boss/redux/v6_0_4/spectra/full/{name}"
    assert sdss == f"dr18/spectro/sdss/redux/v6_0_4/spectra/full/{name}"
    latest = field_paths(112360, 60000, 27021598150202075, 20)[0]
    assert latest.endswith(
        "/spectra/daily/lite/112XXX/112360/60000/spec-112360-60000-27021598150202075.fits"
    )
    with pytest.raises(ValueError, match="--release dr19"):
        field_paths(15000, 59146, 4375924756, 17)

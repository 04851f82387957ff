"""E(B-V) from maps so small that a test can draw them, in the format of the real ones."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from spexplain.data.build.dust.dust_maps import (
    DustError,
    download_dust_maps,
    dust_folder,
    milky_way_ebv,
)

N_PIXELS = 257
NAMES = {1: "SFD_dust_4096_ngp.fits", -1: "SFD_dust_4096_sgp.fits"}


def draw_map(folder, pole, ebv_of):
    """One hemisphere in SFD's Lambert projection (their appendix C), E(B-V) by a formula."""
    scale = centre = (N_PIXELS - 1) / 2
    y, x = np.mgrid[:N_PIXELS, :N_PIXELS] - centre
    radius = np.hypot(x, y) / scale
    b = pole * np.degrees(np.arcsin(np.clip(1 - radius**2, -1, 1)))
    longitude = np.degrees(np.arctan2(-pole * y, x)) % 360
    header = fits.Header({"LAM_NSGP": pole, "LAM_SCAL": scale})
    header["CRPIX1"] = header["CRPIX2"] = centre + 1
    data = ebv_of(longitude, b).astype(np.float32)
    fits.PrimaryHDU(data, header).writeto(folder / NAMES[pole])


def smooth_dust(longitude, b):
    """More towards the plane, more in the north than in the south, and uneven in longitude."""
    return 0.3 - 0.003 * np.abs(b) + 0.05 * (b > 0) + 0.02 * np.cos(np.radians(longitude))


@pytest.fixture
def maps(tmp_path):
    folder = tmp_path / "dust"
    folder.mkdir()
    for pole in NAMES:
        draw_map(folder, pole, smooth_dust)
    return folder


@pytest.fixture
def served(maps):
    handler = partial(_Quiet, directory=str(maps))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


def test_positions_are_looked_up_in_galactic_coordinates(maps):
    rng = np.random.default_rng(1)
    ra, dec = rng.uniform(0, 360, 200), np.degrees(np.arcsin(rng.uniform(-1, 1, 200)))
    galactic = SkyCoord(ra, dec, unit=u.deg).galactic
    longitude, b = galactic.l.deg, galactic.b.deg
    away = np.abs(b) > 3  # of the plane, where the two maps end
    found = milky_way_ebv(ra, dec, folder=maps, scaling=1)
    np.testing.assert_allclose(found[away], smooth_dust(longitude, b)[away], atol=2e-3)


def test_the_map_is_rescaled_unless_its_own_values_are_asked_for(maps):
    usual = milky_way_ebv([10.0], [20.0], folder=maps)
    raw = milky_way_ebv([10.0], [20.0], folder=maps, scaling=1)
    np.testing.assert_allclose(usual, 0.86 * raw)


def test_an_unknown_position_has_unknown_dust_and_does_not_spoil_the_others(maps):
    ebv = milky_way_ebv([10.0, np.nan, 30.0], [20.0, 5.0, np.nan], folder=maps)
    assert np.isfinite(ebv).tolist() == [True, False, False]
    assert milky_way_ebv([], [], folder=maps).shape == (0,)
    assert np.isnan(milky_way_ebv([np.nan], [np.nan], folder=maps)).all()


def test_without_maps_the_error_names_the_command_and_the_alternative(tmp_path):
    with pytest.raises(
        DustError, match=r"spexplain download dust.*column “ebv” of --labels"
    ) as caught:
        milky_way_ebv([10.0], [20.0], folder=tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_half_a_map_is_no_map(maps):
    (maps / NAMES[-1]).unlink()
    with pytest.raises(DustError, match=r"\(no SFD_dust_4096_sgp\.fits\)"):
        milky_way_ebv([10.0], [20.0], folder=maps)


def test_a_damaged_map_is_said_to_be_damaged(maps):
    for name in NAMES.values():
        (maps / name).write_bytes(b"not a map")
    with pytest.raises(DustError, match=r"damaged.*fetch it again"):
        milky_way_ebv([10.0], [20.0], folder=maps)


def test_positions_that_make_no_sense_are_refused(maps):
    with pytest.raises(ValueError, match=r"got \(2,\) and \(1,\)"):
        milky_way_ebv([1.0, 2.0], [3.0], folder=maps)
    with pytest.raises(ValueError, match=r"-91\.0° is beyond a pole"):
        milky_way_ebv([1.0], [-91.0], folder=maps)


def test_the_maps_go_to_the_programs_own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(tmp_path))
    assert dust_folder() == tmp_path / "dust"
    with pytest.raises(DustError, match=str(tmp_path / "dust")):
        milky_way_ebv([1.0], [2.0])


def test_download_fetches_both_hemispheres_once(served, maps, tmp_path):
    told = []
    folder = download_dust_maps(
        tmp_path / "new", source=served, progress=lambda *done: told.append(done)
    )
    assert told == [(0, 2), (1, 2), (2, 2)]
    np.testing.assert_array_equal(
        milky_way_ebv([10.0, 200.0], [20.0, -40.0], folder=folder),
        milky_way_ebv([10.0, 200.0], [20.0, -40.0], folder=maps),
    )
    # A second time needs no network at all.
    assert download_dust_maps(folder, source="http://127.0.0.1:9") == folder


def test_a_broken_off_download_is_fetched_again(served, tmp_path):
    folder = download_dust_maps(tmp_path / "new", source=served)
    whole = (folder / NAMES[1]).read_bytes()
    (folder / NAMES[1]).write_bytes(whole[: len(whole) // 2])
    download_dust_maps(folder, source=served)
    assert (folder / NAMES[1]).read_bytes() == whole


def test_what_is_no_map_is_not_kept(served, maps, tmp_path):
    (maps / NAMES[1]).write_text("<html>Sign in to the guest network</html>")
    with pytest.raises(DustError, match="something else than the map"):
        download_dust_maps(tmp_path / "new", source=served)
    assert list((tmp_path / "new").iterdir()) == []


def test_hemispheres_that_are_mixed_up_are_noticed(served, maps, tmp_path):
    (maps / NAMES[1]).write_bytes((maps / NAMES[-1]).read_bytes())
    with pytest.raises(DustError, match="something else than the map"):
        download_dust_maps(tmp_path / "new", source=served)


def test_without_a_network_the_error_says_what_else_can_be_done(served, tmp_path):
    says = r"404.*again.*--source.*ngp\.fits and .*sgp\.fits.*by hand.*column “ebv” of --labels"
    with pytest.raises(DustError, match=says):
        download_dust_maps(tmp_path / "new", source=f"{served}/elsewhere")

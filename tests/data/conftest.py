"""Files as SDSS writes them, made up on the spot, and where the real ones may lie."""

import os
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

LOGLAM = 3.58 + 1e-4 * np.arange(3800)


def coadd_table(loglam, flux, ivar, and_mask, case):
    columns = {
        "flux": (flux, "E"),
        "loglam": (loglam, "E"),
        "ivar": (ivar, "E"),
        "and_mask": (and_mask, "J"),
    }
    return fits.BinTableHDU.from_columns(
        [
            fits.Column(name=getattr(name, case)(), format=form, array=values)
            for name, (values, form) in columns.items()
            if values is not None
        ],
        name="COADD",
    )


def object_table(plate, mjd, fiber, z, spectral_class, subclass, ra, dec):
    """A few columns among others of many formats, as in SPECOBJ."""
    columns = [
        ("CHUNK", "16A", ["chunk1"]),
        ("PLATESN2", "E", [15.0]),
        ("SPECPRIMARY", "B", [1]),
        ("TARGETOBJID", "22A", ["1237"]),
        ("THETA", "10E", [np.arange(10.0)]),
        ("PLATE", "J", [plate]),
        ("MJD", "J", [mjd]),
        ("FIBERID", "J", [fiber]),
        ("PLUG_RA", "D", [ra]),
        ("PLUG_DEC", "D", [dec]),
        ("CLASS", "6A", [spectral_class]),
        ("SUBCLASS", "21A", [subclass]),
        ("Z", "E", [z]),
        ("ZWARNING", "J", [0]),
    ]
    return fits.BinTableHDU.from_columns(
        [fits.Column(name=name, format=form, array=values) for name, form, values in columns],
        name="SPECOBJ",
    )


def spec_writer(root):
    """write_spec(name, fiber=1, z=0.1, flux=…, …) → path of a spec-PLATE-MJD-FIBER file."""

    def write(name=None, **changes):
        about = {"plate": 266, "mjd": 51602, "fiber": 1, "z": 0.1, "spectral_class": "GALAXY"}
        about |= {"subclass": "AGN", "ra": 146.5, "dec": -0.5}
        about |= {key: changes.pop(key) for key in list(changes) if key in about}
        loglam = changes.pop("loglam", LOGLAM)
        table = {
            "loglam": loglam,
            "flux": 5 + np.sin(np.arange(loglam.size) / 50),
            "ivar": np.full(loglam.size, 4.0),
            "and_mask": np.zeros(loglam.size, np.int32),
            "case": "lower",
        } | {key: changes.pop(key) for key in list(changes) if key in ("flux", "ivar", "and_mask")}
        table["case"] = changes.pop("case", "lower")
        hdus = [fits.PrimaryHDU(), coadd_table(**table)]
        if not changes.pop("bare", False):
            hdus.append(object_table(**about))
        for number in range(changes.pop("exposures", 0)):
            hdus.append(coadd_table(**table))
            hdus[-1].name = f"B1-{number:08}"
        assert not changes, changes
        path = root / (name or f"in/spec-{about['plate']:04}-51602-{about['fiber']:04}.fits")
        path.parent.mkdir(parents=True, exist_ok=True)
        fits.HDUList(hdus).writeto(path)
        return path

    return write


def sp_spec_writer(root):
    """write_sp_spec(SPEC_CLN=2, rows=…, …) → path of a legacy spSpec file."""

    def write(name="in/spSpec-51602-0266-001.fit", rows=None, **cards):
        if rows is None:
            flux = 5 + np.sin(np.arange(LOGLAM.size) / 50)
            rows = np.stack([flux, flux - 5, np.full(flux.size, 0.5), np.zeros(flux.size)])
        primary = fits.PrimaryHDU(np.asarray(rows, np.float32))
        given = {"PLATEID": 266, "MJD": 51602, "FIBERID": 1, "Z": 0.1, "Z_STATUS": 4}
        given |= {"SPEC_CLN": 2, "RAOBJ": 146.5, "DECOBJ": -0.5}
        given |= {"COEFF0": LOGLAM[0], "COEFF1": 1e-4, "TELESCOP": "SDSS 2.5-M"}
        primary.header.update(given | cards)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        primary.writeto(path)
        return path

    return write


@pytest.fixture
def write_spec(tmp_path):
    return spec_writer(tmp_path)


@pytest.fixture
def write_sp_spec(tmp_path):
    return sp_spec_writer(tmp_path)


@pytest.fixture(scope="session")
def folder_of_fates(tmp_path_factory):
    """One input of each fate, and things that are no FITS files; leave it as it is."""
    root = tmp_path_factory.mktemp("fates")
    write_spec, write_sp_spec = spec_writer(root), sp_spec_writer(root)
    write_spec("in/a/galaxy.fits", fiber=1, z=0.1)
    write_spec("in/a/qso.fits", fiber=2, z=0.5, spectral_class="QSO", subclass="BROADLINE")
    write_sp_spec("in/b/spSpec-51602-0266-003.fit", FIBERID=3)
    write_spec("in/b/star.fits", fiber=4, z=0.0001, spectral_class="STAR", subclass="F5")
    write_spec("in/b/far.fits", fiber=5, z=1.2, spectral_class="QSO")
    write_spec("in/b/none.fits", fiber=6, z=np.nan)
    write_spec("in/b/zero.fits", fiber=7, z=0.0)
    write_spec("in/b/blue.fits", fiber=8, z=-0.001)
    write_spec("in/b/short.fits", fiber=9, loglam=4.0 + 1e-4 * np.arange(100))
    write_spec("in/b/empty_pixels.fits", fiber=10, flux=np.full(3800, np.nan))
    write_spec("in/b/no_ivar.fits", fiber=11, ivar=None)
    write_spec("in/b/z_again.fits", fiber=1, z=0.1)
    whole = (root / "in/a/galaxy.fits").read_bytes()
    (root / "in/b/cut.fits").write_bytes(whole[: len(whole) // 2])
    (root / "in/b/nothing.fits").write_bytes(b"")
    (root / "in/b/text.fits").write_text("wavelength flux\n1 2\n")
    fits.PrimaryHDU(np.ones((5, 9))).writeto(root / "in/b/image.fits")
    (root / "in/README.md").write_text("not asked for")
    return root / "in"


@pytest.fixture(scope="session")
def real_spectra():
    """Folder of real spectra: $SPEXPLAIN_REAL, or shared/real beside the checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "real"
    folder = Path(os.environ.get("SPEXPLAIN_REAL", beside))
    if not (folder / "index.csv").exists():
        pytest.skip(f"no real spectra at {folder}; set SPEXPLAIN_REAL to use some")
    return folder

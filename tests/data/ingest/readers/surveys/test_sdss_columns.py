import numpy as np
import pytest
from astropy.io import fits
from spexplain.data.ingest.readers import read

N = 300
LOGLAM = np.linspace(3.58, 3.96, N)


@pytest.fixture
def write(tmp_path):
    def written(columns, lines=True, **more):
        coadd = {
            "FLUX": np.full(N, 3.0), "LOGLAM": LOGLAM, "IVAR": np.ones(N),
            "AND_MASK": np.zeros(N, int), "MODEL": np.full(N, 2.5),
        }  # fmt: skip
        tables = [coadd, {"Z": [0.1], "CLASS": ["QSO"], **columns}]
        if lines:
            tables.append({"LINENAME": ["H_alpha", "H_beta"], "LINEAREA": [9.0, 3.0],
                           "LINEEW": [4.0, 1.0], **more})  # fmt: skip
        hdus = [fits.BinTableHDU.from_columns(_columns(table)) for table in tables]
        path = tmp_path / "spec-015000-59146-4544940698.fits"
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
        return read(path)

    return written


def _columns(table):
    made = []
    for name, values in table.items():
        array = np.array(values)
        kind = f"{array.dtype.itemsize // 4}A" if array.dtype.kind == "U" else "D"
        made.append(fits.Column(name, "K" if array.dtype.kind == "i" else kind, array=array))
    return made


def test_columns_of_sdss_v_and_lines_come_along(write):
    found = write({"SDSS_ID": [114844000123456789], "EBV": [0.04], "FIELD": [15000]})
    assert found.id == "spec-015000-59146-4544940698"
    assert found.facts == {
        "sdss_id": "114844000123456789", "ebv_survey": 0.04, "field": 15000.0,
        "h_alpha_area": 9.0, "h_alpha_ew": 4.0, "h_beta_area": 3.0, "h_beta_ew": 1.0,
    }  # fmt: skip
    np.testing.assert_array_equal(found.model, np.float32(2.5))
    assert found.medium == "vacuum"


@pytest.mark.parametrize(
    ("bits", "words"), [(0, ""), (4, "another redshift"), (1 << 4, "many outliers")]
)
def test_its_warning_is_in_words(write, bits, words):
    assert write({"ZWARNING": [bits]}).z_warning.startswith(words or "")


def test_a_file_without_lines_has_the_rest(write):
    assert write({"EBV": [-999.0], "VDISP": [150.0]}, lines=False).facts["vdisp"] == 150.0

"""Many spectra a table, each a row of arrays, in ECSV and VOTable as in FITS."""

import numpy as np
import pytest
from astropy import units as u
from astropy.table import MaskedColumn, Table
from spexplain.data.ingest.readers import ReadError, read, read_all

WAVE = np.linspace(380.0, 920.0, 200)
FLUX = 30 + 10 * np.sin(WAVE / 30) + np.arange(3)[:, None]
FORMS = {"ecsv": "ascii.ecsv", "vot": "votable"}


def table(**more):
    columns = {"wave": np.tile(WAVE, (3, 1)) * u.nm, "flux": FLUX, "err": np.full((3, 200), 0.5)}
    return Table(columns | more)


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize("varying", [False, True])
def test_each_row_is_a_spectrum_with_its_facts(tmp_path, ending, varying):
    facts = {
        "TARGETID": [39627835576420141, 2, 3],
        "Z": [0.1, 0.2, 0.3],
        "SPECTYPE": ["QSO", "STAR", "QSO"],
        "n": MaskedColumn([1, 2, 3], mask=[0, 1, 0]),
    }
    made = table(**facts)
    if varying:
        for name in ("wave", "flux", "err"):
            rows = np.empty(3, object)
            rows[:] = [np.array(made[name][row])[: 200 - row] for row in range(3)]
            made[name] = rows
        made["wave"].unit = u.nm
    made.write(tmp_path / f"a.{ending}", format=FORMS[ending])
    found = list(read_all(tmp_path / f"a.{ending}"))
    assert [one.id for one in found] == ["39627835576420141", "2", "3"]
    assert [one.z for one in found] == [0.1, 0.2, 0.3]
    assert found[1].spectral_class == "STAR"
    assert found[0].facts["n"] == 1
    assert "n" not in found[1].facts
    for row, one in enumerate(found):
        n = 200 - row if varying else 200
        np.testing.assert_allclose(one.wave_obs_aa, 10 * WAVE[:n])
        np.testing.assert_allclose(one.flux, FLUX[row][:n], rtol=1e-6)
        np.testing.assert_allclose(one.ivar, 4)


def test_rows_that_are_orders_are_one_spectrum(tmp_path):
    made = Table(
        {
            "wave": [WAVE[:80] * 10, WAVE[70:150] * 10, WAVE[120:] * 10],
            "flux": FLUX[:, :80],
            "err": np.full((3, 80), 0.5),
            "order": [1, 2, 3],
        }
    )
    made.write(tmp_path / "a.ecsv", format="ascii.ecsv")  # fmt: skip
    assert read(tmp_path / "a.ecsv").id == "a"


def test_lists_as_text_are_told_with_what_to_do(tmp_path):
    lines = ["id,wave,flux,err", *(f'o{row},"[1, 2]","[1, 2]","[1, 2]"' for row in range(3))]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    with pytest.raises(ReadError, match="lists as text: write them as lists in Parquet"):
        read(tmp_path / "a.csv")

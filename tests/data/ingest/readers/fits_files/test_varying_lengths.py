"""Arrays of varying length, wherever they lie in the heap; outside it they are damage."""

import numpy as np
import pytest
from astropy.io import fits
from spexplain.data.ingest.readers import read
from spexplain.data.ingest.readers.errors import ReadError
from spexplain.data.ingest.readers.fits_files.varying_lengths import of_one_length, vary


def rows(*where):
    table = np.zeros(len(where), [("N", ">i4"), ("FLUX", ">i4", 2)])
    table["FLUX"] = where
    return table


def test_shorter_arrays_are_filled_and_other_columns_stay():
    heap = b"gap." + np.arange(5, dtype=">f4").tobytes()
    table, forms = of_one_length(rows((2, 16), (3, 4), (0, 0)), ("J", "1PE(3)"), heap)
    assert forms == ("J", "3E")
    nan = np.nan
    np.testing.assert_array_equal(table["FLUX"], [[3, 4, nan], [0, 1, 2], [nan, nan, nan]])
    assert table["N"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("where", [(-1, 0), (2, -4), (2, 4), (2**30, 0)])
def test_what_lies_outside_the_heap_is_damage(where):
    with pytest.raises(ValueError, match=r"heap|buffer"):
        of_one_length(rows(where), ("J", "PE"), b"\0" * 8)


def test_text_and_what_would_be_huge_stay_as_they_are():
    for form, where in (("PA(9)", (9, 0)), ("PE(0)", (0, 0))):
        table, forms = of_one_length(rows(where), ("J", form), b"\0" * 16)
        assert forms == ("J", form)
        assert table["FLUX"].tolist() == [[*where]]
    many = rows(*[(30, 0)] * 700_000)
    assert of_one_length(many, ("J", "PE"), b"\0" * 120)[1] == ("J", "PE")


def test_forms_of_varying_length_are_told_from_others():
    assert [vary(form) for form in ("PE(3)", "1QD", "0PB", "E", "10A", "P")] == [1, 1, 1, 0, 0, 1]


def test_a_heap_that_is_said_to_lie_within_the_rows_is_damage(tmp_path):
    arrays = {"flux": np.ones(60), "wave": np.linspace(4000, 9000, 60), "error": np.ones(60)}
    columns = [
        fits.Column(name, "PD()", array=np.array([values, values[:0]], object)[:1])
        for name, values in arrays.items()
    ]
    table = fits.BinTableHDU.from_columns(columns)
    table.columns["wave"].unit = "Angstrom"
    for within in (-24, 16):
        table.header["ELSE"] = within  # astropy would mend it
        table.writeto(tmp_path / "a.fits", overwrite=True)
        assert read(tmp_path / "a.fits").flux.size == 60
        forged = (tmp_path / "a.fits").read_bytes().replace(b"ELSE ", b"THEAP")
        (tmp_path / "b.fits").write_bytes(forged)
        with pytest.raises(ReadError, match=rf"within its rows \(THEAP = {within}\)"):
            read(tmp_path / "b.fits")

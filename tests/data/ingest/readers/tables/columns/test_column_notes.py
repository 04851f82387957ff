"""What text says of its columns beside their names is believed."""

import numpy as np
import pytest
from spexplain.core.spectra.units.unit_spellings import RELATIVE, SURVEY_FLUX
from spexplain.data.ingest.delimited import read_delimited
from spexplain.data.ingest.readers import ReadError, read
from spexplain.data.ingest.readers.tables.columns.column_notes import described_form, units_below

WAVE = np.linspace(3800.0, 9200.0, 200)
FLUX = 30 + 10 * np.sin(WAVE / 300)
NM, CGS = WAVE / 10, FLUX * 1e-17


def text(path, head, wave=NM, flux=CGS, sep=" "):
    rows = "\n".join(sep.join((f"{a:.8g}", f"{b:.8g}", f"{b / 50:.8g}"))
                     for a, b in zip(wave, flux, strict=True))  # fmt: skip
    path.write_text(head + rows + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "head",
    [
        "# z = 0.1\nwave flux err\nnm erg/s/cm2/A erg/s/cm2/A\n",
        "# z = 0.1\n# wave flux err\n# nm erg/s/cm2/A erg/s/cm2/A\n",
        "# z = 0.1 / of NED\n# wave (nm)\n# flux (erg/s/cm2/A)\nwave flux err\n",
        "# z = 0.1\n# wave: nm\n# flux: erg/s/cm2/A\nwave flux err\n",
        "# z = 0.1\n# wave_unit = nm\n# flux_unit = erg/s/cm2/A\nwave flux err\n",
        "# z = 0.1\n# col1: wavelength [nm]\n# col2: flux [erg/s/cm2/A]\n# col3: error\n",
        "# z = 0.1\n# columns: wave(nm) flux(erg/s/cm2/A) err(erg/s/cm2/A)\n",
        "# z = 0.1\n# 1 wavelength (nm)\n# 2 flux (erg/s/cm2/A)\n# 3 sigma (erg/s/cm2/A)\n",
        "\\z = 0.1\n|wave      |flux       |err        |\n|double|double|double|\n"
        "|nm    |erg/s/cm2/A|erg/s/cm2/A|\n",
    ],
)
def test_units_and_names_in_lines_of_their_own(tmp_path, head):
    if head.startswith("\\"):  # IPAC's columns have their places
        lines = ["|" + "|".join(word.strip().ljust(14) for word in line.strip("|").split("|")) + "|"
                 if line.startswith("|") else line for line in head.splitlines()]  # fmt: skip
        rows = (f" {a:<14.8g} {b:<14.8g} {b / 50:<14.8g} " for a, b in zip(NM, CGS, strict=True))
        (tmp_path / "a.tbl").write_text("\n".join([*lines, *rows]), encoding="utf-8")
        spectrum = read(tmp_path / "a.tbl")
    else:
        spectrum = read(text(tmp_path / "a.txt", head))
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    assert (spectrum.flux_unit, spectrum.z) == (SURVEY_FLUX, 0.1)


@pytest.mark.parametrize(
    "head",
    [
        "# wave flux err good\n",
        "# columns: wave flux err good\n",
        "# col1: wave\n# col2: flux\n# col3: err\n# col4: good\n",
    ],
)
@pytest.mark.parametrize("first", ["4000 5 1 false", "4000 INDEF 1 true"])
def test_a_first_pixel_with_a_word_in_it_is_no_heading(tmp_path, head, first):
    rows = [first, *(f"{4000 + k} {5 + k % 3} 1 true" for k in range(1, 20))]
    (tmp_path / "a.txt").write_text(head + "\n".join(rows), encoding="utf-8")
    spectrum = read(tmp_path / "a.txt")
    assert spectrum.wave_obs_aa.tolist() == [*range(4000, 4020)]
    assert spectrum.has_data.tolist() == [False] + [True] * 19


def test_a_remark_on_air_is_heard(tmp_path):
    path = text(tmp_path / "a.txt", "# wavelengths are in air\n# wave flux err\n", WAVE, FLUX)
    spectrum = read(path)
    assert spectrum.medium == "air"
    assert spectrum.flux_unit == RELATIVE


@pytest.mark.parametrize("name", ["a", "a.prn", "a.mydata", "a.1d"])
def test_text_is_read_under_any_name(tmp_path, name):
    spectrum = read(text(tmp_path / name, "# z = 0.1\nwave flux err\n", WAVE, FLUX))
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_called_so(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ReadError, match="the file is empty"):
        read(tmp_path / "a.csv")


def test_a_line_of_numbers_is_no_line_of_units():
    assert units_below(read_delimited(b"wave flux\n1 2\n3 4")) == {}
    assert units_below(read_delimited(b"wave flux\nnm Jy\n3 4")) == {"wave": "nm", "flux": "Jy"}


def test_descriptions_are_known_by_how_they_begin():
    assert described_form(b"Title: x\nByte-by-byte Description of file") == "ascii.mrt"
    assert described_form(b"\\z = 0.1\n|wave|\n 4000") == "ascii.ipac"
    assert described_form(b"|wave|\n|4000|") == ""
    assert described_form(b"wave,flux\n1,2") == ""


@pytest.mark.parametrize(
    "head",
    [
        "# Redshift,0.1\nwave flux err\n",
        "# z 0.1\n# wave flux err\n",
        "# redshift z = 0.1 (NED)\n# wave flux err\n",
        "# z = 0.1, SNR = 12\n# wave flux err\n",
        "# z_spec: 0.1 +/- 0.001\n# ------\n# wave flux err\n# ------\n",
        "A spectrum of mine\nz = 0.1\nwave flux err\n",
    ],
)
def test_redshifts_and_names_among_prose(tmp_path, head):
    spectrum = read(text(tmp_path / "a.txt", head, WAVE, FLUX))
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    assert spectrum.z == 0.1


@pytest.mark.parametrize("note", ["# z_err 0.1", "# zero point 0.1", "# z band 0.1"])
def test_other_numbers_are_no_redshift(tmp_path, note):
    assert np.isnan(read(text(tmp_path / "a.txt", f"{note}\nwave flux err\n", WAVE, FLUX)).z)


def test_tables_of_excel_and_of_markdown(tmp_path):
    rows = [f"{a:.8g}|{b:.8g}|0.5" for a, b in zip(WAVE, FLUX, strict=True)]
    excel = "sep=;\nwave;flux;err\n" + "\n".join(row.replace("|", ";") for row in rows)
    marked = "| wave | flux | err |\n|---|---|---|\n" + "\n".join(f"| {row} |" for row in rows)
    for name, content in (("a.csv", excel), ("b.md", marked)):
        (tmp_path / name).write_text(content)
        np.testing.assert_allclose(read(tmp_path / name).flux, FLUX, rtol=1e-6)


def test_a_text_of_one_endless_line_is_refused_at_once(tmp_path):
    (tmp_path / "a.csv").write_text("# z = 0.1\n# " + "wave (x " * 50_000 + "\n1 2 3\n")
    with pytest.raises(ReadError):
        read(tmp_path / "a.csv")

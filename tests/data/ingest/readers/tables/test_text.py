"""Text of many programs says the same: headings, notes, units, and what stands for no number."""

import numpy as np
import pytest
from astropy.table import Table
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.unit_spellings import RELATIVE, SURVEY_FLUX
from spexplain.data.ingest.readers import ReadError, read, read_all
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import Hints, parse_columns

N = 60
WAVE = np.linspace(4000.0, 9000.0, N)
FLUX = 30 + 10 * np.sin(WAVE / 300)
UNIT = "1e-17 erg/s/cm2/A"


def rows(wave=WAVE, mark=" ", end="\n"):
    return "".join(f"{w}{mark}{f}{mark}0.5{end}" for w, f in zip(wave, FLUX, strict=True))


def spectrum(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    return read(tmp_path / "a.txt")


def same(found, unit=RELATIVE):
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(found.flux, FLUX, rtol=1e-5)
    np.testing.assert_allclose(found.ivar, 4.0, rtol=1e-5)
    assert found.flux_unit == unit


@pytest.mark.parametrize(
    "head",
    [
        f"# Wavelength [Angstrom], Flux [{UNIT}], Error [{UNIT}]",
        f"# Wavelength (Angstrom)  Flux ({UNIT})  Error ({UNIT})",
        f"wave[Å] flux[{UNIT}] err[{UNIT}]",
        f"Wavelength [Angstrom (vacuum)]  Flux [{UNIT}]  Error [{UNIT}]",
        f"# flux in units of {UNIT}\n# wave flux err",
        f"# Flux units: {UNIT}\n# wave flux err",
        f"# units: Angstrom, {UNIT}, {UNIT}\n# wave flux err",
    ],
)
def test_headings_and_notes_say_units_however_they_part_them(tmp_path, head):
    same(spectrum(tmp_path, f"{head}\n{rows()}"), SURVEY_FLUX)


@pytest.mark.parametrize(
    "head",
    ["# Wavelength  Flux  Flux Error", "λ F_λ σ", "λ Fλ σ_F", "# wavelength (vacuum) flux err"],
)
def test_names_of_two_words_and_in_greek(tmp_path, head):
    same(spectrum(tmp_path, f"{head}\n{rows()}"))


@pytest.mark.parametrize("mark", ["//", ";", "*", "C", "--", "REM", "$", ">"])
def test_notes_of_any_language_before_the_numbers(tmp_path, mark):
    head = "".join(f"{mark} {line}\n" for line in ("made by hand", "z = 0.1", "wave flux err"))
    found = spectrum(tmp_path, head + rows())
    same(found)
    assert found.z == 0.1


def test_air_in_a_heading_is_heard(tmp_path):
    wave = vacuum_to_air(WAVE)
    for head in ('"Wavelength [Angstrom, air]",Flux,Error', "Wavelength (air),Flux,Error"):
        same(spectrum(tmp_path, f"{head}\n{rows(wave, ',')}"))


def test_a_delimiter_behind_every_line_of_data(tmp_path):
    same(spectrum(tmp_path, f"wave,flux,err\n{rows(mark=',', end=',' + chr(10))}"))


@pytest.mark.parametrize(
    "nothing", ["---", "INDEF", "...", "#N/A", "<NA>", "n.a.", "?", "1.#QNAN", "masked", "nan(ind)"]
)
def test_what_other_programs_write_for_no_number_is_none(tmp_path, nothing):
    first, *others = rows(mark=",").splitlines()
    wave, _, error = first.split(",")
    text = "\n".join(["wave,flux,err", f"{wave},{nothing},{error}", *others])
    np.testing.assert_array_equal(spectrum(tmp_path, text).has_data, np.arange(N) > 0)


def test_the_word_that_is_no_number_is_the_one_quoted(tmp_path):
    first, *others = rows(mark=",").splitlines()
    with pytest.raises(ReadError, match=r"column 'err' holds text such as 'about 0\.5'"):
        spectrum(tmp_path, "\n".join(["wave,flux,err", first[:-3] + "about 0.5", *others]))


@pytest.mark.parametrize("marks", [("1", ""), ("1.0", "nan"), ("0x0004", "0x0000")])
def test_a_mask_is_set_where_something_says_so(tmp_path, marks):
    lines = [f"{line},{marks[n > 0]}" for n, line in enumerate(rows(mark=",").splitlines())]
    found = spectrum(tmp_path, "\n".join(["wave,flux,err,mask", *lines]))
    np.testing.assert_array_equal(found.has_data, np.arange(N) > 0)


@pytest.mark.parametrize(
    ("note", "z"),
    [
        *(("z=0.116;ra=10", 0.116), ("RA=10.5 DEC=-3.2 z=0.116", 0.116)),
        *(("name: Mrk 1; z: 0.116", 0.116), ("heliocentric redshift = 0.116", 0.116)),
        *(("redshift of host: 0.116", 0.116), ("z(spec) = 0.116", 0.116)),
        *(("cz = 29979.2458 km/s", 0.1), ("z 0.9 mag", np.nan), ("z_err = 0.001", np.nan)),
        *(("redshift = 29979.2458 km/s", 0.1), ("z~0.116", 0.116), ('{"z": 0.116}', 0.116)),
        *(("Z = 0.02 (metallicity)", np.nan), ("Z = 0.4 Zsun", np.nan)),
    ],
)
def test_a_redshift_among_other_remarks(tmp_path, note, z):
    np.testing.assert_allclose(spectrum(tmp_path, f"# {note}\n# wave flux err\n{rows()}").z, z)


@pytest.mark.parametrize(
    ("head", "value", "z", "told"),
    [
        *(("cz [km/s]", 29979.2458, 0.1, ""), ("redshift (km/s)", 29979.2458, 0.1, "")),
        *(("z [km s-1]", 29.9792458, 1e-4, ""), ("z [none]", 0.1, 0.1, "")),
        *(("Z (solar)", 0.4, np.nan, "no redshift"), ("Z [Zsun]", 0.4, np.nan, "no redshift")),
        *(("Z [dex]", 0.4, np.nan, "no redshift"), ("z [AB]", 0.4, np.nan, "no number")),
    ],
)
def test_a_column_of_redshifts_is_what_its_unit_says(tmp_path, head, value, z, told):
    lines = rows(mark=",").replace("\n", f",{value}\n")
    found = spectrum(tmp_path, f"wave,flux,err,{head}\n{lines}")
    np.testing.assert_allclose(found.z, z)
    assert told in found.z_note


def test_a_power_of_ten_behind_the_unit_of_a_note_counts(tmp_path):
    same(spectrum(tmp_path, f"# flux unit: erg/s/cm2/A (x1e-17)\n# wave flux err\n{rows()}"),
         SURVEY_FLUX)  # fmt: skip


def test_numbers_that_a_votable_has_as_text_are_numbers(tmp_path):
    columns = {"wave": WAVE, "flux": FLUX, "err": np.full(N, 0.5)}
    table = Table({name: [f"{one:.9f}" for one in values] for name, values in columns.items()})
    table.write(tmp_path / "a.vot", format="votable")
    same(read(tmp_path / "a.vot"))


def test_a_list_of_spectra_elsewhere_is_told(tmp_path):
    Table({"access_url": ["http://a/b"], "s_ra": [1.0]}).write(tmp_path / "a.vot", format="votable")
    with pytest.raises(ReadError, match="fetch what its access_url names"):
        read(tmp_path / "a.vot")


@pytest.mark.parametrize(
    "head",
    [
        f"# wavelength unit: Angstrom\n# flux unit: {UNIT}\nwave flux err",
        f"# lambda in Angstrom, flux in {UNIT}\nwave flux err",
        f"# Wavelength is in Angstrom\n# Fluxes are in {UNIT}\nwave flux err",
        f"# col 1: wavelength (AA)\n# col 2: flux ({UNIT})\n# col 3: error",
        f"wave\tflux\terr\nN\tN\tN\n# units: Angstrom, {UNIT}, {UNIT}",
        f"# noise: of photons\n# mask: none\n# flux in {UNIT}\nwave flux err",
    ],
)
def test_notes_may_call_a_column_by_any_name_that_it_has(tmp_path, head):
    mark = "\t" if "\t" in head else " "
    same(spectrum(tmp_path, f"{head}\n{rows(mark=mark)}"), SURVEY_FLUX)


@pytest.mark.parametrize(
    "head", ["# wavelength: air\nwave flux err", "# Air wavelengths (Angstrom)\nwave flux err"]
)
def test_a_note_of_wavelengths_says_that_they_are_in_air(tmp_path, head):
    found = spectrum(tmp_path, f"{head}\n{rows(vacuum_to_air(WAVE))}")
    assert found.medium == "air"
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)


@pytest.mark.parametrize(
    "ids", [("39627652591521796", "39627652591521797"), ("007", "7"), ("1e5", "100000")]
)
def test_names_of_objects_are_text_to_the_last_digit(tmp_path, ids):
    lines = [f"{id} {line}" for id in ids for line in rows().splitlines()]
    (tmp_path / "a.txt").write_text("\n".join(["id wave flux err", *lines]))
    assert [one.id for one in read_all(tmp_path / "a.txt")] == [*ids]


def test_columns_that_the_user_names_have_the_units_of_their_headings(tmp_path):
    (tmp_path / "a.txt").write_text(f"a [nm],b [{UNIT}],c [{UNIT}]\n{rows(WAVE / 10, ',')}")
    for columns in ("wave=a,flux=b,error=c", f"wave=a [nm];flux=b [{UNIT}];error=c [{UNIT}]"):
        hints = Hints(parse_columns([columns]))
        (found,) = read_all(tmp_path / "a.txt", hints)
        same(found, SURVEY_FLUX)


def test_thousands_may_be_parted(tmp_path):
    lines = (f'"{w:,.6f}",{f},0.5' for w, f in zip(WAVE, FLUX, strict=True))
    same(spectrum(tmp_path, "wave,flux,err\n" + "\n".join(lines)))


def test_several_things_may_stand_in_the_note_of_a_redshift(tmp_path):
    assert spectrum(tmp_path, f"# z=0.1 ra=10 dec=5\nwave flux err\n{rows()}").z == 0.1

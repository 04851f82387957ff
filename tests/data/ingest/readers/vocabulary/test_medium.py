import pytest
from spexplain.data.ingest.readers.vocabulary.medium import medium_of, sentences_say


@pytest.mark.parametrize(
    ("keyword", "value", "said"),
    [("WAVEREF", "air", "air"), ("VACAIR", "VAC", "vacuum"), ("WAVE_AIR", True, "air"),
     ("IN_AIR", "no", "vacuum"), ("AIR2VAC", True, "vacuum"), ("AIR2VAC", False, ""),
     ("AIR2VAC", "PERFORMED", "vacuum"),
     ("WAVEUNIT", "Angstrom (air)", "air"), ("TUNIT2", "Angstrom (air)", "air"),
     ("TCOMM2", "wavelength in vacuum", "vacuum"), ("TCOMM2", "fairly good", ""),
     ("TCOMM2", "air or vacuum", ""), ("COMMENT", "Wavelengths are in air", "air"),
     ("HISTORY", "wavelengths converted from air to vacuum", "vacuum"),
     ("HISTORY", "converted from air to vacuum", "vacuum"), ("HISTORY", "air to be let in", ""),
     ("VAC2AIR", True, "air"), ("VAC2AIR", False, ""), ("WAVE_SYS", "air", "air"),
     ("CTYPE1", "WAVE", "vacuum"), ("CTYPE1", "WAVE-LOG", "vacuum"), ("CTYPE1", "WAVELENGTH", "")],
)  # fmt: skip
def test_what_a_header_says_of_the_medium(keyword, value, said):
    assert medium_of({keyword: value}.get, column="wave", number=2) == said


@pytest.mark.parametrize(
    "text",
    ["airmass 1.2", "wavelengths in vacuum, not heliocentric", "wave in air or vacuum",
     "air temperature 12",
     "air and vacuum wavelengths", "wavelength in air?"],
)  # fmt: skip
def test_a_remark_that_does_not_say_it_says_nothing(text):
    assert sentences_say(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [("No air to vacuum conversion has been applied", "air"), ("wavelengths NOT in vacuum", "air"),
     ("wavelengths were never corrected to vacuum", "air"), ("no vacuum correction applied", "air"),
     ("wavelengths are not in air", "vacuum"), ("vactoair applied", "air"),
     ("airtovac applied", "vacuum"), ("no telluric correction of wavelengths in air", "")],
)  # fmt: skip
def test_what_is_denied_of_one_medium_is_said_of_the_other(text, said):
    assert sentences_say(text) == said

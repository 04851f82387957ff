"""JSON as people and services write it: each form holds the very same spectrum."""

import json
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.ingest.readers import ReadError, read, read_all

D = 150
WAVE = np.linspace(4000.0, 9000.0, D)
FLUX = 10 + np.sin(WAVE / 50)
W, F, IVAR = WAVE.tolist(), FLUX.tolist(), [4.0] * D
ONE = {"wave": W, "flux": F, "ivar": IVAR}
CGS = "1e-17 erg / (s cm2 Angstrom)"
FRAME = pd.DataFrame(ONE)
NM = {"wave": (WAVE / 10).tolist(), "flux": F, "error": [0.5] * D}


def found(tmp_path, content, name="a.json"):
    text = content if isinstance(content, str) else json.dumps(content)
    (tmp_path / name).write_text(text)
    return list(read_all(tmp_path / name))


def same(spectrum):
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-5)
    np.testing.assert_allclose(spectrum.ivar, 4.0, rtol=1e-5)


@pytest.mark.parametrize(
    "content",
    [
        ONE,
        {"spectrum": ONE},
        {"spectra": [ONE], "survey": "mine"},
        [{"wave": w, "flux": f, "ivar": 4.0} for w, f in zip(W, F, strict=True)],
        *(FRAME.to_json(orient=form) for form in ("records", "columns", "split", "table", "index")),
        FRAME.to_json(orient="records", lines=True),
        NM | {"units": {"wave": "nm"}},
        NM | {"wave": {"value": NM["wave"], "unit": "nm"}},
        {"spectrum": NM | {"flux": {"data": F, "units": CGS}, "wave": {"values": W}}},
        {
            "metadata": [{"name": "wave", "unit": "nm"}, {"name": "flux"}, {"name": "error"}],
            "data": [[w / 10, f, 0.5] for w, f in zip(W, F, strict=True)],
        },
    ],
)
def test_every_form_of_one_spectrum_is_read_alike_under_the_files_name(tmp_path, content):
    (spectrum,) = found(tmp_path, content)
    same(spectrum)
    assert spectrum.id == "a"


def of_row(id, z, **more):
    return {"id": id, "z": z, **ONE, **more}


@pytest.mark.parametrize(
    "content",
    [
        [of_row("x", 0.1), of_row("y", 0.2)],
        [{"status": {"success": True}}, of_row("x", 0.1), of_row("y", 0.2)],
        {"count": 2, "next": None, "results": [of_row("x", 0.1), of_row("y", 0.2)]},
        "\n".join(json.dumps(row) for row in (of_row("x", 0.1), of_row("y", 0.2))),
        {"wave": W, "flux": [F, F], "ivar": [IVAR, IVAR], "id": ["x", "y"], "z": [0.1, 0.2]},
    ],
)
def test_many_spectra_come_under_their_names_with_their_redshifts(tmp_path, content):
    spectra = found(tmp_path, content, "many.jsonl")
    assert [(one.id, one.z) for one in spectra] == [("x", 0.1), ("y", 0.2)]
    for one in spectra:
        same(one)


def test_an_object_of_objects_holds_spectra_by_name_or_arms_of_one(tmp_path):
    first, second = found(tmp_path, {"NGC1": ONE | {"z": 0.1}, "NGC2": ONE | {"z": 0.2}})
    assert [(first.id, first.z), (second.id, second.z)] == [("a-NGC1", 0.1), ("a-NGC2", 0.2)]

    red = ONE | {"wave": (WAVE + 5010).tolist()}
    (joined,) = found(tmp_path, {"blue": ONE, "red": red})
    assert joined.id == "a"
    np.testing.assert_allclose(joined.wave_obs_aa[[0, -1]], [4000, 14010])


def test_a_first_spectrum_with_names_of_its_own_is_not_passed_over_in_silence(tmp_path):
    other = {"lambda": W, "f": F, "e": IVAR}
    with pytest.raises(ReadError, match="1 of its spectra"):
        found(tmp_path, [other, of_row("x", 0.1)])


def test_null_and_nan_are_no_data_and_large_ids_keep_their_digits(tmp_path):
    flux = [None, float("nan"), *F[2:]]
    (one,) = found(tmp_path, ONE | {"flux": flux, "targetid": 39627835576420141})
    assert one.id == "39627835576420141"
    assert not one.has_data[:2].any()
    assert one.has_data[2:].all()


def test_a_redshift_in_a_header_is_read_and_a_magnitude_z_beside_it_is_not(tmp_path):
    (one,) = found(tmp_path, ONE | {"header": {"Z": 0.4}, "photometry": {"z": 17.2}})
    assert one.z == 0.4


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        ({"a": 1}, "unknown format", "none is a wavelength"),
        ([1, 2, 3], "unknown format", "without an object that names"),
        ({}, "unknown format", "without an object that names"),
        ("{", "unreadable", "no JSON that can be read"),
        ("[" * 100_000, "unreadable", "recursion"),
        (json.dumps(ONE)[:900], "unreadable", "no JSON that can be read"),
        (ONE | {"flux": F[:10]}, "unreadable", "150 wavelengths but 10 fluxes"),
        ({"wave": W, "flux": [F, F[:9]], "ivar": [IVAR, IVAR]}, "unreadable", "9 to 150 values"),
        ({"NGC 1": {"spectra": []}}, "unknown format", "none is a wavelength"),
    ],
)
def test_what_holds_no_spectrum_is_refused_in_words(tmp_path, content, reason, words):
    with pytest.raises(ReadError, match=words) as told:
        found(tmp_path, content)
    assert told.value.reason == reason


def test_json_is_known_by_its_content_under_any_ending(tmp_path):
    for name in ("a", "a.dat", "a.txt"):
        (tmp_path / name).write_text(json.dumps(ONE))
        same(read(tmp_path / name))


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["wave", "flux", "ivar", "data", "columns", "unit", "value", "0", "1"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(content=_JSON)
def test_any_json_is_read_or_refused_in_words(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(content))
    with suppress(ReadError):
        list(read_all(path))

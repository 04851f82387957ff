"""Structs within structs, arms in columns, and what Parquet's fields and pandas' indices say."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX
from spexplain.data.ingest.readers import ReadError, read_all

D = 120
WAVE = np.geomspace(3800.0, 9200.0, D)
FLUX = 30 + 10 * np.sin(WAVE / 300)
IDS, Z = ["a", "b", "c"], [0.05, 0.116, 0.3]
CGS = "erg / (s cm2 Angstrom)"


def part(at=slice(None), **more):
    return {
        "wave": WAVE[at].tolist(),
        "flux": FLUX[at].tolist(),
        "ivar": [4.0] * len(WAVE[at]),
    } | more


def found(tmp_path, columns):
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    return list(read_all(tmp_path / "a.parquet"))


def same(spectra, ids=IDS):
    assert [(one.id, one.z) for one in spectra] == [*zip(ids, Z, strict=True)]
    for one in spectra:
        np.testing.assert_allclose(one.wave_obs_aa, WAVE, rtol=1e-6)
        np.testing.assert_allclose(one.flux, FLUX, rtol=1e-5)
        np.testing.assert_allclose(one.ivar, 4.0, rtol=1e-5)


BLUE, RED = slice(0, 70), slice(70, D)
ARMS = {"b": part(BLUE), "r": part(RED)}


@pytest.mark.parametrize(
    "of_row",
    [
        lambda id, z: {"object_id": id, "z": z, "data": {"spectrum": part()}},
        lambda id, z: {"object_id": id, "z": z, "arms": ARMS},
        lambda id, z: {"object_id": id, "z": z, "a": {"b": {"arms": ARMS}}},
        lambda id, z: {"data": {"object_id": id, "z": z, "spectrum": part()}},
        lambda id, z: {"meta": {"object_id": id, "z": z}, "spectrum": part()},
        lambda id, z: {"spectrum": part(object_id=id, z=z)},
    ],
)
def test_spectra_and_what_is_said_of_them_may_lie_within_structs(tmp_path, of_row):
    rows = [of_row(*one) for one in zip(IDS, Z, strict=True)]
    same(found(tmp_path, {name: [row[name] for row in rows] for name in rows[0]}))


@pytest.mark.parametrize("name", ["{arm}_{part}", "{part}_{arm}"])
def test_arms_may_be_columns_with_their_name_before_or_behind(tmp_path, name):
    """Of DESI the third is called z, as a redshift is."""
    arms = {"b": slice(0, 40), "r": slice(40, 80), "z": slice(80, D)}
    lists = {
        name.format(arm=arm, part=what): [values] * 3
        for arm, at in arms.items()
        for what, values in part(at).items()
    }
    same(found(tmp_path, {"targetid": IDS, "redshift": Z, **lists}))


def test_fields_say_units_and_air_within_structs_too(tmp_path):
    def field(name, unit, **more):
        return pa.field(name, pa.list_(pa.float64()), metadata={"units": unit, **more})

    fields = [
        field("wave", "nm", description="wavelength in air"),
        *(field(name, CGS) for name in ("flux", "error")),
    ]
    values = {"wave": vacuum_to_air(WAVE) / 10, "flux": FLUX * 1e-17, "error": 0.5e-17 + 0 * FLUX}
    column = pa.array([values] * 3, pa.struct(fields))
    spectra = found(tmp_path, {"id": IDS, "z": Z, "spectrum": column})
    same(spectra)
    assert {(one.flux_unit, one.medium) for one in spectra} == {(SURVEY_FLUX, "air")}


@pytest.mark.parametrize("name", ["id", None])
def test_an_index_of_pandas_names_objects(tmp_path, name):
    lists = {"wave": [WAVE] * 3, "flux": [FLUX] * 3, "ivar": [4.0 + 0 * FLUX] * 3}
    frame = pd.DataFrame({"z": Z, **lists}, index=pd.Index(IDS, name=name))
    frame.to_parquet(tmp_path / "a.parquet")
    same(list(read_all(tmp_path / "a.parquet")))


def test_an_index_of_objects_and_pixels_tells_them_apart(tmp_path):
    pixels = {"wave": np.tile(WAVE, 3), "flux": np.tile(FLUX, 3), "ivar": 4.0}
    index = pd.MultiIndex.from_product([IDS, range(D)], names=["id", "pixel"])
    frame = pd.DataFrame({**pixels, "z": np.repeat(Z, D)}, index=index)
    frame.to_parquet(tmp_path / "a.parquet")
    same(list(read_all(tmp_path / "a.parquet")))


def test_whole_numbers_in_floating_point_are_names(tmp_path):
    """As pandas writes them where one is missing."""
    lists = {name: [values] * 3 for name, values in part().items()}
    spectra = found(tmp_path, {"targetid": [39627.0, 39628.0, None], "z": Z, **lists})
    same(spectra, ["39627", "39628", "a-2"])


@pytest.mark.parametrize("names", [("z", "Z"), ("Z", "z"), ("redshift", "REDSHIFT")])
def test_redshifts_under_names_that_differ_in_case_alone_may_contradict(tmp_path, names):
    lists = {name: [values] * 3 for name, values in part().items()}
    spectra = found(tmp_path, {"id": IDS, names[0]: Z, names[1]: [0.7] * 3, **lists})
    same(spectra)
    assert all("= 0.7" in one.z_warning for one in spectra)


TWO = [part(BLUE), part(RED)]


@pytest.mark.parametrize(
    "of_row",
    [
        {"arms": TWO},
        {"spectra": {"n": 2, "arms": TWO}},
        {name: [arm[name] for arm in TWO] for name in TWO[0]},
    ],
)
def test_arms_may_be_lists(tmp_path, of_row):
    columns = {"object_id": IDS, "z": Z, **{name: [one] * 3 for name, one in of_row.items()}}
    same(found(tmp_path, columns))


def test_decimals_and_names_in_an_index_without_a_name_are_read(tmp_path):
    frame = pd.DataFrame(part(), index=["a"] * D)
    pd.concat([frame, frame.set_axis(["b"] * D)]).to_parquet(tmp_path / "a.parquet")
    assert [one.id for one in read_all(tmp_path / "a.parquet")] == ["a", "b"]
    columns = {name: pa.array([round(v, 5) for v in values]).cast(pa.decimal128(12, 5))
               for name, values in part().items()}  # fmt: skip
    (one,) = found(tmp_path, columns)
    np.testing.assert_allclose(one.flux, FLUX, rtol=1e-5)


def test_structs_of_single_numbers_are_no_spectra(tmp_path):
    pq.write_table(pa.table({"x": [{"wave": 1.0, "flux": 2.0}]}), tmp_path / "a.parquet")
    with pytest.raises(ReadError, match="none is a wavelength"):
        list(read_all(tmp_path / "a.parquet"))

"""Wavelengths that no column has but metadata say."""

import json

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.table import Table
from spexplain.data.ingest.readers import ReadError, read, read_all

D = 120
WAVE = np.linspace(3800.0, 9200.0, D)
LOG = 10 ** (np.log10(3800.0) + 1e-3 * np.arange(D))
FLUX = 30 + 10 * np.sin(WAVE / 300)
IDS = ["a", "b", "c"]
ONE = {"flux": FLUX, "ivar": np.full(D, 4.0)}
MANY = {"object_id": IDS, **{name: [values] * 3 for name, values in ONE.items()}}
STEP = float(WAVE[1] - WAVE[0])
SAID = [
    ({"wave": WAVE.tolist()}, WAVE),
    ({"wavelength_grid": WAVE.tolist()}, WAVE),
    ({"lambda": (WAVE / 10).tolist(), "lambda_unit": "nm"}, WAVE),
    ({"loglam": np.log10(LOG).tolist()}, LOG),
    ({"COEFF0": float(np.log10(3800.0)), "COEFF1": 1e-3}, LOG),
    ({"crval1": 380.0, "cdelt1": STEP / 10, "cunit1": "nm"}, WAVE),
]


def by_pandas(path, columns, said):
    frame = pd.DataFrame(columns)
    frame.attrs = said
    frame.to_parquet(path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def by_pyarrow(path, columns, said):
    texts = {name: one if isinstance(one, str) else json.dumps(one) for name, one in said.items()}
    table = pa.table(columns).replace_schema_metadata(texts)
    pq.write_table(table, path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def by_astropy(path, columns, said):
    Table(columns, meta=said).write(path.with_suffix(".ecsv"), format="ascii.ecsv", overwrite=True)
    return path.with_suffix(".ecsv")


def by_h5py(path, columns, said):
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        for name, values in columns.items():
            file[name] = np.array(values, "S" if name == "object_id" else float)
        file.attrs.update(said)
    return path.with_suffix(".h5")


@pytest.mark.parametrize(("said", "wave"), SAID)
@pytest.mark.parametrize("write", [by_pandas, by_pyarrow, by_astropy, by_h5py])
def test_an_axis_of_the_metadata_is_that_of_every_spectrum(tmp_path, write, said, wave):
    for columns, ids in ((ONE, ["one"]), (MANY, IDS)):
        spectra = list(read_all(write(tmp_path / "one", columns, said)))
        assert [one.id for one in spectra] == ids
        for one in spectra:
            np.testing.assert_allclose(one.wave_obs_aa, wave, rtol=1e-6)
            np.testing.assert_allclose(one.flux, FLUX, rtol=1e-5)


def test_an_axis_of_another_size_is_refused_with_both_sizes(tmp_path):
    path = by_pandas(tmp_path / "one", ONE, {"wave": WAVE[:-1].tolist()})
    with pytest.raises(ReadError, match="119 wavelengths in its metadata but 120 fluxes"):
        read(path)


def test_a_column_goes_before_the_metadata(tmp_path):
    path = by_pandas(tmp_path / "one", {**ONE, "wave": WAVE}, {"wavelength": (WAVE + 5).tolist()})
    np.testing.assert_allclose(read(path).wave_obs_aa, WAVE)


@pytest.mark.parametrize("heading", ["flux_{:g}", "flux_{:g}A", "{:g}"])
def test_wavelengths_that_are_the_names_of_columns(tmp_path, heading):
    names = [*(heading.format(w) for w in WAVE), *(f"err_{w:g}" + heading[9:] for w in WAVE)]
    rows = [f"{name},0.1,{','.join(f'{k * f:.6g}' for f in FLUX)},{','.join(['0.5'] * D)}"
            for k, name in enumerate(IDS, 1)]  # fmt: skip
    (tmp_path / "a.csv").write_text("\n".join([f"id,z,{','.join(names)}", *rows]))
    found = [*read_all(tmp_path / "a.csv")]
    assert [(one.id, one.z) for one in found] == [(name, 0.1) for name in IDS]
    for k, one in enumerate(found, 1):
        np.testing.assert_allclose(one.wave_obs_aa, WAVE, atol=0.1)
        np.testing.assert_allclose(one.flux, k * FLUX, rtol=1e-5)
        assert np.all(one.ivar == 4)


def test_columns_that_are_numbered_are_no_wavelengths(tmp_path):
    names = ",".join(f"{kind}_{n}" for kind in ("flux", "err") for n in range(1, 41))
    (tmp_path / "a.csv").write_text(f"id,{names}\na,{','.join(['1'] * 80)}\n")
    with pytest.raises(ReadError, match="numbers of pixels"):
        read(tmp_path / "a.csv")

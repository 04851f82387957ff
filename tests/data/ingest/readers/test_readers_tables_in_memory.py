"""A table in memory is the spectrum that it would be in a file."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from astropy import units as u
from astropy.table import MaskedColumn, QTable, Table
from hypothesis import given, settings
from hypothesis import strategies as st
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX
from spexplain.data.ingest.readers import ReadError, read_table

D = 60
WAVE = np.linspace(4000.0, 9000.0, D)
FLUX = 30 + 10 * np.sin(WAVE / 300)
CGS = 1e-17 * u.Unit("erg / (s cm2 AA)")
AXES = st.sampled_from(["AA", "nm", "um", "m", "GHz", "keV", "cm-1"])
DENSITIES = st.sampled_from(
    ["Jy", "mJy", "W / (m2 um)", "erg / (s cm2 Hz)", "1e-20 erg / (s cm2 AA)"]
)
KINDS = st.sampled_from(["<f8", ">f8", "<f4", ">f4"])


def by_astropy(columns, units, z):
    table = QTable({name: u.Quantity(one, units[name]) if name in units else one
                    for name, one in columns.items()})  # fmt: skip
    table.meta["z"] = z
    return table


def by_pandas(columns, units, z):
    native = {name: one.astype(one.dtype.newbyteorder("=")) for name, one in columns.items()}
    frame = pd.DataFrame(native)
    frame.attrs = {"units": units, "z": z}
    return frame


def by_pandas_each(columns, units, z):
    frame = by_pandas(columns, units, z)
    frame.attrs = {**units, "z": z}
    return frame


def by_pyarrow(columns, units, z):
    native = {name: one.astype(one.dtype.newbyteorder("=")) for name, one in columns.items()}
    table = pa.table(native)
    fields = [
        field.with_metadata({"unit": units[field.name]}) if field.name in units else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields, metadata={"z": str(z)}))


@given(
    by=st.sampled_from([by_astropy, by_pandas, by_pandas_each, by_pyarrow]), axis=AXES,
    density=DENSITIES,
    kind=KINDS, order=st.permutations(range(3)), falls=st.booleans(),
    bad=st.sets(st.integers(0, D - 1), max_size=9),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_units_types_order_and_masks_read_alike(by, axis, density, kind, order, falls, bad):
    wave = u.Quantity(WAVE, "AA")
    flux = (FLUX * CGS).to(density, u.spectral_density(wave)).value
    mask = np.isin(np.arange(D), [*bad])
    values = {
        "wave": wave.to_value(axis, u.spectral()).astype(kind),
        "flux": np.where(mask, -1e3 * flux, flux).astype(kind),
        "err": (flux / 50).astype(kind),
    }
    names = [*values]
    columns = {**{names[one]: values[names[one]] for one in order}, "mask": mask}
    if falls:
        columns = {name: one[::-1] for name, one in columns.items()}
    found = read_table(by(columns, {"wave": axis, "flux": density, "err": density}, 0.1))
    assert (found.flux_unit, found.z) == (SURVEY_FLUX, 0.1)
    np.testing.assert_allclose(found.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_array_equal(found.has_data, ~mask)
    np.testing.assert_allclose(found.flux[~mask], FLUX[~mask], rtol=1e-4)
    np.testing.assert_allclose((found.flux * np.sqrt(found.ivar))[~mask], 50, rtol=1e-4)


def test_what_astropy_masks_is_no_data_and_the_table_stays_as_it_was():
    bad = np.arange(D) < 7
    table = Table({"wave": WAVE, "flux": MaskedColumn(FLUX, mask=bad), "err": FLUX / 50})
    np.testing.assert_array_equal(read_table(table).has_data, ~bad)
    assert table.colnames == ["wave", "flux", "err"]


def test_what_is_no_spectrum_is_refused_with_what_it_is():
    with pytest.raises(TypeError, match="astropy, pandas or pyarrow, got dict"):
        read_table({"wave": WAVE})
    with pytest.raises(ReadError, match="columns a, b: none is a wavelength"):
        read_table(pd.DataFrame({"a": WAVE, "b": FLUX}))
    two = pd.DataFrame({"id": np.repeat(["a", "b"], D), "wave": [*WAVE] * 2, "flux": [*FLUX] * 2})
    with pytest.raises(ReadError, match="the table holds several spectra"):
        read_table(two.assign(err=1.0))

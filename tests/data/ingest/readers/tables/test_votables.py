"""VOTables say more than columns: parameters, UCDs, utypes."""

import warnings

import numpy as np
import pytest
from astropy import units as u
from astropy.io.votable import from_table
from astropy.io.votable.tree import Param
from astropy.table import Table
from spexplain.core.spectra.air_vacuum import vacuum_to_air
from spexplain.core.spectra.units.unit_spellings import SURVEY_FLUX
from spexplain.data.ingest.readers import read, read_all

WAVE = np.linspace(3800.0, 9200.0, 200)
FLUX = 30 + 10 * np.sin(WAVE / 300)
CGS = u.Unit("1e-17 erg / (s cm2 AA)")


def write(path, names, *, ucds=(), utypes=(), z=("z", ""), wave=WAVE):
    columns = dict(zip(names, (wave, FLUX, FLUX / 50), strict=True))
    table = Table(columns)
    for name, unit in zip(names, (u.AA, CGS, CGS), strict=True):
        table[name].unit = unit
    votable = from_table(table)
    (first,) = votable.iter_tables()
    for field, ucd in zip(first.fields, ucds, strict=False):
        field.ucd = ucd
    for field, utype in zip(first.fields, utypes, strict=False):
        field.utype = utype
    param = Param(votable, name=z[0], datatype="double", value="0.1")
    param.utype = z[1] or None
    param.ucd = (*z, None)[2]
    first.params.append(param)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", u.UnitsWarning)  # VOTables prefer 0.1nm to Angstrom
        votable.to_xml(str(path))
    return read(path)


@pytest.mark.parametrize(
    "z",
    [
        *(("z", ""), ("Redshift", ""), ("p1", "spec:Target.Redshift")),
        *(("p1", "spec:Spectrum.Derived.Redshift.Value"), ("p1", "", "src.redshift")),
    ],
)
def test_a_parameter_says_the_redshift(tmp_path, z):
    assert write(tmp_path / "a.vot", ("wave", "flux", "err"), z=z).z == 0.1


@pytest.mark.parametrize(
    ("ucds", "utypes"),
    [
        (("em.wl", "phot.flux.density;em.wl", "stat.error;phot.flux.density;em.wl"), ()),
        ((), ("spec:Spectrum.Data.SpectralAxis.Value", "spec:Spectrum.Data.FluxAxis.Value",
              "spec:Spectrum.Data.FluxAxis.Accuracy.StatError")),
    ],
)  # fmt: skip
def test_columns_are_known_by_ucd_and_utype(tmp_path, ucds, utypes):
    spectrum = write(tmp_path / "a.vot", ("c1", "c2", "c3"), ucds=ucds, utypes=utypes)
    np.testing.assert_allclose(spectrum.flux, FLUX, rtol=1e-6)
    np.testing.assert_allclose(spectrum.ivar, (50 / FLUX) ** 2, rtol=1e-5)
    assert spectrum.flux_unit == SURVEY_FLUX


def test_a_ucd_says_air(tmp_path):
    ucds = ("em.wl;obs.atmos", "phot.flux.density", "stat.error;phot.flux.density")
    spectrum = write(
        tmp_path / "a.vot", ("wave", "flux", "err"), ucds=ucds, wave=vacuum_to_air(WAVE)
    )
    np.testing.assert_allclose(spectrum.wave_obs_aa, WAVE, rtol=1e-8)
    assert spectrum.medium == "air"


def test_every_table_is_a_spectrum(tmp_path):
    tables = [Table({"wave": WAVE, "flux": scale * FLUX, "err": FLUX}) for scale in (1, 2)]
    votable, other = (from_table(table) for table in tables)
    votable.resources.extend(other.resources)
    votable.to_xml(str(tmp_path / "a.vot"))
    found = list(read_all(tmp_path / "a.vot"))
    assert [one.id for one in found] == ["a-1", "a-2"]
    np.testing.assert_allclose(found[1].flux, 2 * FLUX, rtol=1e-6)


def test_tables_of_arms_are_one_spectrum(tmp_path):
    arms = [(WAVE < 6000, u.AA, 1.0), (WAVE > 5800, u.nm, 0.1)]
    tables = []
    for part, unit, scale in arms:
        one = Table({"wave": WAVE[part] * scale, "flux": FLUX[part], "error": FLUX[part] / 50})
        one["wave"].unit, one["flux"].unit, one["error"].unit = unit, CGS, CGS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", u.UnitsWarning)  # of the Angstrom
            tables.append(from_table(one))
            tables[0].resources[0].tables.extend(tables[-1].iter_tables() if tables[1:] else ())
            tables[0].to_xml(str(tmp_path / "arms.vot"))
    (one,) = read_all(tmp_path / "arms.vot")
    np.testing.assert_allclose(one.wave_obs_aa, WAVE)
    np.testing.assert_allclose(one.flux, FLUX, rtol=1e-6)

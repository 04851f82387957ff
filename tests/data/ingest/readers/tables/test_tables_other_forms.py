"""Forms that other programs write: Fortran's numbers, wide letters, columns for rows, weights."""

from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from spexplain.core.spectra.units.unit_spellings import flux_factor
from spexplain.data.ingest.readers import ReadError, read, read_all

WAVE = np.linspace(4000.0, 7000.0, 300)
FLUX = 10 + np.sin(WAVE / 100)
ERROR = 0.1 + FLUX / 100
BAD = (WAVE > 5000) & (WAVE < 5200)


def _lines(written: str = "{:.8g}") -> str:
    rows = zip(WAVE, FLUX, ERROR, strict=True)
    return "\n".join(" ".join(written.format(number) for number in row) for row in rows)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_letters_may_be_wide(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "wide.txt"
    path.write_bytes(f"# z = 0.1\nwave flux error\n{_lines()}\n".encode(encoding))
    one = read(path)
    assert one.z == 0.1
    np.testing.assert_allclose(one.flux, FLUX, rtol=1e-6)


@pytest.mark.parametrize("exponent", ["", "D", "d", "Q"])
def test_numbers_may_be_fortrans(tmp_path: Path, exponent: str) -> None:
    rows = zip(WAVE, FLUX, ERROR, strict=True)
    words = (" ".join(f"{number:.7e}".replace("e", exponent) for number in row) for row in rows)
    (tmp_path / "f.txt").write_text("# z = 1.0D-01\nwave flux error\n" + "\n".join(words))
    one = read(tmp_path / "f.txt")
    assert one.z == 0.1
    np.testing.assert_allclose(one.wave_obs_aa, WAVE, rtol=1e-6)
    np.testing.assert_allclose(one.flux, FLUX, rtol=1e-6)


@pytest.mark.parametrize(
    "note",
    ["NED redshift: 0.1", "systemic redshift = 0.1", "z_fit=0.1", "z_best 0.1", '"z": 0.1',
     "redshift is 0.1", "Z=1.0E-01"],
)  # fmt: skip
def test_notes_say_redshifts_in_many_words(tmp_path: Path, note: str) -> None:
    (tmp_path / "n.txt").write_text(f"# {note}\n# wave flux error\n{_lines()}\n")
    assert read(tmp_path / "n.txt").z == 0.1


@pytest.mark.parametrize("said", ["flux_unit = ", "flux unit: ", "flux: "])
def test_a_unit_in_a_note_may_have_brackets_behind_a_slash(tmp_path: Path, said: str) -> None:
    text = f"# z = 0.1\n# {said}1e-17 erg / (s cm2 AA)\n# wave flux error\n{_lines()}\n"
    (tmp_path / "u.txt").write_text(text)
    one = read(tmp_path / "u.txt")
    assert one.flux_unit.startswith("1e-17")
    np.testing.assert_allclose(one.flux, FLUX, rtol=1e-6)


def test_units_stand_below_names_that_are_a_note(tmp_path: Path) -> None:
    rows = zip(WAVE / 10, FLUX, ERROR, strict=True)
    lines = "\n".join(" ".join(map(str, row)) for row in rows)
    (tmp_path / "u.txt").write_text(f"# z = 0.1\n# wave flux error\nnm Jy Jy\n{lines}\n")
    one = read(tmp_path / "u.txt")
    np.testing.assert_allclose(one.wave_obs_aa, WAVE)
    assert one.flux_unit.startswith("1e-17")


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("ending", ["npz", "h5"])
def test_spectra_may_be_columns(tmp_path: Path, ending: str, shared: bool) -> None:
    height = np.array([1.0, 2.0, 3.0])
    arrays = {
        "wave": WAVE if shared else np.stack([WAVE] * 3, axis=1),
        "flux": FLUX[:, None] * height,
        "error": ERROR[:, None] * height,
        "z": np.full(3, 0.1),
    }
    path = tmp_path / f"columns.{ending}"
    if ending == "npz":
        np.savez(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            file.update(arrays)
    found = [*read_all(path)]
    assert [one.z for one in found] == [0.1] * 3
    for one, scale in zip(found, height, strict=True):
        np.testing.assert_allclose(one.flux, FLUX * scale, rtol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 1e-17, 1e-20, 1e15])
def test_arms_of_unknown_unit_keep_their_heights(tmp_path: Path, scale: float) -> None:
    flux = np.where(WAVE < 5500, 1.0, 9.0) * scale
    arms = {
        name: [{"wave": WAVE[part], "flux": flux[part], "error": flux[part] / 10}]
        for name, part in (("b", WAVE < 5600), ("r", WAVE > 5400))
    }
    pq.write_table(pa.table({"id": ["a"], "z": [0.1], **arms}), tmp_path / "arms.parquet")
    one = read(tmp_path / "arms.parquet")
    assert one.flux[-1] / one.flux[0] == pytest.approx(9)


def test_each_arm_has_its_own_units(tmp_path: Path) -> None:
    parts = {"b": WAVE < 5600, "r": WAVE > 5400}
    scales = {"b": (1.0, "Angstrom", 1.0, "Jy"), "r": (0.1, "nm", 1e3, "mJy")}
    columns: dict[str, object] = {"id": ["a"], "z": [0.1]}
    fields = [pa.field("id", pa.string()), pa.field("z", pa.float64())]
    with h5py.File(tmp_path / "arms.h5", "w") as file:
        for name, part in parts.items():
            of_wave, length, of_flux, density = scales[name]
            arrays = {"wave": WAVE * of_wave, "flux": FLUX * of_flux, "error": ERROR * of_flux}
            units = {"wave": length, "flux": density, "error": density}
            columns[name] = [{key: values[part] for key, values in arrays.items()}]
            lists = (
                pa.field(key, pa.list_(pa.float64()), metadata={"unit": units[key]})
                for key in arrays
            )
            fields.append(pa.field(name, pa.struct([*lists])))
            for key, values in arrays.items():
                file[f"{name}/{key}"] = values[part]
                file[f"{name}/{key}"].attrs["unit"] = units[key]
    pq.write_table(pa.table(columns, schema=pa.schema(fields)), tmp_path / "arms.parquet")
    factor = flux_factor("Jy", WAVE)[0]
    for ending in ("h5", "parquet"):
        one = read(tmp_path / f"arms.{ending}")
        np.testing.assert_allclose(one.wave_obs_aa, WAVE)
        np.testing.assert_allclose(one.flux, FLUX * factor, rtol=1e-5)


def test_arms_of_another_kind_of_unit_are_refused(tmp_path: Path) -> None:
    of_arm = pa.struct([pa.field(name, pa.list_(pa.float64())) for name in ("wave", "error")])
    fields = [
        pa.field(
            name, pa.struct([*of_arm, pa.field("flux", pa.list_(pa.float64()), metadata=unit)])
        )
        for name, unit in (("b", {"unit": "Jy"}), ("r", {"unit": "adu"}))
    ]
    arms = {
        name: [{"wave": WAVE[part], "error": ERROR[part], "flux": FLUX[part]}]
        for name, part in (("b", WAVE < 5600), ("r", WAVE > 5400))
    }
    pq.write_table(pa.table(arms, schema=pa.schema(fields)), tmp_path / "arms.parquet")
    with pytest.raises(ReadError, match="same unit"):
        [*read_all(tmp_path / "arms.parquet")]


def _table(tmp_path: Path, units: dict[str, str], **columns: np.ndarray) -> Path:
    values = {"wave": WAVE, "flux": FLUX, **columns}
    of_table = [
        fits.Column(name, "D" if one.dtype.kind == "f" else "J", array=one, unit=units.get(name))
        for name, one in values.items()
    ]
    fits.BinTableHDU.from_columns(of_table).writeto(tmp_path / "t.fits")
    return tmp_path / "t.fits"


@pytest.mark.parametrize("name", ["status", "qc_flag", "cosmic_mask", "telluric_mask", "invalid"])
def test_masks_have_many_names(tmp_path: Path, name: str) -> None:
    path = _table(tmp_path, {}, error=ERROR, **{name: BAD.astype(np.int32)})
    np.testing.assert_array_equal(read(path).has_data, ~BAD)


def test_a_weight_is_an_inverse_variance_where_its_unit_says_so(tmp_path: Path) -> None:
    unit = "1e-17 erg/s/cm2/Angstrom"
    path = _table(tmp_path, {"flux": unit, "weight": f"({unit})**-2"}, weight=ERROR**-2)
    np.testing.assert_allclose(read(path).ivar, ERROR**-2, rtol=1e-5)


def test_a_weight_that_says_nothing_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="ivar=… of a weight"):
        read(_table(tmp_path, {}, weight=ERROR**-2))


@pytest.mark.parametrize("of_rows", [True, False])
def test_a_square_of_spectra_in_columns_is_refused(tmp_path: Path, of_rows: bool) -> None:
    wave = np.linspace(4000.0, 7000.0, 30)
    flux = np.linspace(1, 9, 30)[:, None] * (5 + np.sin(wave / 500))
    np.savez(
        tmp_path / "a.npz", wave=wave, flux=flux if of_rows else flux.T, ivar=np.ones((30, 30))
    )
    if of_rows:
        assert len([*read_all(tmp_path / "a.npz")]) == 30
        return
    with pytest.raises(ReadError, match=r"square of 30 × 30.*wavelengths of the same shape"):
        [*read_all(tmp_path / "a.npz")]

"""Arms whose columns are told apart by their names: joined, unless they are no arms."""

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.io import fits
from spexplain.data.ingest.readers import ReadError, read, read_all

ARMS = {"b": np.arange(3700.0, 5900.0), "r": np.arange(5800.0, 9500.0)}


def columns(arms, heights):
    each = zip(arms.items(), heights, strict=True)
    return {
        f"{kind}_{arm}": values
        for (arm, wave), height in each
        for kind, values in (
            ("wave", wave),
            ("flux", height * wave / 1000),
            ("error", np.full(wave.size, 0.5)),
        )
    }


def as_fits(path, found):
    cards = [fits.Column(n, f"{v.size}D", array=v[None], unit=None) for n, v in found.items()]
    hdus = fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(cards)])
    hdus[0].header["Z"] = 0.1
    hdus.writeto(path.with_suffix(".fits"))
    return path.with_suffix(".fits")


def as_parquet(path, found):
    lists = {name: [values.tolist()] for name, values in found.items()}
    pq.write_table(pa.table({"z": [0.1], **lists}), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


def as_hdf5(path, found):
    with h5py.File(path.with_suffix(".h5"), "w") as file:
        file.attrs["z"] = 0.1
        for name, values in found.items():
            file[name] = values
    return path.with_suffix(".h5")


@pytest.mark.parametrize("write", [as_fits, as_parquet, as_hdf5])
def test_arms_are_joined(tmp_path, write):
    spectrum = read(write(tmp_path / "a", columns(ARMS, (1, 1))))
    assert (spectrum.wave_obs_aa[0], spectrum.wave_obs_aa[-1], spectrum.z) == (3700, 9499, 0.1)
    np.testing.assert_allclose(spectrum.flux, spectrum.wave_obs_aa / 1000, rtol=1e-5)


@pytest.mark.parametrize("write", [as_fits, as_parquet, as_hdf5])
@pytest.mark.parametrize("other", ["sky", "model"])
def test_the_sky_is_no_arm_of_the_object(tmp_path, write, other):
    spectrum = read(write(tmp_path / "a", columns({"obj": ARMS["r"], other: ARMS["r"]}, (1, 5))))
    np.testing.assert_allclose(spectrum.flux, ARMS["r"] / 1000, rtol=1e-5)


@pytest.mark.parametrize("write", [as_fits, as_parquet])
def test_two_spectra_of_the_same_wavelengths_are_not_added_up(tmp_path, write):
    path = write(tmp_path / "a", columns({"one": ARMS["r"], "two": ARMS["r"]}, (1, 5)))
    with pytest.raises(ReadError, match="2 spectra of the same wavelengths, no arms of one"):
        list(read_all(path))


def test_in_hdf5_they_are_two_with_names_of_their_own(tmp_path):
    path = as_hdf5(tmp_path / "a", columns({"one": ARMS["r"], "two": ARMS["r"]}, (1, 5)))
    assert [one.id for one in read_all(path)] == ["a-one", "a-two"]

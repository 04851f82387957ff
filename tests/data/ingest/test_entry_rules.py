from dataclasses import replace

import numpy as np
import pytest
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.ingest.entry_rules import entry_bar


@pytest.fixture
def galaxy() -> Spectrum:
    wave = np.linspace(4000.0, 9000.0, 200)
    return Spectrum("one", wave, np.ones(200, np.float32), np.ones(200, np.float32), z=0.1)


def test_a_galaxy_enters(galaxy):
    assert entry_bar(galaxy) is None


@pytest.mark.parametrize(
    ("change", "bar"),
    [
        ({"ivar": np.zeros(200, np.float32)}, "no data"),
        ({"flux": np.full(200, np.nan, np.float32)}, "no data"),
        ({"flux": np.full(200, 1e31, np.float32)}, "impossible values"),
        ({"spectral_class": "STAR"}, "star"),
        ({"z": float("nan")}, "redshift missing"),
        ({"z": 0.0}, "redshift missing"),
        ({"z": -0.001}, "redshift too low"),
    ],
)
def test_each_rule_keeps_out_what_it_names(galaxy, change, bar):
    assert entry_bar(replace(galaxy, **change)) == bar


def test_what_was_not_measured_is_told_before_what_it_would_be(galaxy):
    both = replace(galaxy, ivar=np.zeros(200, np.float32), spectral_class="STAR", z=0.0)
    assert entry_bar(both) == "no data"

"""What the catalog says of a spectrum, in old collections and new."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from spexplain.data.collection.catalog_facts import (
    SET_ASIDE,
    WHY_SET_ASIDE,
    flux_unit_of,
    for_lenses,
    why_set_aside,
    z_warning_of,
)

CATALOG = pd.DataFrame(
    {
        SET_ASIDE: ["", "star"],
        WHY_SET_ASIDE: ["", "the pipeline's class is STAR M3"],
        "flux_unit": ["counts", ""],
        "z_warning": ["few pixels", np.nan],
    }
)
OLD = pd.DataFrame({"id": ["a", "b"]})


def test_what_is_known_of_each_is_said() -> None:
    assert flux_unit_of(CATALOG, 0) == "counts"
    assert for_lenses(CATALOG).tolist() == [True, False]
    assert why_set_aside(CATALOG, 0) == ""
    assert why_set_aside(CATALOG, 1) == "star: the pipeline's class is STAR M3"
    assert z_warning_of(CATALOG, 0) == "few pixels"
    assert z_warning_of(CATALOG, 1) == ""


@pytest.mark.parametrize("row", [0, 1])
def test_of_a_collection_from_before_nothing_is(row: int) -> None:
    assert for_lenses(OLD)[row]
    assert (flux_unit_of(OLD, row), why_set_aside(OLD, row), z_warning_of(OLD, row)) == ("",) * 3


def test_a_process_that_reads_files_starts_without_what_only_some_need() -> None:
    code = "import sys, spexplain.data.ingest.reader_processes.reading_process; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "astropy.table" in loaded
    assert {"pandas", "pyarrow", "scipy", "torch", "astropy.nddata"}.isdisjoint(loaded)

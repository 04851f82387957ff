"""Of many rows alike the same is asked once; what a row says otherwise is heard all the same."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from spexplain.core.spectra.air_vacuum import air_to_vacuum
from spexplain.data.ingest.readers import read_all
from spexplain.data.ingest.readers.tables.columns import table_conventions
from spexplain.data.ingest.readers.tables.columns.rows_alike import Answers, once_a_table
from spexplain.data.ingest.readers.tables.rows.row import RowColumns

WAVE = np.linspace(4000.0, 7000.0, 300)


@once_a_table
def _said(columns: RowColumns, keyword: str) -> object:
    ASKED[keyword] += 1
    return columns.value(keyword)


ASKED = Counter[str]()


def test_only_what_rows_differ_in_is_asked_again() -> None:
    ASKED.clear()
    answers = Answers(frozenset({"MEDIUM"}))
    rows = [RowColumns({}, {"MEDIUM": m, "UNIT": "Jy"}, {}, answers) for m in ("air", "vacuum")]
    assert [_said(row, "MEDIUM") for row in rows] == ["air", "vacuum"]
    assert [_said(row, "UNIT") for row in rows] == ["Jy", "Jy"]
    assert [_said(row, "FRAME") for row in rows] == [None, None]
    assert ASKED == {"MEDIUM": 2, "UNIT": 1, "FRAME": 1}


def test_each_row_has_its_own_medium_and_unit(tmp_path: Path) -> None:
    n = 4
    columns = {
        "id": [f"s{row}" for row in range(n)],
        "medium": ["air", "vacuum", "air", "vacuum"],
        "flux_unit": ["Jy", "Jy", "mJy", "mJy"],
        **dict.fromkeys(("flux", "error"), [np.ones(300)] * n),
        "wave": [WAVE] * n,
    }
    pq.write_table(pa.table(columns), tmp_path / "mixed.parquet")
    found = [*read_all(tmp_path / "mixed.parquet")]
    assert [one.medium for one in found] == columns["medium"]
    np.testing.assert_allclose(found[2].wave_obs_aa, air_to_vacuum(WAVE))
    np.testing.assert_array_equal(found[1].wave_obs_aa, WAVE)
    np.testing.assert_allclose(found[0].flux, 1000 * found[2].flux, rtol=1e-6)


def test_a_thousand_rows_ask_for_their_units_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    own = table_conventions.composed_name

    def noted(name: str) -> object:
        asked.append(name)
        return own(name)

    monkeypatch.setattr(table_conventions, "composed_name", noted)
    n = 1000
    columns = {
        name: [values] * n for name, values in (("wave", WAVE), ("flux", WAVE), ("error", WAVE))
    }
    pq.write_table(pa.table(columns), tmp_path / "many.parquet")
    assert sum(1 for _ in read_all(tmp_path / "many.parquet")) == n
    assert len(asked) < 10

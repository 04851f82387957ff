"""A selection as files that astropy and a text editor read."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from astropy.table import Table
from spexplain.dashboard.export.selection_files import (
    SELECTION_FILES,
    keep_selection,
    selection_table,
)
from spexplain.dashboard.workspace.workspace import Workspace
from spexplain.data.selections.selection import Selection

CHOSEN = Selection("few", "lasso on “t-SNE”", np.array([3, 4, 298]))


def _saved(workspace: Any, kind: str) -> Any:
    (found,) = keep_selection(workspace, CHOSEN, kind, lambda: False)
    return found


@pytest.mark.parametrize(
    ("kind", "form"), [("csv", "ascii.csv"), ("ecsv", "ascii.ecsv"), ("fits", "fits")]
)
def test_tables_hold_the_catalogue_and_what_was_found(workspace: Any, kind: str, form: str) -> None:
    saved = _saved(workspace, kind)
    assert saved.name == f"fake-selection.{kind}"
    content = saved.content if kind == "fits" else saved.content.decode()
    made = io.BytesIO(content) if kind == "fits" else content
    table = Table.read(made, format=form)
    catalog = workspace.catalog.iloc[CHOSEN.rows]
    assert [str(id) for id in table["id"]] == catalog["id"].tolist()
    np.testing.assert_allclose(table["z"], catalog["z"])
    score = workspace.lenses["anomaly"].columns["score"].loc[CHOSEN.rows]
    np.testing.assert_allclose(table["score"], score)
    assert str(table["predicted"][0]) == workspace.lenses["agn"].columns["predicted"].loc[3]
    if kind != "csv":
        assert str(table["ra"].unit) == "deg"
        assert table.meta["COLLECT"] == str(workspace.collection.path)
        assert table.meta["AGN"] == workspace.lenses["agn"].whose
        told = table.meta["ORIGIN"]
        assert told.replace('"t-SNE"', "“t-SNE”") == CHOSEN.origin  # FITS has ASCII alone


def test_columns_of_the_demo_have_their_units(workspace: Any) -> None:
    named = {"fwhm_broad_kms": "km / s", "ebv": "mag", "planted_min_aa": "Angstrom", "z": "None"}
    catalog = workspace.catalog.assign(**dict.fromkeys(named, 0.5))
    space = SimpleNamespace(catalog=catalog, lenses={}, collection=workspace.collection)
    table = selection_table(cast("Workspace", space), CHOSEN)
    assert {name: str(table[name].unit) for name in named} == named


def test_the_list_of_ids_is_one_a_line(workspace: Any) -> None:
    saved = _saved(workspace, "ids")
    assert saved.name == "fake-selection.txt"
    assert saved.content.decode().splitlines() == ["sim-00003", "sim-00004", "sim-00298"]


def test_another_kind_is_refused(workspace: Any) -> None:
    assert "votable" not in SELECTION_FILES
    with pytest.raises(ValueError, match="votable"):
        _saved(workspace, "votable")

"""A few spectra of one's own on the plane of the collection that lent the models."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from spexplain.core.spectra.grid import WaveGrid
from spexplain.data.build.all_stages import build
from spexplain.data.collection import Collection, CollectionWriter
from spexplain.data.lenses.plane_points import open_planes

from .conftest import sound_tabs

N = 6


def few_of(lender: Path, folder: Path) -> Path:
    """A collection of a few of the lender's spectra, built with its models."""
    theirs = Collection.open(lender)
    rows = open_planes(theirs)["agn"].rows[::40][:N]
    spectra = [theirs.spectrum(int(row)) for row in rows]
    wave = theirs.wave_rest_aa
    grid = WaveGrid(float(wave[0]), float(wave[-1] + wave[1] - wave[0]), float(wave[1] - wave[0]))
    with CollectionWriter.create(folder, grid, {"made_by": "a test"}) as writer:
        table = theirs.catalog.iloc[rows][["id", "z"]].assign(label="")
        writer.append(table, *(np.stack(each) for each in zip(*spectra, strict=True)))
    build(folder, models=lender, only=["svm", "embed-p21"])
    return folder


def test_ones_own_points_are_clicked_on_the_lenders_plane(
    small_demo: Path,
    tmp_path: Path,
    serving: Callable[[Path], AbstractContextManager[str]],
    browser: Any,
) -> None:
    folder = few_of(small_demo, tmp_path / "few")
    plane = open_planes(Collection.open(folder))["agn"]
    with serving(folder) as url, sound_tabs(browser, url) as make:
        tab = make()
        tab.open("?lens=agn")
        tab.settled_plane()
        said = tab.page.locator(".few-lines").first.inner_text()
        whose = f"{small_demo.name}'s plane"
        assert "the demo's plane" in said or whose in said
        assert f"its {len(plane.behind):,} in grey, {N} own placed" in said
        alone = np.hypot(*(plane.behind[:, None] - plane.xy).transpose(2, 0, 1)).min(axis=1)
        tab.click_point(*plane.behind[alone.argmax()].tolist())  # not one's own: opens nothing
        tab.page.wait_for_timeout(600)  # two clicks at once are a double click
        id = Collection.open(folder).catalog["id"].iat[plane.rows[1]]
        tab.click_point(*plane.xy[1].tolist())
        tab.page.locator(".verdict .id").wait_for()
        assert tab.page.locator(".verdict .id").inner_text() == id

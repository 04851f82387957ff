"""The mean of a selection is laid over what is open, said with its number, and taken off."""

from __future__ import annotations

from typing import Any

import numpy as np
from spexplain.data.selections.selection import Selection

FEW = Selection("few", "lasso", np.array([0, 5, 9]))


def test_it_is_numpys_mean_as_the_lens_prepares_them_and_stays(
    session: Any, wait_until: Any
) -> None:
    session.laid.lay(FEW)
    wait_until(lambda: session.outcome.mean is not None)
    mean = session.outcome.mean
    flux = np.stack([session.lens.prepared(row) for row in (0, 5, 9)])
    np.testing.assert_allclose(mean.spread.mean, flux.mean(axis=0), rtol=1e-5)
    assert mean.words() == "magenta: mean of 3 (“few”), 16–84 %"
    wave = session.lens.wave_rest_aa
    assert "magenta: mean of 3 spectra of “few”, each prepared for the lens" in mean.sentence()
    assert f"{len(wave):,} wavelengths, {wave[0]:.0f}–{wave[-1]:.0f} Å at rest" in mean.sentence()
    session.selected.take(Selection("other", "box", np.arange(4)))
    assert session.outcome.mean is mean
    session.laid.remove()
    assert session.outcome.mean is None


def test_another_lens_has_a_mean_of_its_own(session: Any, wait_until: Any) -> None:
    session.laid.lay(FEW)
    wait_until(lambda: session.outcome.mean is not None)
    other = next(name for name in session.workspace.lenses if name != session.view.lens)
    session.view.lens = other
    wait_until(lambda: session.outcome.mean is not None)
    assert session.outcome.mean.lens is session.lens
    assert len(session.outcome.mean.spread.mean) == len(session.lens.wave_rest_aa)


def test_what_the_lens_cannot_take_has_no_mean(session: Any) -> None:
    session.laid.lay(Selection("stars", "filter", np.array([299])))
    assert session.outcome.mean is None
    assert "can take none of “stars”" in session.outcome.problem

"""Others are placed on a laid out sample in chunks, which broken off go on to the same bytes."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from spexplain.core.planes.place_new import PlaneMap
from spexplain.core.planes.quality import plane_quality
from spexplain.core.planes.tsne import EmbedSettings, lay_out
from spexplain.data.batch.chunk_runner import InThisProcess
from spexplain.data.build.settings import BuildSettings
from spexplain.data.build.stage import BuildCancelled, Work
from spexplain.data.build.stages import placing
from spexplain.data.build.stages.placing import lay_out_on_sample, place_each
from spexplain.data.collection.runs import RunDraft

QUICK = EmbedSettings(perplexity=15, early=100, iterations=150)


@pytest.fixture(scope="module")
def clumps():
    """Four clumps of 100 in ten dimensions, and six points of a fifth kind."""
    rng = np.random.default_rng(0)
    kind = np.concatenate([np.repeat(np.arange(4), 100), np.full(6, 4)])
    features = 8 * rng.normal(size=(5, 10))[kind] + rng.normal(size=(len(kind), 10))
    return features.astype(np.float32), kind


class Backwards(InThisProcess):
    """The last chunk first, as of several workers any may be."""

    def each(self, function, chunks, meanwhile=lambda: None):
        return super().each(function, list(reversed(chunks)), meanwhile)


def work_in(folder, runner=None, report=lambda *_: None) -> Work:
    folder.mkdir(exist_ok=True)
    draft, none = RunDraft(folder), cast("Any", None)
    runner = runner or InThisProcess()
    return Work(none, BuildSettings(), {}, {}, draft, 1, report, runner)


def laid_out(work, features, sample):
    return lay_out_on_sample(work, features, sample, QUICK, callback=lambda *_: None)


@pytest.fixture(scope="module")
def whole(clumps, tmp_path_factory):
    features, _ = clumps
    sample = np.sort(np.random.default_rng(0).permutation(len(features))[:250])
    said = []
    work = work_in(tmp_path_factory.mktemp("d"), report=lambda *what: said.append(what))
    xy, used = laid_out(work, features, sample)
    return sample, xy, used, said


def test_those_placed_lie_with_their_kind_and_neighbours_are_kept_as_on_a_whole_plane(
    clumps, whole
):
    features, kind = clumps
    _, xy, used, said = whole
    assert used.perplexity == 15
    assert said[-1][:2] == (156, 156)  # spectra, so that the time left can be told
    middles = np.array([np.median(xy[kind == k], axis=0) for k in range(5)])
    nearest = np.hypot(*(xy[:, None] - middles).transpose(2, 0, 1)).argmin(axis=1)
    assert (nearest == kind).mean() > 0.98
    all_laid, _ = lay_out(features, QUICK)
    trusted = [plane_quality(features, plane).trustworthiness for plane in (xy, all_laid)]
    assert trusted[0] > trusted[1] - 0.03


def test_what_is_broken_off_while_placing_lays_out_nothing_again_and_ends_in_the_same_bytes(
    clumps, whole, tmp_path, monkeypatch
):
    features, _ = clumps
    sample, xy, used, _ = whole
    monkeypatch.setattr(placing, "_MANY_ROWS", 40)  # other cuts, other order: each for itself

    def stop(done, _total, *_):
        if done >= 80:
            raise BuildCancelled

    with pytest.raises(BuildCancelled):
        laid_out(work_in(tmp_path / "d", Backwards(), stop), features, sample)
    monkeypatch.setattr(placing, "lay_out", None)
    again, used_again = laid_out(work_in(tmp_path / "d", Backwards()), features, sample)
    assert again.tobytes() == xy.tobytes()
    assert used_again == used
    assert not [*(tmp_path / "d").glob("*.safetensors")]


def test_new_ones_are_placed_as_a_single_one_is(clumps, whole, tmp_path, monkeypatch):
    features, _ = clumps
    sample, xy, *_ = whole
    rest = np.setdiff1d(np.arange(len(features)), sample)[:9]
    monkeypatch.setattr(placing, "_EACH_ROWS", 4)
    work = work_in(tmp_path / "d", Backwards())
    placed = place_each(work, features[sample], xy[sample], features[rest])
    alone = PlaneMap(features[sample], xy[sample])
    assert placed.tobytes() == b"".join(alone.place(features[[at]]).tobytes() for at in rest)

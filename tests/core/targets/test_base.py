"""How a target's samples fall into blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.models.autoencoder.network import Vae
from spexplain.core.neighbourhood.masks import BinaryMasks
from spexplain.core.neighbourhood.neighbourhood import Neighbourhood
from spexplain.core.targets import CallableTarget, VaeScore
from spexplain.core.targets.base import evaluation_blocks

OURS = VaeScore(Vae(8, hidden=(4, 4, 4), n_latent=2, seed=0), "mse")
THEIRS = CallableTarget(lambda spectra: spectra.mean(axis=1))


def blocks(target, n):
    x, labels = np.ones(8, np.float32), np.zeros(8, np.int32)
    masks = BinaryMasks.random(n, 1, seed=0)
    return list(evaluation_blocks(target, Neighbourhood(x, 0.1 * x, labels, masks)))


@pytest.mark.parametrize("target", [OURS, THEIRS])
@given(fewer=st.integers(1, 7000), more=st.integers(0, 3000))
def test_every_row_is_in_one_block_the_same_however_many_follow(target, fewer, more):
    few, many = blocks(target, fewer), blocks(target, fewer + more)
    for found, n in ((few, fewer), (many, fewer + more)):
        assert [row for rows in found for row in range(rows.start, rows.stop)] == list(range(n))
    assert few[:-1] == many[: len(few) - 1]
    assert few[-1].start == many[len(few) - 1].start


def test_the_first_answer_takes_two_blocks_and_the_last_are_small():
    sizes = [rows.stop - rows.start for rows in blocks(OURS, 5000)]
    assert sizes[:2] == [100, 100]
    assert max(sizes[-2:]) == 500

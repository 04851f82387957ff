import numpy as np
import pytest
from astropy.stats import binom_conf_interval
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from spexplain.core.models.class_metrics import ClassificationMetrics
from spexplain.core.models.small_samples import f_interval, macro_interval, wilson

pairs = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tables = st.integers(2, 4).flatmap(
    lambda c: st.lists(st.lists(st.integers(0, 60), min_size=c, max_size=c), min_size=c, max_size=c)
)


@given(pairs, st.sampled_from([0.68, 0.9, 0.95, 0.99]))
def test_wilsons_interval_is_astropys(pair, confidence):
    k, n = pair
    theirs = binom_conf_interval(k, n, confidence, interval="wilson")
    assert_allclose(wilson(k, n, confidence=confidence), theirs, atol=1e-12)


def test_wilsons_interval_of_a_textbook_case():
    assert_allclose(wilson(9, 10), (0.5958, 0.9821), atol=5e-5)


@given(pairs)
def test_an_interval_holds_the_share_and_stays_within_0_and_1(pair):
    low, high = wilson(*pair)
    assert 0 <= low <= pair[0] / pair[1] <= high <= 1
    assert low < high


def test_of_no_spectra_nothing_is_known():
    assert wilson(0, 0) == (0, 1)


def test_what_cannot_be_a_share_is_named():
    with pytest.raises(ValueError, match="got 5 of 4"):
        wilson(np.array([1, 5]), 4)
    with pytest.raises(ValueError, match=r"confidence .* got 1.5"):
        wilson(1, 4, confidence=1.5)


@given(tables)
def test_each_f_lies_within_its_interval(table):
    counts = np.array(table)
    total = counts.sum(axis=0) + counts.sum(axis=1)
    f = np.divide(2 * np.diag(counts), total, out=np.zeros(len(counts)), where=total > 0)
    low, high = f_interval(counts)
    assert (low <= f + 1e-12).all()
    assert (f <= high + 1e-12).all()
    macro = macro_interval(counts, draws=200)
    assert 0 <= macro[0] <= f.mean() <= macro[1] <= 1


def test_a_classifier_without_a_mistake_on_few_spectra_may_still_make_some():
    perfect = np.diag([5, 5, 5])
    assert f_interval(perfect)[0].max() < 0.75
    assert macro_interval(perfect)[0] < 0.95


@given(tables, st.integers(2, 50))
def test_more_spectra_of_the_same_shares_tell_more(table, times):
    counts = np.array(table) + 1
    few, many = (np.subtract(*f_interval(n)[::-1]) for n in (counts, times * counts))
    assert (many < few).all()


@given(tables, st.sampled_from(["precision", "recall", "f"]))
def test_means_are_those_of_the_metrics(table, of):
    names = [str(at) for at in range(len(table))]
    own = ClassificationMetrics(tuple(names), np.array(table)).to_dict()[f"macro_{of}"]
    low, high = macro_interval(table, of=of, draws=200)
    assert 0 <= low <= own <= high <= 1 + 1e-12


def test_the_bootstrap_of_a_seed_is_repeated():
    counts = [[20, 2], [3, 30]]
    assert macro_interval(counts, seed=4) == macro_interval(counts, seed=4)
    assert macro_interval(counts, seed=4) != macro_interval(counts, seed=5)


@pytest.mark.parametrize("accuracy", [0.8, 0.97])
def test_95_percent_intervals_hold_the_true_f(accuracy):
    rng = np.random.default_rng(0)
    rest = (1 - accuracy) / 2
    shares = np.array([0.2, 0.6, 0.2])[:, None] * (rest + np.eye(3) * (accuracy - rest))
    f = 2 * np.diag(shares) / (shares.sum(axis=0) + shares.sum(axis=1))
    held = np.zeros(4)
    for drawn in rng.multinomial(120, shares.ravel(), size=300).reshape(-1, 3, 3):
        low, high = f_interval(drawn)
        macro = macro_interval(drawn, draws=400)
        held += [*((low <= f) & (f <= high)), macro[0] <= f.mean() <= macro[1]]
    assert (held / 300 > 0.92).all()


def test_a_table_that_is_none_is_refused():
    with pytest.raises(ValueError, match="square"):
        f_interval([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(ValueError, match="square"):
        macro_interval([[1, -2], [4, 5]])

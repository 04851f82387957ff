import numpy as np
import pytest
from spexplain.core.surrogate.kernel_width import KernelAdvice
from spexplain.core.surrogate.stability import Stability
from spexplain.core.trust.verdict import Trust

WIDE = KernelAdvice(1.0, 4900, 780, 0.4)


def stability(*needed, n=5000):
    """Segments j+1 settle at the j-th number of samples."""
    excess = np.array([[number / n] * 10 for number in needed])
    return Stability(np.arange(len(needed)), n, 0.0, excess, excess)


def say(stable, *, r2=0.94, kernel=WIDE, pull=0.0, method="lime", unseen=False):
    n, k = (stable.n_samples, len(stable.order)) if stable else (40, 5)
    fits = {"r2_unseen": r2} if unseen else {}
    found = Trust(
        method, n, r2, k, 0.95, None, True, stability=stable, kernel=kernel, pull=pull, **fits
    )
    return found.sentence()


def test_all_is_well():
    assert say(stability(300, 300, 400, 600, 1180)) == (
        "stable under other masks: the top 5 segments keep their order; R² 0.94; "
        "5,000 samples are more than enough, 1,200 would do"
    )


def test_a_good_fit_is_not_rounded_to_a_perfect_one():
    assert "R² 0.997;" in say(stability(300), r2=0.9971)
    assert "R² 0.999;" in say(stability(300), r2=0.9993)
    assert "R² above 0.999;" in say(stability(300), r2=0.9997)


def test_just_enough():
    assert say(stability(4000)) == (
        "stable under other masks: the top segment keeps its place; R² 0.94; "
        "5,000 samples are enough"
    )


def test_part_of_the_top_is_settled():
    assert say(stability(300, 3000, 16_800)) == (
        "partly stable under other masks: the top 2 segments keep their order, "
        "the next may change places; R² 0.94; "
        "about 17,000 samples would settle the top 3 segments"
    )


def test_nothing_is_settled_and_nothing_would_help():
    assert say(stability(8000, np.inf), r2=0.3) == (
        "not settled: under other masks the top 2 segments may change places; "
        "R² 0.30, so the weights tell only part of the story; "
        "no number of samples in reach would settle the top 2 segments"
    )


@pytest.mark.parametrize(
    ("recommended", "advice"), [(0.4, "width 0.4 would do"), (None, "780 are wanted")]
)
def test_a_narrow_kernel(recommended, advice):
    sentence = say(stability(9000), r2=-3, kernel=KernelAdvice(0.2, 81.3, 780, recommended))
    assert "R² below 0" in sentence
    assert "the kernel is narrow: 5,000 samples count as 81" in sentence
    assert sentence.endswith(advice)


def test_few_samples_are_not_blamed_on_the_kernel():
    assert "kernel" not in say(stability(100, n=200), kernel=KernelAdvice(1.0, 195, 780, None))


def test_a_strong_pull():
    sentence = say(stability(100), pull=0.12)
    assert sentence.endswith("penalty and first sample still pull the weights by 12 %")
    assert "pull" not in say(stability(100), pull=0.002)


def test_no_verdict_yet():
    assert say(None) == "too early to tell: 40 samples do not determine the weights; 780 would"


def test_exact_methods():
    assert say(None, kernel=None, method="occlusion") == (
        "exact: occlusion changes each piece once, so nothing depends on chance"
    )


def test_the_fit_says_on_which_samples_it_was_judged():
    assert "R² 0.94;" in say(stability(300))
    assert "R² 0.94 on unseen samples;" in say(stability(300), unseen=True)
    assert "R² below 0 on unseen samples" in say(stability(300), r2=-0.1, unseen=True)


@pytest.mark.parametrize(
    ("method", "step", "idle", "said"),
    [
        ("saliency", 0.01, 0.936, "a step of 1 % changes nothing at 94 % of the pixels"),
        ("saliency", 0.005, 1.0, "a step of 0.5 % changes nothing at all of the pixels"),
        ("saliency", 0.01, 0.9999, "99 % of the pixels"),  # not quite all
        ("occlusion", None, 0.6, "does not change with 60 % of the segments"),
    ],
)
def test_a_map_with_little_in_it_says_why_and_what_shows_more(method, step, idle, said):
    sentence = Trust(method, 77, 1.0, 5, 0.95, None, idle=idle, step=step).sentence()
    assert said in sentence
    assert sentence.endswith("LIME or occlusion may show more" if step else "LIME may show more")


def test_a_few_pixels_without_effect_are_no_reason_to_worry():
    found = Trust("saliency", 77, 1.0, 5, 0.95, None, idle=0.2, step=0.01)
    assert found.sentence().startswith("exact: saliency")

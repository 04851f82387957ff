import pytest
from spexplain.core.models.anomaly.like_rank import LikeRank
from spexplain.dashboard.figures.printed.pieces import verdict_text
from spexplain.dashboard.figures.words.set_words import (
    certainty_lines,
    lender_short,
    lender_text,
    like_short,
    like_text,
    set_sentence,
    set_text,
    verdict_lines,
)
from spexplain.data.collection.trained.class_sets import ClassSet, Coverage, TypeCertainty
from spexplain.data.lenses.built_lens import Verdict

HELD = {"type 1": Coverage(136, 149, 0.027), "type 2": Coverage(383, 418, 0.014)}
ONE = ClassSet(0.9, ("type 2",), HELD, (592, 618), (48, 51))


def test_a_set_is_said_with_what_it_is_and_what_it_is_not():
    assert set_text(ONE) == "set at 90 %: type 2"
    said = set_sentence(ONE)
    assert "type 1 91 % ± 3 (136 of 149)" in said
    assert "96 % (592 of 618) of such test spectra were called right, 94 % (48 of 51)" in said
    assert "A set of one is no promise" in said
    assert "no sign of a galaxy" in said
    assert "need not be among them" in said


def test_an_empty_set_and_none_at_all_are_told_apart():
    assert set_text(ClassSet(0.95, ()), "type 2") == "set at 95 %: no type reaches the level"
    none = ClassSet(0.95, missing="needs 19 calibration spectra a type, has 15 of type 1")
    assert set_text(none) == f"no set at 95 %: {none.missing}"
    assert set_sentence(none) == f"No set at 95 %: {none.missing}."


def test_a_set_that_leaves_out_the_likeliest_type_says_so():
    assert set_text(ONE, "type 2") == "set at 90 %: type 2"
    assert set_text(ONE, "intermediate") == "set at 90 %: type 2, not intermediate"
    said = set_sentence(ONE, "intermediate")
    assert "Intermediate is the likeliest, but less so than in 90 % of the calibration" in said
    assert "is the likeliest, but" not in set_sentence(ONE, "type 2")
    empty = ClassSet(0.9, (), HELD)
    assert "is the likeliest, but" not in set_sentence(empty, "type 2")


def test_figures_of_a_lender_are_called_the_lenders():
    lent = ClassSet(0.9, ("type 2",), HELD, (1, 2), (0, 0), lent=True)
    assert "the collection that lent the classifier" in set_sentence(lent)
    assert "the others" not in set_sentence(lent)


def test_a_rank_says_among_which():
    assert (
        like_text(LikeRank(12, 500, 14.02, 17.3)) == "rank 12 of the 500 nearest in S/N (14–17.3)"
    )
    assert like_short(LikeRank(12, 500, 14, 17)) == "among spectra of like S/N: 12 of 500"
    assert like_text(None) == like_short(None) == ""


@pytest.mark.parametrize(
    ("rank", "share"), [(1, "all"), (2, "99.7 %"), (14, "97.3 %"), (500, "none")]
)
def test_a_lent_score_is_told_on_the_lenders_scale(rank, share):
    like = LikeRank(rank, 500, 14.02, 17.3)
    score = Verdict("score", "", "", {}, 0.5, 3, 10, "mse", like_lender=like, lender="the demo")
    of = f"higher than {share} of the 499 spectra of the demo nearest in S/N (14–17.3)"
    assert lender_text(score) == of
    assert verdict_text(score) == f"MSE 0.5, {of}, which lent the model; rank 3 of 10 here"
    assert lender_short(score) == f"higher than {share} of the demo at like S/N"


def test_verdicts_for_a_terminal():
    score = Verdict("score", "", "", {}, 0.5, 3, 900, "mse", like=LikeRank(2, 225, 3, 4))
    # The line above says it: verdict_text.
    assert list(verdict_lines(score)) == []
    shares = {"type 1": 0.0001, "type 2": 0.9999}
    kind = Verdict("type", "", "type 2", shares, float("nan"), 0, 0, class_set=ONE)
    first, second = verdict_lines(kind)
    assert first == "p(type 2) > 0.999, p(type 1) < 0.001"
    assert second == set_sentence(ONE)


def test_nothing_is_said_of_a_classifier_that_was_not_measured():
    assert list(certainty_lines(TypeCertainty(None), 0.9)) == []

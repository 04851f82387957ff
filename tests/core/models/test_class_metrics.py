import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from spexplain.core.models.class_metrics import classification_metrics

CLASSES = ("type 1", "type 2", "intermediate")
labels = st.sampled_from(CLASSES)


@given(st.lists(st.tuples(labels, labels), min_size=1, max_size=60))
def test_every_figure_agrees_with_scikit_learn(pairs):
    true, predicted = map(list, zip(*pairs, strict=True))
    ours = classification_metrics(true, predicted, CLASSES)
    theirs = precision_recall_fscore_support(true, predicted, labels=CLASSES, zero_division=0)
    for mine, other in zip((ours.precision, ours.recall, ours.f_score), theirs[:3], strict=True):
        np.testing.assert_allclose(mine, other)
    np.testing.assert_array_equal(
        ours.confusion, confusion_matrix(true, predicted, labels=list(CLASSES))
    )
    assert ours.to_dict()["macro_f"] == pytest.approx(theirs[2].mean())


def test_a_class_without_a_spectrum_counts_nothing_and_no_spectra_have_no_accuracy():
    found = classification_metrics(["type 1", "type 1"], ["type 1", "type 2"], CLASSES)
    assert found.accuracy == 0.5
    assert found.recall.tolist() == [0.5, 0, 0]
    assert np.isnan(classification_metrics([], [], CLASSES).accuracy)


def test_the_confusion_matrix_of_the_paper_gives_its_recalls():
    # P21, linear kernel: 19 of 115 intermediate called type 2, 12 of 423 type 2 called intermediate
    true = ["intermediate"] * 115 + ["type 2"] * 423
    predicted = ["type 2"] * 19 + ["intermediate"] * 96 + ["intermediate"] * 12 + ["type 2"] * 411
    by_class = classification_metrics(true, predicted, CLASSES).to_dict()["by_class"]
    assert round(by_class["intermediate"]["recall"], 2) == 0.83
    assert round(by_class["type 2"]["recall"], 2) == 0.97


def test_an_unknown_label_is_named():
    with pytest.raises(ValueError, match="starburst"):
        classification_metrics(["type 1"], ["starburst"], CLASSES)
    with pytest.raises(ValueError, match="2 true labels but 1"):
        classification_metrics(["type 1", "type 1"], ["type 1"], CLASSES)

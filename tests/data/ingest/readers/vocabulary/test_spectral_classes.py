"""A star is a star under any name of the column: no model is given it."""

import pytest
from spexplain.data.ingest.readers.vocabulary.spectral_classes import class_of


@pytest.mark.parametrize(("said", "kind"), [
    ({"CLASS": "QSO"}, "QSO"), ({"SPECTYPE": "STAR", "SUBTYPE": "M"}, "STAR"),
    ({"CLASS": "Galaxy "}, "GALAXY"), ({"OBJCLASS": "quasar"}, "QSO"), ({"CLASS": 3}, ""),
    ({"CLASS": "unknown", "SPECTYPE": "STAR"}, "STAR"), ({}, ""),
])  # fmt: skip
def test_classes_by_their_usual_names(said, kind):
    assert class_of(said.get)[0] == kind


def test_the_subclass_is_as_it_is_written():
    assert class_of({"SPECTYPE": "STAR", "SUBTYPE": " K0V "}.get) == ("STAR", "K0V")

import numpy as np
import pandas as pd
import pytest
from spexplain.data.build.samples.learnt_from import sample_note, training_note, training_sample


def catalog(*classes):
    return pd.DataFrame({"spectral_class": list(classes)})


def recorded(sample, **others):
    return sample.metrics() | {"n_trained_on": sample.n - 1, "n_validation": 1} | others


def test_what_the_survey_calls_galaxies_is_learnt_from_and_the_rest_is_counted():
    found = training_sample(catalog("GALAXY", "QSO", "", "GALAXY", "QSO"), np.array([0, 1, 2, 3]))
    assert found.inside.tolist() == [True, False, False, True]
    assert (found.learn_from, found.n) == ("galaxies", 2)
    assert found.left_out == {"": 1, "QSO": 1}
    note = sample_note(recorded(found))
    assert note.startswith("learnt from 2 galaxies (class GALAXY of the survey)")
    assert note.endswith("the others are scored, not learnt from: 1 without a class, 1 QSO")


@pytest.mark.parametrize("without", [catalog("", "", ""), pd.DataFrame({"id": ["a", "b", "c"]})])
def test_without_any_class_all_are_learnt_from_and_it_says_so(without):
    found = training_sample(without, np.arange(3))
    assert found.inside.all()
    assert found.learn_from == "all"
    assert sample_note(recorded(found)) == (
        "learnt from all 3 usable spectra, of whatever class: the survey gives none of them a class"
    )


def test_all_can_be_asked_for():
    found = training_sample(catalog("GALAXY", "QSO"), np.arange(2), "all")
    assert found.inside.all()
    assert not found.why
    assert sample_note(recorded(found)) == "learnt from all 2 usable spectra, of whatever class"


def test_the_note_counts_what_was_drawn_and_of_how_many():
    found = training_sample(catalog("GALAXY", "GALAXY", "GALAXY"), np.arange(3))
    note = sample_note(recorded(found, n_trained_on=1))
    assert note == (
        "learnt from 2 of 3 galaxies (class GALAXY of the survey); there is no other class"
    )


def test_a_lent_network_is_not_said_to_have_left_out_spectra_of_this_collection():
    note = sample_note(recorded(training_sample(catalog("GALAXY", "QSO"), np.arange(2))), lent=True)
    assert note == (
        "lent by another collection, where it learnt from 1 galaxies (class GALAXY of the survey)"
    )


def test_a_run_of_an_earlier_version_says_nothing():
    assert sample_note({"n_trained_on": 5, "n_validation": 1}) == ""
    assert training_note({"epochs": 24, "best_epoch": 24, "stopped_early": False}) == ""


def test_a_training_that_ended_by_itself_was_not_cut_short():
    assert training_note({"epochs": 50, "cut_short": False}) == ""


@pytest.mark.parametrize(("epochs", "why"), [(24, "planted anomalies"), (120, "still falling")])
def test_where_a_training_was_cut_short_and_why(epochs, why):
    note = training_note({"epochs": epochs, "cut_short": True})
    assert note.startswith(f"training was cut short at the {epochs} epochs")
    assert why in note

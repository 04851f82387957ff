"""How many spectra a lens takes, and why not the rest."""

import numpy as np
import pytest
from spexplain.core.spectra.prepare.recipes import O25Recipe, P21Recipe
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.taken_by import kind_of_reason, taken_by_lenses


def test_every_spectrum_of_a_collection_is_counted_once_for_each_lens(small_demo):
    n = Collection.open(small_demo).n_spectra
    found = taken_by_lenses(RunStore(small_demo))
    assert [one.lens for one in found] == ["AGN lens (types)", "anomaly lens (scores)"]
    for one in found:
        assert one.n_taken + sum(one.refused.values()) == n
        assert one.sentence().startswith(f"{one.lens}: {one.n_taken:,} of {n:,} spectra")


def test_spectra_that_came_since_the_build_are_said_to_be_unbuilt(small_demo):
    store = RunStore(small_demo)
    n = taken_by_lenses(store)[0]
    (more, *_) = taken_by_lenses(store, n.n_taken + sum(n.refused.values()) + 6)
    assert more.sentence() == f"{n.sentence()}; 6 more not built yet"


def test_nothing_is_said_of_what_is_not_built(tmp_path):
    assert taken_by_lenses(RunStore(tmp_path)) == []


@pytest.mark.parametrize("recipe", [P21Recipe(), O25Recipe()])
@pytest.mark.parametrize("spoilt", ["blue", "hole", "all", "negative"])
def test_reasons_of_the_recipes_have_kinds_without_numbers(recipe, spoilt):
    wave = np.arange(2700.0, 8400.0)
    flux, ivar = np.ones((1, wave.size)), np.full((1, wave.size), 100.0)
    gone = {"blue": wave < 4500, "hole": (wave > 4200) & (wave < 4900), "all": wave > 0}
    if spoilt == "negative":
        flux *= -1
    else:
        ivar[0, gone[spoilt]] = 0
    (reason,) = recipe.to_grid(wave, flux, ivar, np.zeros(1))[1]
    kind = kind_of_reason(reason)
    assert reason
    assert not any(letter.isdigit() for letter in kind)
    assert kind != reason


def test_what_was_set_aside_keeps_its_word():
    assert kind_of_reason("redshift too high: z = 2.1 > 0.8; --z-max takes it") == (
        "redshift too high"
    )

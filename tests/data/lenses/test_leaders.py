"""What leads each score: lists, kinds and parts of the spectrum, of a built collection."""

import json

import numpy as np
import pytest
from spexplain.core.compute.cancel import Cancelled
from spexplain.core.models.anomaly.parts import score_parts
from spexplain.core.models.anomaly.rankings import top_overlap
from spexplain.data.lenses.leaders import kinds_of_spectra, score_leaders
from spexplain.data.lenses.lenses import open_lenses


def test_shares_are_the_mean_of_those_on_top(built):
    lens = open_lenses(built)["anomaly"]
    found = score_leaders(built.catalog, lens, top=7)
    for name in ("mse", "filtered-chi2"):
        rows = lens.scores(name).sort_values(ascending=False).index[:7]
        x = np.stack([lens.prepared(int(row)) for row in rows])
        again = np.stack([lens.reconstruction(int(row)) for row in rows])
        shares = score_parts(lens.wave_rest_aa, x, again, name)
        np.testing.assert_allclose(found.made_of.loc[name], shares.mean(axis=0), rtol=1e-3)
        assert found.led_by.loc[name].sum() == 7
    shared, in_all = top_overlap({name: lens.scores(name) for name in lens.targets}, 7)
    np.testing.assert_array_equal(found.shared, shared)
    assert found.in_all == in_all
    assert sum(found.of_pixels.values()) == pytest.approx(1)


def test_kinds_add_up_and_all_of_it_is_json(built):
    lens = open_lenses(built)["anomaly"]
    found = score_leaders(built.catalog, lens, top=1000)
    assert found.top == found.n_ranked == len(lens.rows)
    for kinds in found.kinds.values():
        assert kinds == found.kinds_of_all  # the top of so few is all of them
    said = json.loads(json.dumps(found.to_dict()))
    assert said["top"] == found.top
    for name, others in said["shared"].items():
        for other, share in others.items():
            low, high = said["shared_95"][name][other]
            assert low <= share <= high


def test_a_kind_is_what_was_planted_else_the_label_else_the_subclass(built):
    catalog = built.catalog.iloc[:4].copy()
    catalog["planted_kind"] = ["single spikes", "", "", ""]
    catalog["label"] = ["type 2", "type 2", "", ""]
    catalog["subclass"] = ["AGN", "AGN", "STARBURST", ""]
    assert kinds_of_spectra(catalog).tolist() == [
        "single spikes", "type 2", "STARBURST", "no subclass"
    ]  # fmt: skip
    assert kinds_of_spectra(catalog[["subclass"]]).tolist()[-2:] == ["STARBURST", "no subclass"]


def test_it_ends_when_asked_to(built):
    with pytest.raises(Cancelled):
        score_leaders(built.catalog, open_lenses(built)["anomaly"], cancelled=lambda: True)
    with pytest.raises(ValueError, match="top of 1 or more"):
        score_leaders(built.catalog, open_lenses(built)["anomaly"], top=0)

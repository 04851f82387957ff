import json
import shutil

import numpy as np
import pytest
from spexplain.core.models.anomaly import like_rank
from spexplain.data.build.all_stages import build
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.format import write_parquet
from spexplain.data.collection.runs import RunStore
from spexplain.data.lenses.leaders import score_leaders
from spexplain.data.lenses.lenses import open_lenses, outdated_domain


@pytest.fixture
def lent_scores(unlabelled, copied, quick, monkeypatch):
    """The anomaly lens of a dozen spectra with lent models, and what the lender's scores were."""
    monkeypatch.setattr(like_rank, "_FEWEST", 20)
    for collection in (unlabelled, copied):
        told = collection.catalog.assign(sn_median=np.linspace(10, 30, collection.n_spectra))
        write_parquet(collection.path / "catalog.parquet", told)
    unlabelled, copied = (Collection.open(each.path) for each in (unlabelled, copied))
    build(unlabelled, settings=quick, models=copied.path)
    theirs = open_lenses(copied)["anomaly"].scores("mse").to_numpy()
    shutil.rmtree(copied.path)  # what is lent stays when the lender goes
    return open_lenses(Collection.open(unlabelled.path))["anomaly"], theirs


def test_a_lent_score_is_ranked_among_the_lenders_spectra(lent_scores):
    lens, theirs = lent_scores
    row = int(lens.scores("mse").idxmax())
    said = lens.verdict(row)
    like = said.like_lender
    assert like.n == len(theirs) // 4  # of like S/N, as one's own are compared
    assert (said.lender, said.like) == ("copied", None)  # a dozen have none among themselves
    beyond = lens.like_lender("mse", float(theirs.max()) + 1, 20.0)
    assert (beyond.rank, beyond.higher_than) == (1, 1)
    below = lens.like_lender("mse", 0.0, 20.0)
    assert (below.rank, below.higher_than) == (below.n, 0)
    told = said.to_dict()["like_sn_of_lender"]
    assert told["lender"] == "copied"
    assert told["higher_than"] == (like.n - like.rank) / (like.n - 1)


def test_top_lists_say_how_many_are_rare_for_the_lender(lent_scores, unlabelled):
    lens, _ = lent_scores
    leaders = score_leaders(Collection.open(unlabelled.path).catalog, lens, top=5)
    ranks = [
        lens.verdict(int(row)).like_lender.higher_than
        for row in lens.scores("mse").nlargest(5).index
    ]
    assert leaders.beyond_lender["mse"] == np.sum(np.array(ranks) > 0.95)
    assert leaders.to_dict()["lender"] == "copied"


def test_ones_own_models_have_no_lender(built):
    lens = open_lenses(built)["anomaly"]
    verdict = lens.verdict(int(lens.rows[0]))
    assert (verdict.lender, verdict.like_lender) == ("", None)
    assert "like_sn_of_lender" not in verdict.to_dict()
    assert score_leaders(built.catalog, lens, top=5).beyond_lender == {}


def test_a_scale_that_an_earlier_build_did_not_lend_is_said_to_lack(lent_scores, unlabelled):
    collection = Collection.open(unlabelled.path)
    assert "how a lent score ranks" not in outdated_domain(collection)
    metrics = RunStore(collection.path).find("score").path / "metrics.json"
    metrics.write_text(json.dumps({"n_scored": 11}))
    assert "how a lent score ranks among the lender's own spectra" in outdated_domain(collection)
    lens = open_lenses(collection)["anomaly"]
    assert lens.verdict(int(lens.rows[0])).like_lender is None

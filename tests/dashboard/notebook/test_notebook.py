"""The session of a notebook, as written, on the small demo."""

import copy
import pickle
import urllib.request
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spexplain as sx
import torch
from astropy import units as u
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from spexplain.core.explain.entry import explain
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.dashboard.export.stored_spectrum import explain_stored
from spexplain.data.collection.annotations.tags import Annotations
from spexplain.data.explanations.fits_file import load_explanation, save_explanation
from spexplain.data.explanations.saved import OtherModelError
from spexplain.data.ingest.readers import ReadError
from spexplain.data.lenses.one_spectrum.whole_spectrum import whole_of_row


@pytest.fixture(scope="module")
def c(small_demo: Path):
    return sx.open(small_demo)


@pytest.fixture(scope="module")
def labelled(c):
    return c.prepared(label=True)


@pytest.fixture(scope="module")
def m(c, labelled):
    forest = RandomForestClassifier(n_estimators=20, random_state=0)
    return sx.model(make_pipeline(StandardScaler(), PCA(20), forest).fit(*labelled), wave=c.wave)


def settings() -> dict:
    return {"n_samples": 300, "n_segments": 20}


def test_a_collection_shows_a_short_table_and_gives_frames(c):
    assert "<table" in c._repr_html_()
    assert len(repr(c)) < 250
    assert {"x", "y", "id"} <= set(c.tsne("agn"))
    assert {"id", "cluster"} <= set(c.clusters())
    wrong = c.misclassified()
    assert (wrong["true"] != wrong["predicted"]).all()
    with pytest.raises(ValueError, match="no plane 'nowhere'"):
        c.tsne("nowhere")


def test_a_clause_finds_what_the_page_finds_with_every_column_it_may_name(c):
    found = c.where('z < 0.1 & label == "type 2"')
    catalog = c.catalog
    wanted = catalog.index[(catalog["z"] < 0.1) & (catalog["label"] == "type 2")]
    np.testing.assert_array_equal(found.index, wanted)
    assert len(found) > 0
    assert {"id", "sn_median", "predicted", "score", "cluster"} <= set(found)
    assert c[int(found.index[0])].id == found["id"].iloc[0]
    tags = Annotations(c.collection.path)
    tags.tag(found["id"].iloc[0], 7)
    assert c.where("tag == 7")["id"].tolist() == [found["id"].iloc[0]]
    tags.tag(found["id"].iloc[0], None)
    assert c.where("tag == 7").empty
    with pytest.raises(ValueError, match="no column “zz”"):
        c.where("zz < 3")
    with pytest.warns(UserWarning, match="no label is “typ 2”"):
        assert c.where("label == 'typ 2'").empty


def test_all_prepared_spectra_are_those_of_the_lens_and_labels_go_with_them(c, labelled):
    X, y = labelled
    rows = c.rows(label=True)
    assert X.shape == (len(rows), len(c.wave))
    np.testing.assert_array_equal(X[3], c.lenses["agn"].prepared(int(rows[3])))
    np.testing.assert_array_equal(y, c.catalog["label"].to_numpy()[rows])
    assert len(c.prepared()) >= len(X)


def test_a_spectrum_goes_to_specutils_with_units_errors_and_mask_and_comes_back(c):
    s = c[int(c.rows(label=True)[0])]
    theirs = s.to_specutils()
    assert theirs.spectral_axis.unit == u.AA
    assert theirs.flux.unit.is_equivalent("erg / (s cm2 AA)")
    np.testing.assert_array_equal(theirs.mask, ~s.spectrum.has_data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        back = sx.read(theirs, z=s.z)
    np.testing.assert_allclose(back.ivar, s.ivar, rtol=1e-6)
    assert back.id == s.id
    assert f"median S/N {c.catalog['sn_median'][s.row]:.3g}," in repr(s)  # one number, one value
    with pytest.raises(TypeError, match="got int"):
        sx.read(3)


def test_a_spectrum_of_ones_own_is_prepared_as_the_models_are_and_placed(c, m):
    s = c[int(c.rows(label=True)[0])]
    mine = sx.read(s.spectrum)
    explained = m.explain(mine, "type 1", **settings())
    np.testing.assert_allclose(explained.flux, c.lenses["agn"].prepared(s.row), rtol=1e-3)
    assert "brought to rest" in explained.done
    assert "normalised" in explained.done
    assert len(c.place(mine)) == 2


def test_a_doubtful_redshift_is_said_with_whatever_stands_on_it_until_another_is_given(c, m):
    s = c[int(c.rows(label=True)[0])]
    mine = sx.read(replace(s.spectrum, z_warning="poor data"))
    assert "doubtful by its survey: poor data" in repr(mine)
    explained = m.explain(mine, "type 1", **settings())
    assert "doubtful by its survey: poor data" in repr(explained)
    page = explained._repr_html_()
    assert page.index("<b>Its redshift is doubtful") < page.index("<b>log-odds(")
    assert any("poor data" in text.get_text() for text in explained.plot().texts)
    given = sx.read(mine, z=s.z)
    assert "doubtful" not in repr(given)
    assert "doubtful" not in repr(m.explain(given, "type 1", **settings()))


def test_what_of_the_grid_a_spectrum_does_not_cover_is_said(m):
    wave = np.linspace(3000.0, 4500.0, 400)
    short = Spectrum("short", wave, np.ones(400), np.ones(400), z=0.05)
    with pytest.raises(ValueError, match=r"short covers 2857–4286 Å; AGN types need"):
        m.explain(sx.read(short), "type 1")
    plain = sx.model(lambda x: x.mean(axis=1), np.linspace(4000.0, 5000.0, 200))
    with pytest.raises(ValueError, match=r"no data on 14\d of 200 pixels .* 42\d\d–5000 Å"):
        plain.explain(sx.read(short))


def test_an_explanation_is_seen_tabled_judged_saved_and_replayed(m, labelled, tmp_path):
    X, _ = labelled
    e = m.explain(X[0], "type 1", of="probability", **settings())
    page = e._repr_html_()
    assert page.startswith("<svg")
    assert "<table" in page
    assert e.trust().sentence().split(":")[0] in page
    assert repr(e.trust()) == f"<trust in lime: {e.trust().sentence()}>"
    assert len(repr(e)) < 250
    table = e.table()
    assert "[O III] 5007" in " ".join(table["lines"])
    assert abs(table["weight"]).is_monotonic_decreasing
    e.save(tmp_path / "why.fits")
    again = sx.replay(tmp_path / "why.fits", m)
    assert again.weights.tobytes() == e.weights.tobytes()


def test_a_replay_refuses_another_model_of_the_same_name(c, m, labelled, tmp_path):
    X, y = labelled
    m.explain(X[0], "type 1", **settings()).save(tmp_path / "why.fits")
    forest = RandomForestClassifier(n_estimators=5, random_state=7)
    other = sx.model(make_pipeline(StandardScaler(), PCA(5), forest).fit(X, y), wave=c.wave)
    with pytest.raises(OtherModelError, match=r"another model, or trained again"):
        sx.replay(tmp_path / "why.fits", other)
    assert sx.replay(tmp_path / "why.fits", other, allow_other_model=True).value is not None


def test_what_the_command_or_page_saved_is_replayed_by_the_collections_model(c, tmp_path):
    lens = c.lenses["agn"]
    id = c.catalog["id"].iat[int(lens.rows[0])]
    settings_ = sx.ExplainSettings(n_samples=300, n_segments=20)
    kept = explain_stored(c.collection.path, id, "log p", settings_).saved
    save_explanation(tmp_path / "why.fits", kept)
    for again in (sx.replay(tmp_path / "why.fits"), sx.replay(tmp_path / "why.fits", c)):
        assert again.weights.tobytes() == kept.explanation.weights.tobytes()
        assert again.name == id
        assert again.answers.keys() == lens.verdict(int(lens.rows[0])).probabilities.keys()


def test_pixels_that_were_filled_in_are_said_wherever_a_reason_may_rest_on_them(c, tmp_path):
    wave, lens = c.wave_of("anomaly"), c.lenses["anomaly"]
    row = next(
        row for row in map(int, lens.rows)
        if whole_of_row(c.collection, lens, row, lens.prepared(row)).filled.sum() > 5
    )  # fmt: skip
    filled = whole_of_row(c.collection, lens, row, lens.prepared(row)).filled
    last = int(np.flatnonzero(filled)[0])
    e = sx.model(lambda x: x[:, last], wave).explain(c[row], n_samples=200)
    np.testing.assert_array_equal(e.filled, filled)
    assert f"{filled.sum():,} of {filled.size:,} pixels filled in, not measured" in e.done
    table = e.table()
    assert table["n_filled"].sum() == filled.sum()
    assert f", {table['n_filled'][0]} of its pixels filled in" in repr(e)
    assert "hatched: filled in, not measured" in e._repr_html_()
    e.save(tmp_path / "why.fits")
    np.testing.assert_array_equal(load_explanation(tmp_path / "why.fits").filled, filled)


def test_many_keep_their_errors_in_place_or_raise_which(m, labelled):
    X = labelled[0][:4].copy()
    X[2, 5] = np.nan
    es = m.explain(X, "type 1", method="gradient", errors="keep")
    assert [one.number for one in es.failed] == [2]
    assert "1 of 1,000 pixels are not finite" in es.failed[0].reason
    with pytest.raises(ValueError, match="spectrum 2: 1 of 1,000 pixels"):
        m.explain(X, "type 1", method="occlusion")


def test_many_are_a_table_and_a_picture_with_the_reasons_of_those_that_failed(m, labelled):
    X = labelled[0][:4].copy()
    X[2, 5] = np.nan
    es = m.explain(X, "type 1", errors="keep", **settings())
    table = es.table()
    assert table["number"].tolist() == [0, 1, 2, 3]
    assert "not finite" in table["reason"][2]
    for number in (0, 1, 3):
        first = es[number].table().iloc[0]
        assert table["value"][number] == es[number].value
        assert table["weight"][number] == first["weight"]
        assert table["lines"][number] == first["lines"]
    page = es._repr_html_()
    assert page.startswith("<svg")
    assert "3 explanations, 1 failed" in page
    assert "not finite" in page
    none = m.explain(X[2:3], "type 1", errors="keep")
    assert "<svg" not in none._repr_html_()
    with pytest.raises(ValueError, match="no spectrum could be explained"):
        none.plot()


def test_gradients_of_a_torch_module_come_in_one_pass_and_are_the_derivative(c, labelled):
    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Linear(len(c.wave), 8), torch.nn.Tanh(), torch.nn.Linear(8, 3)
    ).double()
    calls = []
    module.register_forward_hook(lambda *_: calls.append(1))
    m = sx.model(module, c.wave, classes=("a", "b", "c"))
    X = labelled[0][:50].astype(np.float64)
    es = m.explain(X, "b", method="gradient")
    # Values, derivatives, what the model says, again of one alone, and whether as logits.
    assert len(calls) <= 5
    for of in ("log-odds", "log p", "probability"):
        found = m.explain(X[0], "b", of=of, method="gradient").weights
        target = m.target("b", of)
        step = np.zeros_like(X[:1])
        step[0, 400] = 1e-5
        slope = (target(X[:1] + step) - target(X[:1] - step))[0] / 2e-5
        assert found[400] == pytest.approx(slope, rel=1e-4, abs=1e-10)
    np.testing.assert_allclose(es[7].weights, m.explain(X[7], "b", method="gradient").weights)
    own = np.arange(X.shape[1]) // 100
    with pytest.raises(ValueError, match="spectrum 0: a saliency map has no segments"):
        m.explain(X, "b", method="gradient", segments=own)


def test_many_spectra_keep_their_masks_units_and_kinds(c, m, labelled):
    X, y = labelled
    few = {"method": "occlusion", "n_segments": 10}
    masked = [np.ma.array(X[0], mask=np.arange(X.shape[1]) < 5), np.ma.array(X[1])]
    es = m.explain(masked, "type 1", errors="keep", **few)
    assert [one.number for one in es.failed] == [0]
    assert "5 of 1,000 pixels are masked" in es.failed[0].reason
    for with_unit in (X[:2] * u.Jy, [X[0] * u.Jy]):
        with pytest.raises(ValueError, match="spectrum 0: flux has the unit Jy"):
            m.explain(with_unit, "type 1", **few)
    es = m.explain([X[0], X[1][:-3]], "type 1", errors="keep", **few)
    assert "got (997,)" in es.failed[0].reason
    rows = c.rows(label=True)[:2]
    es = m.explain([c[int(row)] for row in rows], list(y[:2]), **few)
    for e, row, x, label in zip(es, rows, X, y, strict=False):
        assert e.name == c[int(row)].id
        assert label in e.target.name
        np.testing.assert_array_equal(e.weights, m.explain(x, label, **few).weights)
    with pytest.raises(ValueError, match="one for each of 2 spectra"):
        m.explain(X[:2], list(y[:3]), **few)
    with pytest.raises(ValueError, match="flux is complex"):
        m.explain(X[0] + 1j, "type 1", **few)


@pytest.mark.parametrize("way", [np.max, np.mean, np.std])
def test_a_model_whose_answer_depends_on_the_other_spectra_is_refused(c, labelled, way):
    def scaled(spectra):
        return (spectra / (way(spectra, axis=0) + 1e-3))[:, 300:400].sum(axis=1)

    with pytest.raises(ValueError, match=r"for the same spectrum among others: .* each row alone"):
        sx.model(scaled, c.wave).explain(labelled[0][0], n_samples=100)


class Centred(torch.nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(n, 2)

    def forward(self, x):
        return self.layer(x - x.mean(0))


def test_gradients_in_one_pass_are_asked_of_models_that_treat_each_spectrum_alone(c, labelled):
    X = labelled[0][[0, 40, 80]]
    with pytest.raises(ValueError, match="among others"):
        sx.model(Centred(X.shape[1]), c.wave, classes=("a", "b")).explain(X, "a", method="gradient")


def test_a_model_that_was_pickled_or_copied_prepares_spectra_as_before(c, m):
    s = c[int(c.rows(label=True)[0])]
    mine = sx.read(s.spectrum)
    x, done, _ = c.wave.prepare(mine)
    for again in (pickle.loads(pickle.dumps(m)), copy.deepcopy(m)):  # noqa: S301
        flux, said, _ = again.wave.prepare(mine)
        np.testing.assert_array_equal(flux, x)
        assert said == done
    plain = pickle.loads(pickle.dumps(c.wave[:5]))  # noqa: S301
    np.testing.assert_array_equal(plain, np.asarray(c.wave)[:5])
    onto_plain = sx.model(lambda spectra: spectra.sum(axis=1), np.array(c.wave)[10:-10])
    assert "not normalised: the model gets flux in" in repr(
        onto_plain.explain(mine, method="occlusion", n_segments=10)
    )


def test_settings_that_would_be_ignored_and_odd_baselines_are_refused(m, labelled, tmp_path):
    x = labelled[0][0]
    own = np.arange(len(x)) // 100
    for given, said in (
        ({"segments": own, "n_segments": 7}, "n_segments beside segments of your own"),
        ({"baseline": 1.0, "factor": 0.5}, "factor beside a baseline of your own"),
        ({"baseline": "mean"}, "perturbation='mean'"),
        ({"baseline": 1 * u.Jy}, "the baseline has the unit Jy"),
        ({"baseline": np.ma.array(x, mask=x > 1)}, "not finite, or masked"),
        ({"baseline": np.ones(5)}, r"got \(5,\)"),
        ({"baseline": 1.0, "n_segments": 5000}, "n_segments must be 1 to 1000"),
        ({"segments": [(4800, 4900)]}, "np.digitize"),
    ):
        with pytest.raises(ValueError, match=said):
            m.explain(x, "type 1", **given)
    e = m.explain(x, "type 1", method="occlusion")
    with pytest.raises(ValueError, match=r"saved as FITS, not as \.npz: .*why\.fits"):
        e.save(tmp_path / "why.npz")
    with pytest.raises(TypeError, match=r"upper, lower, bar = e\.plot\(\)\.axes"):
        e.plot(ax=None)
    with pytest.raises(TypeError, match=r"what sx\.model\(\.\.\.\) or .* got AnyModel"):
        sx.replay(tmp_path / "why.fits", m.known)


def test_segments_and_baselines_of_ones_own(m, labelled):
    x = labelled[0][0]
    e = m.explain(
        x, "type 1", of="probability", segments=["hbeta", "oiii5007"], baseline=1.0,
        method="occlusion",
    )  # fmt: skip
    lines = e.table().set_index("segment")["lines"]
    assert "Hβ" in lines.tolist()
    pixels = e.explanation.labels == lines.index[lines == "Hβ"][0]
    target = m.target("type 1", "probability")
    without = np.where(pixels, 1.0, x).astype(np.float32)
    expected = target(x[None])[0] - target(without[None])[0]
    assert e.weights[lines.index[lines == "Hβ"][0]] == pytest.approx(expected, abs=1e-9)
    own = np.arange(len(x)) // 100
    plain = m.explain(x, "type 1", segments=own, method="occlusion", factor=0.8)
    assert len(plain.weights) == 10
    ours = sx.ExplainSettings(method="occlusion", n_segments=10, factor=0.8)
    same = explain(x, m.target("type 1"), ours)
    np.testing.assert_allclose(plain.weights, same.weights, atol=1e-6)
    with pytest.raises(ValueError, match=r"is n_segments=50"):
        m.explain(x, "type 1", segments=50)
    with pytest.raises(ValueError, match=r"no lines \['hbetta'\]"):
        m.explain(x, "type 1", segments=["hbetta"])


def test_errors_name_their_cause(c, m, labelled):
    X, y = labelled
    with pytest.raises(ValueError, match="no class 'type 9'"):
        m.explain(X[0], "type 9")
    with pytest.raises(ValueError, match="masked or not finite"):
        m.explain(np.ma.masked_greater(X[0], np.median(X[0])), "type 1")
    with pytest.raises(TypeError, match=r"unknown settings \['segmets'\]"):
        m.explain(X[0], "type 1", segmets=3)
    with pytest.raises(TypeError, match="not fitted"):
        sx.model(RandomForestClassifier(), c.wave)
    with pytest.raises(TypeError, match="got int"):
        sx.model(3, c.wave)
    with pytest.raises(ValueError, match="looks like nm"):
        sx.model(lambda x: x[:, 0], np.linspace(380.0, 700.0, 50))
    wave = np.linspace(380.0, 700.0, 50) * u.nm
    assert sx.model(lambda x: x[:, 0], wave).wave[0] == pytest.approx(3800)
    in_ghz = sx.model(lambda x: x[:, 0], wave.to(u.GHz, u.spectral()))
    np.testing.assert_allclose(in_ghz.wave, wave.to_value(u.AA))
    with pytest.raises(ValueError, match="wave is in Jy"):
        sx.model(lambda x: x[:, 0], wave.value * u.Jy)
    with pytest.raises(ValueError, match=r"must increase, got 5000 and then 4000 Å \(pixel 1\)"):
        sx.model(lambda x: x[:, 0], [5000.0, 4000.0])
    with pytest.raises(ReadError, match=r"no file .*c\['demo-000141'\]"):
        m.explain("demo-000141", "type 1")
    unitless, lime = X[0] * u.dimensionless_unscaled, {"n_samples": 100, "method": "LIME"}
    assert m.explain(unitless, "type 1", **lime).explanation.weights.any()
    infinite = sx.model(lambda x: np.full(len(x), np.inf), c.wave)
    with pytest.raises(ValueError, match="gives inf for 1 of 1"):
        infinite.explain(X[0])
    rng = np.random.default_rng(0)
    by_chance = sx.model(lambda x: rng.random(len(x)), c.wave, name="dice")
    with pytest.raises(ValueError, match=r"dice answers \S+ and then \S+ for the same spectrum"):
        by_chance.explain(X[0])
    with pytest.raises(TypeError, match=r"c\.prepared\(\) has all"):
        c[:3]
    margins = sx.model(LinearSVC(tol=1.0).fit(X[:, :2], y), [1.0e4, 2.0e4])
    with pytest.raises(ValueError, match="of='decision'"):
        margins.target("type 1", "probability")
    assert margins.target("type 1").name == "decision(type 1)"


def test_the_page_is_served_beside_the_notebook(c):
    served = sx.app(c, show=False)
    try:
        with urllib.request.urlopen(served.url, timeout=60) as page:
            assert "spexplain" in page.read().decode()
    finally:
        served.stop()

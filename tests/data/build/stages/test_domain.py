"""Of every spectrum a build says whether it is one for the model, and whose model that is."""

import dataclasses
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from spexplain.core.spectra.prepare.recipes import P21Recipe
from spexplain.core.spectra.spectrum import Spectrum
from spexplain.data.build.all_stages import BuildError, build
from spexplain.data.build.samples.lent_galaxies import lent_background
from spexplain.data.build.stages.domain import DOMAIN_O25, DOMAIN_P21
from spexplain.data.collection.runs import RunStore
from spexplain.data.collection.trained.built_domain import (
    INSIDE,
    NOT_OF_KIND,
    UNLIKE,
    load_domain,
    save_domain,
)
from spexplain.data.lenses import lenses
from spexplain.data.lenses.built_lens import LensError
from spexplain.data.lenses.lenses import open_lenses, outdated_domain
from spexplain.data.lenses.one_spectrum.outside_spectrum import OutsideLens


def as_observed(collection, row, **changes):
    """A stored spectrum as if it came from a telescope."""
    flux, ivar = collection.spectrum(row)
    wave = collection.wave_rest_aa * 1.025
    return dataclasses.replace(Spectrum("twin", wave, flux, ivar, z=0.025), **changes)


def test_the_rest_of_the_survey_is_outside_and_the_sample_inside(surveyed):
    lens = open_lenses(surveyed)["agn"]
    labelled = surveyed.catalog["label"].to_numpy()[lens.rows] != ""
    outside = lens.domain.table["outside"].to_numpy()
    assert outside[labelled].mean() < 0.05
    assert outside[~labelled].mean() > 0.95
    assert set(lens.columns["domain"]) <= {INSIDE, NOT_OF_KIND, UNLIKE}
    said = lens.verdict(int(lens.rows[~labelled][5])).domain
    assert said.outside
    assert "not like the AGN the model learned on" in said.why
    assert (": it looks like the other galaxies" in said.why) == (said.distance <= 1)
    assert json.loads(json.dumps(said.to_dict()))["outside"] is True


def test_how_well_the_kind_is_told_is_said_in_numbers(surveyed):
    run = RunStore(surveyed.path).find("domain-p21")
    facts, note = run.facts("sample"), run.metrics["domain_note"]
    taken = 100 * facts["inside_of_rest"]
    assert f"tried on {facts['n_rest']:,} other spectra of the model's own survey" in note
    assert f"the check takes {taken:.1f} %" in note
    assert "for such AGN" in note


def test_why_is_a_target_like_any_other(surveyed):
    lens = open_lenses(surveyed)["agn"]
    row = int(lens.rows[0])
    assert "of_kind" in lens.targets
    value = lens.target("of_kind", row)(lens.prepared(row)[None])[0]
    # A stored row's own value is of the fold that had not seen it; the target is of all folds.
    assert value == pytest.approx(lens.verdict(row).domain.of_kind, abs=8)


def test_a_file_from_outside_is_asked_about_too(surveyed):
    newcomers = OutsideLens(surveyed, open_lenses(surveyed)["agn"])
    assert not newcomers.look(as_observed(surveyed, 0)).verdict.domain.outside
    counts = newcomers.look(as_observed(surveyed, 0, flux_unit="counts")).verdict.domain
    assert counts.outside
    assert "uncalibrated counts" in counts.why
    other = newcomers.look(as_observed(surveyed, 200)).verdict.domain
    assert other.outside
    flat = as_observed(surveyed, 0, flux=np.ones_like(surveyed.spectrum(0)[0]))
    assert "noise" in newcomers.look(flat).verdict.domain.why


def test_what_the_night_sky_left_is_no_distance(surveyed):
    newcomers = OutsideLens(surveyed, open_lenses(surveyed)["agn"])
    twin = as_observed(surveyed, 0)
    far = dataclasses.replace(twin, wave_obs_aa=twin.wave_obs_aa / 1.025 * 1.3, z=0.3)

    def spiked(at_aa):
        spike = np.abs(far.wave_obs_aa - at_aa) < 2.5
        return newcomers.look(dataclasses.replace(far, flux=np.where(spike, -9, far.flux)))

    plain, sky, elsewhere = newcomers.look(far), spiked(5578.0), spiked(5700.0)
    assert sky.verdict.domain.distance == pytest.approx(plain.verdict.domain.distance, rel=0.2)
    assert any("night sky left" in note for note in sky.verdict.domain.notes)
    assert not any("night sky" in note for note in plain.verdict.domain.notes)
    assert elsewhere.verdict.domain.distance > 1
    assert "spike" in elsewhere.verdict.domain.why


def test_beyond_the_samples_redshifts_it_says_so_and_stays_inside(surveyed):
    newcomers = OutsideLens(surveyed, open_lenses(surveyed)["agn"])
    twin = as_observed(surveyed, 0)
    far = dataclasses.replace(twin, wave_obs_aa=twin.wave_obs_aa / 1.025 * 1.4, z=0.4)
    said = newcomers.look(far).verdict.domain
    (note,) = (note for note in said.notes if "z 0.400 not within 0." in note)
    assert note.endswith(": probabilities and sets were never tested there")
    assert not said.outside


def test_beyond_the_redshifts_of_the_type_it_is_called_it_says_so(surveyed):
    """Types may be sampled at redshifts of their own, as type 1 of P21 is at z above 0.4."""
    lens = open_lenses(surveyed)["agn"]
    z_of_types, labels = lens.domain.sample["z_of_types"], surveyed.catalog["label"]
    assert set(z_of_types) == set(labels) - {""}
    for label, (low, high) in z_of_types.items():
        z = surveyed.catalog["z"][lens.rows[labels[lens.rows] == label]]
        assert (low, high) == (z.min(), z.max())
    newcomers, twin = OutsideLens(surveyed, lens), as_observed(surveyed, 0)
    called = newcomers.look(twin).verdict.predicted
    z_of_types[called] = [0.5, 0.6]
    said = f" not within 0.500–0.600 of the {called} the model learned on: probabilities and sets "
    assert any(said in note for note in newcomers.look(twin).verdict.domain.notes)
    row = int(lens.columns.index[lens.columns["predicted"] == called][0])
    (note,) = (note for note in lens.verdict(row).domain.notes if said in note)
    assert note.startswith(f"z {surveyed.catalog['z'][row]:.3f} not within")


def test_what_its_survey_calls_star_forming_is_said_to_be_no_agn(surveyed, monkeypatch):
    """The model must call it some type of AGN, and may be sure of it."""
    lens = open_lenses(surveyed)["agn"]
    newcomers, twin = OutsideLens(surveyed, lens), as_observed(surveyed, 0)
    note = "by its survey {}, not AGN: the model knows AGN types alone"

    def notes(subclass):
        newcomer = dataclasses.replace(twin, subclass=subclass)
        return newcomers.look(newcomer).verdict.domain.notes

    assert note.format("STARBURST") in notes("STARBURST")
    for subclass in ("", "AGN", "STARBURST BROADLINE"):
        assert note.format(subclass) not in notes(subclass)
    rows = lens.columns.index.to_numpy()
    label = surveyed.catalog["label"].to_numpy(str)[rows]
    monkeypatch.setitem(surveyed.catalog, "subclass", ["STARFORMING"] * len(surveyed.catalog))
    assert note.format("STARFORMING") in lens.verdict(int(rows[label == ""][0])).domain.notes
    # A label of one's own is better known than the survey's word.
    assert note.format("STARFORMING") not in lens.verdict(int(rows[label != ""][0])).domain.notes


def test_without_a_background_only_what_is_unlike_anything_is_told(built):
    lens = open_lenses(built)["agn"]
    assert not lens.domain.knows_kind
    assert "of_kind" not in lens.targets
    with pytest.raises(LensError, match="89 AGN it learned on and 30 other spectra are too few"):
        lens.of_kind()
    assert np.isnan(lens.verdict(0).domain.of_kind)


def test_a_strong_line_that_its_type_shows_and_it_does_not_is_said(
    tmp_path, write, quick, monkeypatch
):
    # 60 of each of two types: of fewer than 50 nothing is expected.
    collection = write(tmp_path / "two", ["type 2", "intermediate"] * 60)
    build(collection, settings=quick, only=["domain-p21"])
    lens = open_lenses(collection)["agn"]
    expected = lens.domain.sample["lines"]
    assert set(expected["type 2"]) == {"oiii5007"}
    assert "oiii5007" not in expected["intermediate"]
    assert lens.verdict(0).domain.lacking == ()
    monkeypatch.setattr(lens, "_observed", None)  # nothing is measured twice
    assert lens.verdict(0).domain.lacking == ()
    twin = as_observed(collection, 0)
    rest = twin.wave_obs_aa / 1.025
    gone = twin.flux - 2 * np.exp(-(((rest - 5007.0) / 15) ** 2)).astype(np.float32)
    (words,) = lens.domain.lines_lacking("type 2", lambda: (rest, gone, twin.ivar))
    assert words.startswith("[O III] 5007 is not detected (S/N ")
    assert words.endswith("type 2 spectra the model learned on it is")
    newcomers = OutsideLens(collection, lens)
    assert newcomers.look(twin).verdict.domain.lacking == ()


def test_asking_for_lines_loads_nothing_that_takes_seconds():
    code = "import sys, spexplain.data.collection.trained.lines_of_sample; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"torch", "sklearn", "scipy", "numba"}.isdisjoint(done.stdout.split())


def test_the_demos_galaxies_stand_in_where_they_are_asked_for(surveyed, copied, quick, home):
    shutil.copytree(surveyed.path, home / "demo")
    note = RunStore(copied.path).find("domain-p21").metrics["domain_note"]
    assert "The demo's galaxies can stand in for the others: build --background demo" in note
    asked = dataclasses.replace(quick, background="demo")
    report = build(copied, settings=asked, only=["domain-p21"])
    assert report.built == ("domain-p21",)
    assert report.notes["domain-p21"].startswith(
        "tried on 30 other spectra of the model's own survey and 330 of the demo's galaxies, lent "
        "as background, the check takes "
    )
    lens = open_lenses(copied)["agn"]
    assert lens.domain.knows_kind
    assert "of_kind" in lens.targets
    assert lens.whose == ("this collection's own, learned on 89 AGN, told from the demo's galaxies")
    outside = lens.domain.table["outside"]
    labelled = copied.catalog["label"].to_numpy()[lens.rows] != ""
    assert outside[labelled].mean() < 0.06
    assert outside[~labelled].mean() > 0.9
    said = lens.verdict(int(lens.rows[~labelled][5])).domain
    assert "not like the AGN the model learned on" in said.why
    assert (": it looks like the demo's galaxies" in said.why) == (said.distance <= 1)


def test_lent_spectra_are_prepared_as_the_collections_own(surveyed, copied, quick, home):
    prepared = RunStore(surveyed.path).find("prepare-p21")
    same, words = lent_background(prepared, RunStore(copied.path).find("prepare-p21"))
    rows = prepared.table("rows")["row"].to_numpy()
    unlabelled = np.flatnonzero(surveyed.catalog["label"].to_numpy(str)[rows] == "")
    np.testing.assert_array_equal(same, prepared.array("spectra").oindex[unlabelled])
    assert words == "the demo's galaxies"
    shorter = dataclasses.replace(quick, p21=P21Recipe(n_points=500))
    build(copied, settings=shorter, only=["prepare-p21"])
    other, _ = lent_background(prepared, RunStore(copied.path).find("prepare-p21"))
    assert other.shape == (len(same), 500)


def test_a_demo_that_is_asked_for_and_not_there_is_said(copied, quick):
    asked = dataclasses.replace(quick, background="demo")
    with pytest.raises(BuildError, match="no demo to lend its galaxies; spexplain demo builds it"):
        build(copied, settings=asked)
    with pytest.raises(ValueError, match=r"background must be one of .*got 'mine'"):
        dataclasses.replace(quick, background="mine")


def test_a_lent_model_comes_with_its_domain_and_whose_it_is(surveyed, unlabelled, quick, home):
    shutil.copytree(surveyed.path, home / "demo")
    report = build(unlabelled, settings=quick, only=["domain-p21"])
    assert "domain-p21" in report.built
    lens = open_lenses(unlabelled)["agn"]
    assert lens.whose == (
        "the demo's, learned on 89 AGN (no labels here, 10 of each of two types are needed)"
    )
    assert lens.domain.table["outside"].mean() > 0.9
    assert open_lenses(surveyed)["agn"].whose == "this collection's own, learned on 89 AGN"


def test_a_lender_that_does_not_say_is_to_be_built_again(surveyed, unlabelled, quick, home):
    demo = shutil.copytree(surveyed.path, home / "demo")
    store = RunStore(demo)
    store.set_current({k: v for k, v in store.current().items() if k != "domain-p21"})
    report = build(unlabelled, settings=quick, only=["domain-p21"])
    assert "build that again" in report.skipped["domain-p21"]
    lens = open_lenses(unlabelled)["agn"]
    assert lens.domain is None
    assert lens.verdict(0).domain is None
    assert lens.whose == "lent by another collection"


def test_a_domain_of_before_patterns_opens_and_is_said_to_be_built_again(surveyed, copied):
    assert outdated_domain(surveyed) == ""
    run = RunStore(copied.path).find("domain-p21")
    facts = run.facts("sample")
    del facts["patterns"]
    (run.path / "sample.json").write_text(json.dumps(facts))
    before = open_lenses(copied)["agn"].domain
    stored = load_domain(run)
    old = dataclasses.replace(stored.distance, pattern=None, limits=stored.distance.limits[:-1])
    save_domain(run.path, dataclasses.replace(stored, distance=old))
    assert before.of_flux(open_lenses(copied)["agn"].prepared(0), {}).distance > 0
    said = outdated_domain(copied)
    assert "lie where the model has learned them by the lens AGN type" in said
    assert f"spexplain build {copied.path} makes it ask" in said
    (run.path / "sample.json").write_text(json.dumps(facts | {"lender": "the demo"}))
    assert f"{copied.path}, the demo first, makes" in outdated_domain(copied)


def test_a_domain_of_before_the_redshifts_of_types_is_told(copied, monkeypatch):
    run = RunStore(copied.path).find("domain-p21")
    facts = run.facts("sample")
    del facts["z_of_types"]
    (run.path / "sample.json").write_text(json.dumps(facts))
    said = outdated_domain(copied)
    assert "the model learned the predicted type at by the lens AGN type." in said
    assert "lines" not in said
    assert f"spexplain build {copied.path} makes it ask" in said
    monkeypatch.setattr(lenses, "demo_path", lambda: copied.path)
    assert outdated_domain(copied).endswith(". spexplain demo makes it ask.")  # its own settings


def test_the_version_goes_up_with_what_is_kept_of_the_sample(surveyed):
    """Or an older run, which lacks it, would count as up to date."""
    kept = {*RunStore(surveyed.path).find("domain-p21").facts("sample")}
    kept_by_version_8 = {
        *("recipe", "what", "rest", "n_learned", "n_rest", "simulated", "counts", "z", "sn_median"),
        *("z_of_types", "outside_by_distance", "patterns", "knows_kind", "alike"),
        *("inside_of_rest", "note", "lines"),
    }
    assert (DOMAIN_P21.version, kept) == (8, kept_by_version_8)


def test_keys_follow_the_model_and_what_decides_the_sample(quick):
    assert DOMAIN_P21.needs == ("prepare-p21", "svm")
    assert DOMAIN_O25.needs == ("prepare-o25", "vae")
    two, all_of = (dataclasses.replace(quick, **c) for c in _CHANGES)
    assert DOMAIN_P21.params(two) != DOMAIN_P21.params(quick)
    assert DOMAIN_O25.params(all_of) != DOMAIN_O25.params(quick)


_CHANGES = ({"svm_task": "two"}, {"learn_from": "all"})

import shutil

import pytest
from spexplain.data.build.samples.lent import LentModelsError, lent_models
from spexplain.data.build.settings import BuildSettings
from spexplain.data.collection.runs import RunStore
from spexplain.data.files.locks import only_builder

MODELS = {"svm", "vae", "prepare-p21", "prepare-o25", "domain-p21", "domain-o25", "score"}
PLANES = {"embed-p21", "embed-o25"}


def test_named_models_come_with_the_preparations_they_were_trained_on(unlabelled, built):
    given = lent_models(unlabelled, built.path, BuildSettings())
    store = RunStore(built.path)
    assert set(given) == MODELS | PLANES
    assert given["svm"].inputs["prepare-p21"] == given["prepare-p21"].key
    assert given["vae"].inputs["prepare-o25"] == given["prepare-o25"].key
    assert given["vae"].key == store.find("vae").key


def test_named_models_come_first_even_where_there_are_labels(labelled, built, quick):
    assert set(lent_models(labelled, built.path, quick)) == MODELS | PLANES


def test_a_collection_that_can_train_its_own_takes_nothing(labelled, built, home, quick):
    shutil.copytree(built.path, home / "demo")
    assert lent_models(labelled, None, quick) == {}


@pytest.mark.parametrize(
    ("labels", "enough"),
    [
        (["type 1"] * 40, False),  # a single class
        (["type 1"] * 40 + ["type 2"] * 9, False),
        (["type 1"] * 40 + ["type 2"] * 10, True),
        ([""] * 50, False),
    ],
)
def test_the_demos_classifier_serves_without_two_classes_of_ten(
    labels, enough, write, tmp_path, built, home, quick
):
    shutil.copytree(built.path, home / "demo")
    given = lent_models(write(tmp_path / "some", labels), None, quick)
    assert ("svm" in given) == (not enough)
    assert "vae" not in given


def test_the_demos_autoencoder_serves_few_spectra_only(labelled, built, home):
    shutil.copytree(built.path, home / "demo")
    few = lent_models(labelled, None, BuildSettings(vae_from=121))
    assert set(few) == {"vae", "prepare-o25", "domain-o25", "score", "embed-o25"}
    assert lent_models(labelled, None, BuildSettings(vae_from=120)) == {}


def test_quasars_do_not_count_as_spectra_to_learn_from(labelled, built, home):
    shutil.copytree(built.path, home / "demo")
    catalog = labelled.catalog
    catalog["spectral_class"] = ["GALAXY"] * 50 + ["QSO"] * 70
    lent = lent_models(labelled, None, BuildSettings(vae_from=100))
    assert set(lent) == {"vae", "prepare-o25", "domain-o25", "score", "embed-o25"}
    assert lent_models(labelled, None, BuildSettings(vae_from=100, learn_from="all")) == {}


def test_without_a_demo_there_is_nothing_to_take(unlabelled, quick):
    assert lent_models(unlabelled, None, quick) == {}


def test_a_plane_is_lent_to_those_too_few_for_one_of_their_own(unlabelled, built):
    n = unlabelled.n_spectra
    own = lent_models(unlabelled, built.path, BuildSettings(own_plane_from=n))
    assert set(own) == MODELS
    latent = BuildSettings(plane_features="latent")  # asked for: it is not the lender's
    assert set(lent_models(unlabelled, built.path, latent)) == MODELS


def test_half_a_set_of_models_is_lent_as_it_is(unlabelled, copied):
    shutil.rmtree(RunStore(copied.path).find("svm").path)
    given = lent_models(unlabelled, copied.path, BuildSettings())
    assert set(given) == {"vae", "prepare-o25", "domain-o25", "score", "embed-o25"}
    shutil.rmtree(RunStore(copied.path).find("vae").path)
    with pytest.raises(LentModelsError, match="has no models; build it first"):
        lent_models(unlabelled, copied.path, BuildSettings())


def test_the_lock_is_held_once_and_let_go_of_even_after_an_error(tmp_path):
    with only_builder(tmp_path / "runs") as first:
        with only_builder(tmp_path / "runs") as second:
            assert (first, second) == (True, False)
        with only_builder(tmp_path / "other") as elsewhere:
            assert elsewhere
    with pytest.raises(KeyboardInterrupt), only_builder(tmp_path / "runs"):
        raise KeyboardInterrupt
    with only_builder(tmp_path / "runs") as again:
        assert again

"""What lies at an address as a folder here: whole, up to date, and nothing outside of it."""

import json
import shutil

import fsspec
import pytest
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.objects.publish import copy_to
from spexplain.data.objects.remote_folder import AddressError
from spexplain.data.objects.working_copies import address_of, working_copy


@pytest.fixture
def address(memory, copied):
    address = memory("copy/survey")
    copy_to(copied.path, address)
    return address


def there():
    return fsspec.filesystem("memory")


def test_it_holds_what_the_collection_does_and_comes_once(address, built):
    said = []
    copy = working_copy(address, lambda *to: said.append(to))
    found = Collection.open(copy)
    assert found.key == built.key
    assert RunStore(copy).current() == RunStore(built.path).current()
    for stage in RunStore(copy).current():
        assert RunStore(copy).find(stage).metrics == RunStore(built.path).find(stage).metrics
    assert said
    said.clear()
    assert working_copy(f"{address}/", lambda *to: said.append(to)) == copy
    assert said == []


def test_a_run_without_its_manifest_does_not_count(address):
    store = RunStore(working_copy(address))
    run = store.find("score").path.name
    there().rm_file(f"/copy/survey/runs/{run}/run.json")
    shutil.rmtree(store.path / run)
    store = RunStore(working_copy(address))
    assert not (store.path / run).exists()
    assert store.find("svm") is not None


def test_what_has_changed_at_the_address_comes_and_what_was_made_here_stays(address, copied):
    copy = working_copy(address)
    (copy / "annotations.sqlite").write_text("tags")
    run = RunStore(copy).find("score").path
    facts = json.loads((run / "metrics.json").read_text()) | {"n_scored": 1}
    there().pipe_file(f"/copy/survey/runs/{run.name}/metrics.json", json.dumps(facts).encode())
    there().pipe_file("/copy/survey/annotations.sqlite", b"of others")
    working_copy(address)
    assert RunStore(copy).find("score").metrics["n_scored"] == 1
    assert (copy / "annotations.sqlite").read_text() == "tags"


def test_a_fetch_that_was_broken_off_leaves_no_half_a_run_and_goes_on(address, monkeypatch):
    from spexplain.data.objects.remote_folder import RemoteFolder

    fetch = RemoteFolder.fetch

    def fail(self, name, path):
        if name.startswith("runs/svm-") and name.endswith("model.skops"):
            raise AddressError("gone")
        fetch(self, name, path)

    monkeypatch.setattr(RemoteFolder, "fetch", fail)
    with pytest.raises(AddressError, match="gone"):
        working_copy(address)
    monkeypatch.setattr(RemoteFolder, "fetch", fetch)
    copy = working_copy(address)
    assert RunStore(copy).find("svm") is not None
    assert not [*copy.glob("runs/.*.partial")]


def test_spectra_of_another_collection_replace_all_of_these(address, unlabelled, copied):
    copy = working_copy(address)
    (copied.path / "spectra.zarr" / "extra").mkdir()
    (copy / "spectra.zarr" / "extra").write_text("of before")
    there().rm("/copy/survey", recursive=True)
    copy_to(unlabelled.path, address)
    assert Collection.open(working_copy(address)).key == unlabelled.key
    assert not (copy / "spectra.zarr" / "extra").exists()


def test_where_no_collection_lies_is_said(memory):
    with pytest.raises(AddressError, match=r"no collection at memory://empty: it has no coll"):
        working_copy(memory("empty"))


def test_where_no_bucket_is_that_is_said(s3):
    s3("another")
    with pytest.raises(
        AddressError, match=r"none/survey cannot be reached: .*bucket does not exist"
    ):
        working_copy("s3://none/survey")


def test_no_key_leads_out_of_the_folder(s3, unlabelled, home):
    address = f"{s3('leads-out')}/survey"
    copy_to(unlabelled.path, address)
    fsspec.filesystem("s3").pipe_file("leads-out/survey/runs/../../../x", b"1")
    with pytest.raises(AddressError, match="Remove that object"):
        working_copy(address)
    assert not [path for path in home.rglob("*") if path.name == "x"]


def test_only_the_folder_that_is_its_working_copy_names_an_address(address, tmp_path):
    copy = working_copy(address)
    assert address_of(copy) == address
    assert copy.name == "survey"  # as the page calls it
    given = tmp_path / "objects" / copy.parent.name / copy.name
    shutil.copytree(copy, given)  # as if another had sent it
    assert address_of(given) is None
    assert address_of(tmp_path) is None

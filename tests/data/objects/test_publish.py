"""What is put at an address counts once its last file is there."""

import shutil
from contextlib import contextmanager

import fsspec
import pytest
from spexplain.data.batch.chunk_runner import InThisProcess
from spexplain.data.build import all_stages
from spexplain.data.build.all_stages import BuildCancelled, BuildError, build, stage_names
from spexplain.data.collection.collection import Collection
from spexplain.data.collection.runs import RunStore
from spexplain.data.objects.one_writer import HELD, only_writer
from spexplain.data.objects.publish import copy_to, published
from spexplain.data.objects.remote_folder import AddressError, RemoteFolder
from spexplain.data.objects.working_copies import working_copy


@pytest.fixture
def alone(copied):
    """The collection with nothing built."""
    shutil.rmtree(copied.path / "runs")
    return copied


@pytest.fixture
def elsewhere(monkeypatch):
    """Chunks are done by workers that are only told addresses, but in this process."""

    class Workers:
        local = False

        def runner(self):
            return InThisProcess()

    @contextmanager
    def opened(*_):
        yield Workers()

    monkeypatch.setattr(all_stages, "opened_cluster", opened)


@pytest.fixture
def puts(monkeypatch):
    """Names in the order in which they are put."""
    names, put = [], RemoteFolder.put

    def note(self, path, name):
        put(self, path, name)
        names.append(name)

    monkeypatch.setattr(RemoteFolder, "put", note)
    return names


def there():
    return fsspec.filesystem("memory")


def bytes_at(address):
    root = address.removeprefix("memory:/")
    return {
        name.removeprefix(f"{root}/runs/"): there().cat_file(name)
        for name in there().find(f"{root}/runs")
        if not name.endswith("timings.json")
    }


def bytes_of(collection):
    root = collection.path / "runs"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name not in ("timings.json", ".lock")
    }


def test_a_collection_is_put_once_with_what_counts_last(memory, copied, puts):
    address = memory("put/survey")
    assert copy_to(copied.path, address) == len(puts)
    assert puts.index("collection.json") > puts.index("catalog.parquet")
    for run in RunStore(copied.path).current().items():
        of_it = [name for name in puts if name.startswith("runs/{}-{}/".format(*run))]
        assert of_it[-1].endswith("/run.json")
    assert puts[-1] == "runs/current.json"
    assert copy_to(copied.path, address) == 0


def test_a_copy_that_was_broken_off_goes_on(memory, copied, puts, monkeypatch):
    put = RemoteFolder.put
    address = memory("broken/survey")

    def fail(self, path, name):
        if name == "collection.json":
            raise AddressError("gone")
        put(self, path, name)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteFolder, "put", fail)
        with pytest.raises(AddressError, match="gone"):
            copy_to(copied.path, address)
    with pytest.raises(AddressError, match="no collection"):
        working_copy(address)
    first = {*puts}
    puts.clear()
    copy_to(copied.path, address)
    assert not first & {*puts}
    assert Collection.open(working_copy(address)).key == copied.key


def test_what_was_added_follows_and_the_rest_stays(memory, observed, tmp_path, puts):
    address = memory("grown/survey")
    copy_to(observed(tmp_path / "c", 5).path, address)
    copy = working_copy(address)
    puts.clear()
    grown = observed(tmp_path / "c", 9)
    copy_to(grown.path, address)
    assert not [name for name in puts if name.startswith("spectra.zarr/000000/")]
    assert puts[-1] == "collection.json"
    found = Collection.open(working_copy(address))
    assert found.path == copy
    assert found.key == grown.key
    for row in range(9):
        assert (found.observed(row).flux == grown.observed(row).flux).all()


def test_a_collection_that_has_grown_is_gone_on_with_as_in_a_folder(
    memory, observed, tmp_path, quick, elsewhere
):
    address, here = memory("goes-on/survey"), tmp_path / "c"
    for n in (5, 9):
        copy_to(observed(here, n).path, address)
        report = build(working_copy(address), settings=quick, only=["prepare-p21"])
        assert report.added == ({} if n == 5 else {"prepare-p21": 4})
    shutil.copytree(here, tmp_path / "folder")
    shutil.rmtree(tmp_path / "folder" / "runs", ignore_errors=True)
    alone = Collection.open(tmp_path / "folder")
    build(alone, settings=quick, only=["prepare-p21"])
    prepared = RunStore(working_copy(address)).find("prepare-p21").read_array("spectra")
    assert len(prepared) == 9
    assert (prepared == RunStore(alone.path).find("prepare-p21").read_array("spectra")).all()


def test_which_runs_are_current_is_not_said_over_a_build_at_the_address(memory, copied):
    address = memory("current/survey")
    copy_to(copied.path, address)
    store, name = RunStore(copied.path), "/current/survey/runs/current.json"
    store.set_current({"score": store.current()["score"]})
    assert copy_to(copied.path, address) == 1
    assert b"svm" not in there().cat_file(name)
    there().pipe_file(name, b'{"vae": "of a build there"}')
    store.set_current({})
    assert copy_to(copied.path, address) == 0
    assert there().cat_file(name) == b'{"vae": "of a build there"}'


def test_another_collection_is_not_replaced(memory, copied, unlabelled):
    address = memory("taken/survey")
    copy_to(copied.path, address)
    with pytest.raises(AddressError, match=r"another collection at memory://taken/survey"):
        copy_to(unlabelled.path, address)
    there().pipe_file("/taken/survey/collection.json", b"[]")
    with pytest.raises(AddressError, match="another collection"):
        copy_to(copied.path, address)


def test_a_build_at_an_address_leaves_there_what_one_in_a_folder_does(
    memory, alone, built, quick, elsewhere
):
    address = memory("built/survey")
    copy_to(alone.path, address)
    report = build(working_copy(address), settings=quick)
    assert set(report.built) == set(stage_names())
    assert bytes_at(address) == bytes_of(built)
    again = build(working_copy(address), settings=quick)
    assert not again.built
    assert not there().exists(f"/built/survey/{HELD}")


def test_a_build_broken_off_before_the_manifest_does_not_count_and_is_gone_on_from(
    memory, alone, built, quick, elsewhere, monkeypatch
):
    address, put = memory("manifest/survey"), RemoteFolder.put
    copy_to(alone.path, address)

    def fail(self, path, name):
        if name.startswith("runs/prepare-p21-") and name.endswith("/run.json"):
            raise AddressError("gone")
        put(self, path, name)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteFolder, "put", fail)
        with pytest.raises(BuildError, match="stage prepare-p21 failed: gone"):
            build(working_copy(address), settings=quick, only=["prepare-p21"])
    remains = [name for name in bytes_at(address) if name.startswith("prepare-p21-")]
    assert remains
    there().pipe_file(f"/manifest/survey/runs/{remains[0].split('/')[0]}/stray", b"1")
    monkeypatch.setenv("SPEXPLAIN_HOME", str(alone.path.parent / "another"))
    other = working_copy(address)  # of another machine
    assert RunStore(other).find("prepare-p21") is None
    build(other, settings=quick, only=["prepare-p21"])
    expected = bytes_of(built)
    for name, content in bytes_at(address).items():
        assert name == "current.json" or content == expected[name]
    assert remains[0] in bytes_at(address)


def test_a_stage_that_was_stopped_goes_on_with_what_workers_wrote(
    memory, alone, built, quick, elsewhere
):
    address = memory("stopped/survey")
    copy_to(alone.path, address)
    told = []

    def progress(stage, done, total, message=""):
        told.append((stage, done))

    with pytest.raises(BuildCancelled):
        build(
            working_copy(address),
            settings=quick,
            only=["prepare-o25"],
            progress=progress,
            cancelled=lambda: ("prepare-o25", 1) in told,
        )
    build(working_copy(address), settings=quick, only=["prepare-o25"])
    expected = bytes_of(built)
    there_now = {name: of for name, of in bytes_at(address).items() if name != "current.json"}
    assert there_now == {name: of for name, of in expected.items() if "prepare-o25" in name}


def test_a_second_builder_is_refused_in_words(memory, alone, quick, monkeypatch):
    address = memory("two/survey")
    copy_to(alone.path, address)
    first = Collection.open(working_copy(address))
    with published(first):
        monkeypatch.setenv("SPEXPLAIN_HOME", str(alone.path.parent / "another"))
        second = working_copy(address)
        with pytest.raises(AddressError, match="another build is running at memory://two"):
            build(second, settings=quick)
        with pytest.raises(AddressError, match="another build is running"):
            copy_to(alone.path, address)


def test_a_builder_that_lost_the_address_writes_no_manifest(memory, copied, quick):
    address = memory("lost/survey")
    copy_to(copied.path, address)
    collection = Collection.open(working_copy(address))
    run = RunStore(collection.path).find("score").path

    def lose_it(place):
        there().rm_file(f"/lost/survey/{HELD}")
        there().rm_file(f"/lost/survey/runs/{run.name}/run.json")
        with only_writer(RemoteFolder(address)):
            place.put_run(run)

    with pytest.raises(AddressError, match="stopped: "), published(collection) as place:
        lose_it(place)
    assert not there().exists(f"/lost/survey/runs/{run.name}/run.json")


def test_a_collection_that_changed_meanwhile_is_not_built(memory, copied, unlabelled):
    address = memory("changed/survey")
    copy_to(copied.path, address)
    collection = Collection.open(working_copy(address))
    there().rm("/changed/survey", recursive=True)
    copy_to(unlabelled.path, address)
    with pytest.raises(AddressError, match="has changed: start"), published(collection):
        pass


def test_a_collection_in_a_folder_is_at_no_address(unlabelled):
    with published(unlabelled) as place:
        assert place is None

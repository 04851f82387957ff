"""Files travel once, and again when either side has changed."""

import os

import fsspec
import pytest
from spexplain.data.objects.in_step import InStep
from spexplain.data.objects.remote_folder import AddressError, RemoteFolder


@pytest.fixture
def there(memory):
    return RemoteFolder(memory("step"))


@pytest.fixture
def step(there, tmp_path):
    return InStep(there, tmp_path / "notes.json")


def put(name, value):
    fsspec.filesystem("memory").pipe_file(f"/step/{name}", value)


def fetched(step, there, tmp_path):
    return step.fetch(there.files(), lambda name: tmp_path / "here" / name)


def test_only_what_changed_is_fetched_again(step, there, tmp_path):
    for name in ("a", "b/c"):
        put(name, b"1")
    said = []
    n = step.fetch(
        there.files(), lambda name: tmp_path / "here" / name, lambda *to: said.append(to)
    )
    assert n == 2
    assert said == [(1, 2), (2, 2)]
    assert step.has(there.files(), lambda name: tmp_path / "here" / name)
    assert fetched(step, there, tmp_path) == 0
    assert step.knows("a", there.files()["a"])
    put("a", b"2")
    assert not step.knows("a", there.files()["a"])
    assert not step.has(there.files(), lambda name: tmp_path / "here" / name)
    assert fetched(step, there, tmp_path) == 1
    (tmp_path / "here/b/c").unlink()
    assert fetched(step, there, tmp_path) == 1
    (tmp_path / "here/a").write_bytes(b"3")  # same size, changed here
    os.utime(tmp_path / "here/a", ns=(1, 1))
    assert fetched(step, there, tmp_path) == 1
    assert (tmp_path / "here/a").read_bytes() == b"2"


def test_only_what_changed_is_put_again_and_what_was_put_is_not_fetched(step, there, tmp_path):
    here = {"x/a": tmp_path / "a", "x/b": tmp_path / "b"}
    for path in here.values():
        path.write_bytes(b"1")
    assert step.put("x", here) == 2
    assert step.put("x", here) == 0
    assert step.fetch(there.files(), here.__getitem__) == 0
    here["x/a"].write_bytes(b"22")
    assert step.put("x", here) == 1
    assert there.read("x/a") == b"22"
    there.remove(["x/b"])
    assert step.put("x", here) == 1


def test_what_was_broken_off_goes_on(step, there, tmp_path, monkeypatch):
    for name in "abcdefghijkl":
        put(name, b"1")
    fetch, asked = RemoteFolder.fetch, []

    def fail_at_the_tenth(self, name, path):
        asked.append(name)
        if name == "j":
            raise AddressError("gone")
        fetch(self, name, path)

    monkeypatch.setattr(RemoteFolder, "fetch", fail_at_the_tenth)
    with pytest.raises(AddressError, match="gone"):
        fetched(step, there, tmp_path)
    monkeypatch.setattr(RemoteFolder, "fetch", fetch)
    assert fetched(step, there, tmp_path) == 3
    assert "j" in asked


def test_what_did_not_arrive_is_said(step, there, tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"1")
    monkeypatch.setattr(RemoteFolder, "put", lambda *_: None)
    with pytest.raises(AddressError, match="step/a was uploaded but is not there"):
        step.put("", {"a": tmp_path / "a"})


def test_what_changed_meanwhile_is_said(step, there, tmp_path):
    put("a", b"1")
    listed = there.files()
    put("a", b"22")
    with pytest.raises(AddressError, match="step/a changed while it was fetched"):
        step.fetch(listed, lambda name: tmp_path / name)


def test_notes_that_are_torn_cost_only_time(step, there, tmp_path):
    put("a", b"1")
    fetched(step, there, tmp_path)
    (tmp_path / "notes.json").write_text("{")
    assert fetched(step, there, tmp_path) == 1

"""Objects below an address: their names, their versions, and errors that a person can mend."""

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.data.objects.remote_folder import AddressError, RemoteFolder, is_address


@pytest.fixture
def there(memory):
    return RemoteFolder(memory("there/survey"))


def put(there, **content):
    for name, value in content.items():
        fsspec.filesystem("memory").pipe_file(f"/there/survey/{name}", value)


def test_an_address_has_a_scheme_and_a_folder_has_none():
    assert is_address("s3://bucket/survey")
    assert not is_address("/data/survey")
    assert not is_address("C:\\data")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("bucket/survey", "not an address like s3://"),
        ("simplecache::s3://bucket/survey", "not an address like s3://"),
        ("file:///data/survey", "write it without file:"),
        ("nosuch://bucket", "not a known kind of address"),
    ],
)
def test_what_is_no_address_is_said(address, said):
    with pytest.raises(AddressError, match=said):
        RemoteFolder(address)


def test_a_library_that_is_not_there_is_named_with_the_way_out(monkeypatch):
    def fail(_address):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", fail)
    with pytest.raises(AddressError, match=r"needs a library: Install s3fs.*spexplain\[objects\]"):
        RemoteFolder("s3://bucket/survey")


def test_another_version_of_an_object_is_seen_and_hidden_ones_are_not(there):
    put(there, a=b"1", b=b"22")
    put(there, **{".writer.json": b"{}", "runs/.x.partial/a": b"1"})
    before = there.files()
    assert {name: version.size for name, version in before.items()} == {"a": 1, "b": 2}
    put(there, a=b"2")
    after = there.files()
    assert after["a"] != before["a"]
    assert after["b"] == before["b"]
    assert there.files("runs") == {}


def test_an_object_is_fetched_whole_or_not_at_all(there, tmp_path):
    put(there, **{"runs/x/a": b"1"})
    there.fetch("runs/x/a", tmp_path / "new" / "a")
    assert (tmp_path / "new" / "a").read_bytes() == b"1"
    with pytest.raises(AddressError, match="cannot be reached"):
        there.fetch("runs/x/none", tmp_path / "new" / "none")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]
    assert there.read("runs/x/a") == b"1"
    assert there.read("none") is None


def test_what_is_removed_may_be_gone_already(there):
    put(there, a=b"1")
    there.remove(["a", "none"])
    assert there.files() == {}


@given(
    st.lists(st.sampled_from(["..", ".", "", "a", "b\\c", "C:", "x\0", "runs"]), min_size=1).filter(
        lambda parts: not set(parts) <= {"a", "runs"} and parts[-1] != ""
    )
)
def test_a_name_that_could_lead_out_is_refused_not_followed(parts):
    there = RemoteFolder("memory://there/survey")
    with pytest.raises(AddressError, match="Remove that object"):
        there._is_inside("/".join(parts))


def test_a_hostile_key_of_s3_is_refused_by_its_name(s3):
    address = f"{s3('hostile')}/survey"
    s3_itself = fsspec.filesystem("s3")
    s3_itself.pipe_file("hostile/survey/collection.json", b"{}")
    s3_itself.touch("hostile/survey/")  # what consoles make to show a folder
    assert {*RemoteFolder(address).files()} == {"collection.json"}
    s3_itself.pipe_file("hostile/survey/../../x", b"1")
    with pytest.raises(AddressError, match=r"name '\.\./\.\./x'"):
        RemoteFolder(address).files()


def test_of_two_who_create_an_object_of_s3_one_is_told(s3):
    there = RemoteFolder(f"{s3('once')}/survey")
    assert there.create("lock", b"mine")
    assert not there.create("lock", b"yours")
    assert there.read("lock") == b"mine"
    assert there.files()["lock"].mark.strip('"').isalnum()  # the ETag


def test_no_bucket_no_credentials_and_nobody_there_are_said_in_a_line(s3, monkeypatch):
    s3("some")
    with pytest.raises(
        AddressError, match=r"^s3://none/survey cannot be reached: .*bucket does not"
    ):
        RemoteFolder("s3://none/survey").files()
    fresh = fsspec.filesystem("s3").__class__
    with monkeypatch.context() as patch:
        patch.delenv("AWS_ACCESS_KEY_ID")
        patch.setattr("fsspec.core.url_to_fs", lambda _: (fresh(skip_instance_cache=True), "some"))
        with pytest.raises(AddressError, match=r"^s3://some cannot be reached: .*credentials"):
            RemoteFolder("s3://some").files()
    with monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        patch.setattr("fsspec.core.url_to_fs", lambda _: (fresh(skip_instance_cache=True), "some"))
        with pytest.raises(AddressError, match=r"^s3://some cannot be reached: Could not connect"):
            RemoteFolder("s3://some").files()


def test_what_may_not_be_read_is_said_so(there, monkeypatch):
    def forbid(*_args, **_more):
        raise PermissionError("Access Denied")

    monkeypatch.setattr(fsspec.filesystem("memory"), "find", forbid)
    with pytest.raises(AddressError, match="cannot be accessed in this way: Access Denied"):
        there.files()

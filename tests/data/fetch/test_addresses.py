import pytest
from spexplain.data.fetch.addresses import ARCHIVES, base_address, is_plain_path, may_go

SAS = "https://data.sdss.org/sas/dr17/a.fits"


def test_an_address_is_given_or_of_the_environment_or_the_archives_own(monkeypatch):
    own, variable = ARCHIVES["sas"]
    monkeypatch.delenv(variable, raising=False)
    assert base_address("sas") == own
    monkeypatch.setenv(variable, "http://mirror.example:8080/sas/")
    assert base_address("sas") == "http://mirror.example:8080/sas"
    assert base_address("sas", "https://other.example") == "https://other.example"


@pytest.mark.parametrize(
    "address",
    ["file:///etc", "ftp://a/b", "data.sdss.org", "https://", "http://me:pw@a", "http://a?b=1",
     "http://a:port"],
)  # fmt: skip
def test_what_is_no_address_of_an_archive_is_refused_with_the_variable_that_sets_it(address):
    with pytest.raises(ValueError, match="SPEXPLAIN_FETCH_SAS"):
        base_address("sas", address)


@pytest.mark.parametrize(
    ("start", "to"),
    [
        (SAS, "https://data.sdss.org/b"),
        (SAS, "https://dr17.sdss.org/b"),
        ("http://data.sdss.org/a", "https://data.sdss.org/a"),
        ("https://huggingface.co/a", "https://cdn-lfs.hf.co/b"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/b"),
    ],
)
def test_archives_send_on_within_themselves(start, to):
    assert may_go(start, to)


@pytest.mark.parametrize(
    "to",
    ["http://data.sdss.org/a", "file:///etc/passwd", "https://127.0.0.1/a", "https://localhost/",
     "https://sdss.org.example/a", "https://evilsdss.org/a", "https://data.sdss.org:8443/a",
     "https://huggingface.co/a", "https://[::1/", ""],
)  # fmt: skip
def test_and_nowhere_else(to):
    assert not may_go(SAS, to)


def test_paths_from_an_archive_stay_where_they_are_put():
    assert all(map(is_plain_path, ("a.parquet", "sdss/healpix=583/001-of-002.hdf5")))
    bad = ("", "/a", "a/../b", "..", ".hidden", "a//b", "a\\b", "a b", "a\nb", "ä", "a/.b/c")
    assert not any(map(is_plain_path, bad))

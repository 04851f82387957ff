"""A fetch as a whole, from a server that misbehaves, and once more after it broke off."""

import threading
from dataclasses import replace

import pytest
from spexplain.data.fetch.jobs import FileJob
from spexplain.data.fetch.manifest import Entry, read_manifest, write_manifest
from spexplain.data.fetch.polite_client import PoliteClient
from spexplain.data.fetch.run import FetchCancelled, FetchStopped, fetch
from spexplain.data.files.locks import WriterLock
from spexplain.data.ingest.to_collection import ingest

IDS = tuple(f"0266-51602-{fiber:04}" for fiber in range(1, 7))


def name(id: str) -> str:
    return f"0266/spec-{id}.fits"


@pytest.fixture
def jobs(archive, spec_file):
    archive.files |= {f"/sas/{name(id)}": spec_file(id) for id in IDS}
    return [FileJob(id, name(id), (f"{archive.address}/sas/{name(id)}",), 10**6) for id in IDS]


def states(folder):
    return {entry.id: entry.state for entry in read_manifest(folder / "manifest.csv")}


def test_what_misbehaves_comes_or_is_told_and_the_rest_comes(archive, client, jobs, tmp_path):
    first, second, third, fourth, fifth, _ = (f"/sas/{name(id)}" for id in IDS)
    whole = archive.files[second]
    archive.faults[first] = [archive.says(503, Retry_After="5")]
    archive.faults[second] = [archive.says(200, whole, 4000, ETag='"one"')]
    archive.files[third] = b"<!DOCTYPE html><title>Sorry</title>"
    del archive.files[fourth]
    archive.files[fifth] = whole[:-2880]
    report = fetch(jobs, tmp_path / "out", client, workers=2)
    assert report.states == {"fetched": 3, "refused": 2, "missing": 1}
    assert "web page" in report.reasons["refused"][0][1]
    assert "cut off" in report.reasons["refused"][1][1]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.csv", "spectra"]
    found = {entry.id: entry for entry in read_manifest(tmp_path / "out" / "manifest.csv")}
    assert found[IDS[1]].bytes == len(whole)
    assert len(found[IDS[1]].sha256) == 64
    assert found[IDS[1]].address == jobs[1].addresses[0]
    assert (tmp_path / "out" / "spectra" / name(IDS[1])).read_bytes() == whole


def test_what_came_is_taken_in_as_any_file(client, jobs, tmp_path):
    fetch(jobs, tmp_path / "out", client)
    report = ingest([tmp_path / "out" / "spectra"], tmp_path / "survey", jobs=1)
    assert report.n_taken == len(IDS)
    assert not report.rejected


def test_finished_files_are_not_asked_for_again_and_the_rest_is(archive, client, jobs, tmp_path):
    archive.faults[f"/sas/{name(IDS[0])}"] = [archive.says(404)]
    fetch(jobs, tmp_path, client)
    archive.asked.clear()
    report = fetch(jobs, tmp_path, client)
    assert archive.paths() == [f"/sas/{name(IDS[0])}"]
    assert report.states == {"fetched": len(IDS)}
    assert report.had == len(IDS) - 1


def test_a_file_that_changed_size_is_fetched_anew_and_one_unlisted_is_found(
    archive, client, jobs, tmp_path
):
    fetch(jobs, tmp_path, client)
    before = read_manifest(tmp_path / "manifest.csv")
    (tmp_path / "spectra" / name(IDS[0])).write_bytes(b"changed")
    (tmp_path / "manifest.csv").unlink()  # as where the power went before it was written
    archive.asked.clear()
    report = fetch(jobs, tmp_path, client)
    assert archive.paths() == [f"/sas/{name(IDS[0])}"]
    assert report.states == {"fetched": len(IDS)}
    by_id = {entry.id: entry for entry in read_manifest(tmp_path / "manifest.csv")}
    assert by_id == {entry.id: entry for entry in before}


def test_ctrl_c_leaves_a_folder_to_go_on_from(archive, hours, jobs, tmp_path):
    stop = threading.Event()
    client = PoliteClient(sleep=stop.wait, clock=hours.clock, stopped=stop.is_set)
    archive.after = lambda: stop.set() if len(archive.asked) == 3 else None
    with pytest.raises(FetchCancelled, match="the same command continues from there"):
        fetch(jobs, tmp_path, client, workers=1)
    had = [id for id, state in states(tmp_path).items() if state == "fetched"]
    assert 2 <= len(had) <= 3
    assert not (tmp_path / ".lock").exists()
    archive.asked.clear()
    client = PoliteClient(sleep=hours.sleep, clock=hours.clock)
    assert fetch(jobs, tmp_path, client).states == {"fetched": len(IDS)}
    assert len(archive.asked) == len(IDS) - len(had)


def test_an_archive_that_fails_again_and_again_is_left_alone(archive, client, jobs, tmp_path):
    many = [replace(jobs[0], id=str(n), file=f"{n}.fits") for n in range(30)]
    archive.services[f"/sas/{name(IDS[0])}"] = lambda query, body: archive.says(500)
    del archive.files[f"/sas/{name(IDS[0])}"]
    with pytest.raises(FetchStopped, match=r"1\d in a row failed, .* answers 500"):
        fetch(many, tmp_path, client, workers=1)
    assert list(states(tmp_path).values()).count("wanted") > 15


def test_a_file_is_looked_for_at_each_address_and_the_manifest_keeps_earlier_lists(
    archive, client, jobs, tmp_path
):
    there = jobs[0].addresses[0]
    moved = replace(jobs[0], addresses=(f"{archive.address}/sas/26/a.fits", there))
    gone = replace(jobs[1], addresses=tuple(f"{archive.address}/{n}" for n in range(3)))
    fetch([moved, gone], tmp_path, client)
    one, other = read_manifest(tmp_path / "manifest.csv")
    assert (one.state, one.address) == ("fetched", there)
    assert (other.state, other.reason) == (
        "missing",
        "the archive has no such file (404), at 3 places",
    )
    not_understood = Entry("NGC 1068", "not understood", reason="no id")
    report = fetch([jobs[2]], tmp_path, client, others=[not_understood])
    assert report.states == {"fetched": 1, "not understood": 1}
    assert len(states(tmp_path)) == 4


def test_two_fetches_do_not_write_to_one_folder(client, jobs, tmp_path):
    lock = WriterLock(tmp_path / ".lock")
    assert lock.take()
    with pytest.raises(FetchStopped, match="another fetch is writing to"):
        fetch(jobs, tmp_path, client)
    lock.release()


def test_a_table_that_is_no_manifest_is_left_alone(client, jobs, tmp_path):
    (tmp_path / "manifest.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="not a list of what was fetched"):
        fetch(jobs, tmp_path, client)
    assert (tmp_path / "manifest.csv").read_text() == "a,b\n1,2\n"


def test_the_manifest_is_read_back_as_it_was_written(tmp_path):
    entries = [
        Entry("a,b\n", "failed", "f", "http://x", 7, "ab", 'said "no"'),
        Entry("ä", "wanted"),
    ]
    write_manifest(tmp_path / "m.csv", entries)
    assert read_manifest(tmp_path / "m.csv") == entries
    assert read_manifest(tmp_path / "none.csv") == []

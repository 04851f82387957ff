"""A file is compared with the checksum that was noted beside it."""

from spexplain.data.files.checksums import matches_checksum, note_checksum, sha256_of


def test_a_file_that_changed_after_its_checksum_was_noted_is_noticed(tmp_path):
    path = tmp_path / "map"
    path.write_bytes(b"as fetched")
    assert matches_checksum(path)  # nothing was noted
    note_checksum(path, sha256_of(path))
    assert (tmp_path / "map.sha256").read_text().split() == [sha256_of(path), "map"]
    assert matches_checksum(path)
    path.write_bytes(b"as fetcheD")
    assert not matches_checksum(path)

"""What is taken over from another folder is whole, and one file where that can be."""

import os

import pytest
from spexplain.data.files.linked import take_over


@pytest.mark.parametrize("links", [True, False])
def test_a_folder_is_taken_over_with_all_that_is_in_it(tmp_path, monkeypatch, links):
    if not links:

        def refuse(*_):
            raise OSError("no links here")

        monkeypatch.setattr(os, "link", refuse)
    source, place = tmp_path / "a", tmp_path / "b" / "a"
    (source / "c").mkdir(parents=True)
    (source / "c" / "0").write_bytes(b"spectra")
    take_over(source, place)
    assert (place / "c" / "0").read_bytes() == b"spectra"
    assert os.path.samefile(source / "c" / "0", place / "c" / "0") == links
    assert [path.name for path in (place / "c").iterdir()] == ["0"]


def test_what_is_there_stays(tmp_path):
    (tmp_path / "a").write_text("new")
    (tmp_path / "b").write_text("old")
    take_over(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "old"


def test_what_is_not_there_cannot_be_taken_over(tmp_path):
    with pytest.raises(FileNotFoundError):
        take_over(tmp_path / "a", tmp_path / "b")

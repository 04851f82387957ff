import errno
import os
from pathlib import Path

import pytest
from spexplain.data.files.atomic import known_suffix, written_whole


def test_the_file_is_replaced_in_one_step(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with written_whole(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
        assert (beside.parent, beside.suffix) == (tmp_path, ".csv")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_what_was_there(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    write = written_whole(path)
    write.__enter__().write_text("half")
    assert not write.__exit__(RuntimeError, RuntimeError(), None)  # the error goes on
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_two_writers_do_not_meet(tmp_path: Path):
    path = tmp_path / "a.csv"
    with written_whole(path) as one, written_whole(path) as two:
        one.write_text("one")
        two.write_text("two")
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*absent"):
        written_whole(tmp_path / "absent" / "a.csv").__enter__()


def test_a_folder_in_its_place_is_named_and_kept(tmp_path: Path):
    with pytest.raises(IsADirectoryError, match=f"cannot write {tmp_path}: it is a folder"):
        written_whole(tmp_path).__enter__()
    assert tmp_path.is_dir()


@pytest.mark.parametrize("named", [False, True])
def test_a_full_disk_names_the_file_that_was_wanted(tmp_path: Path, named: bool):
    path = tmp_path / "a.csv"

    def write() -> None:
        with written_whole(path) as beside:
            beside.write_text("half")
            raise OSError(errno.ENOSPC, "No space left on device", *[str(beside)] * named)

    with pytest.raises(OSError, match=f"cannot write {path}: No space left on device") as told:
        write()
    assert told.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []


def test_an_error_with_another_file_keeps_its_words(tmp_path: Path):
    def write() -> None:
        with written_whole(tmp_path / "a.csv"):
            os.stat(tmp_path / "absent")

    with pytest.raises(FileNotFoundError, match="absent"):
        write()


def test_a_suffix_is_read_in_any_case_and_another_is_refused_with_those_known():
    assert known_suffix("why.PNG", (".png", ".svg"), "a figure") == ".png"
    said = r"the name of a figure must end in one of \('.png', '.svg'\), got 'why.gif'"
    with pytest.raises(ValueError, match=said):
        known_suffix("why.gif", {".png": 1, ".svg": 2}, "a figure")

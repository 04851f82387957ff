"""Chunks whose results are files, so that broken-off work goes on with what is lacking."""

import errno
from pathlib import Path

import numpy as np
import pytest
from spexplain.data.batch.chunk_runner import InThisProcess, finished_chunks


class Squares:
    """Counts what it is asked, and stops where it is told."""

    def __init__(self, stop_at=None):
        self.asked, self.stop_at = [], stop_at

    def __call__(self, *, number):
        if number == self.stop_at:
            raise KeyboardInterrupt
        self.asked.append(number)
        return {"square": np.array([number**2]), "word": np.array([f"of {number}"])}


def done(folder, function, n=5, report=lambda *_: None):
    chunks = [{"number": at} for at in range(n)]
    return finished_chunks(InThisProcess(), function, chunks, folder, report)


def test_results_come_in_order_with_texts_and_numbers(tmp_path):
    said = []
    found = list(done(tmp_path, Squares(), report=lambda *to: said.append(to)))
    assert [int(one["square"][0]) for one in found] == [0, 1, 4, 9, 16]
    assert found[3]["word"].tolist() == ["of 3"]
    assert said == [(at, 5) for at in range(1, 6)]


def test_work_that_was_broken_off_goes_on_with_what_is_lacking(tmp_path):
    first, second = Squares(stop_at=3), Squares()
    with pytest.raises(KeyboardInterrupt):
        list(done(tmp_path, first))
    (tmp_path / "00000001.npz").write_bytes(b"torn")
    found = list(done(tmp_path, second))
    assert first.asked == [0, 1, 2]
    assert second.asked == [1, 3, 4]
    assert [int(one["square"][0]) for one in found] == [0, 1, 4, 9, 16]


def test_results_of_another_cut_are_refused_not_mixed(tmp_path):
    list(done(tmp_path, Squares(), n=4))
    with pytest.raises(ValueError, match="other chunks; delete it"):
        list(done(tmp_path, Squares(), n=5))


def test_work_goes_on_where_the_disk_was_full_as_it_began(tmp_path, monkeypatch):
    def full(path, *_, **__):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as now:
        now.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match=r"cannot write .*chunks\.json: No space left"):
            list(done(tmp_path, Squares()))
    assert list(tmp_path.iterdir()) == []
    assert len(list(done(tmp_path, Squares()))) == 5

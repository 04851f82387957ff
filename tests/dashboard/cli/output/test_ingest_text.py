"""An ingest says what was taken, what was not, and what to do next."""

from __future__ import annotations

from pathlib import Path

from spexplain.dashboard.cli.output.ingest_text import ingest_lines
from spexplain.data.ingest.ingest_report import IngestReport, LabelWords


def test_an_ingest_says_what_was_taken_what_not_and_what_is_next() -> None:
    report = IngestReport(Path("c"), 12, 9, {"star": 2, "no redshift": 1}, ("x.fits",))
    lines = list(ingest_lines(report))
    assert lines[0] == "9 spectra from 12 files taken into c"
    assert "2 rejected: star" in lines[1]
    assert "1 rejected: no redshift" in lines[2]
    assert any("1 label of no file here" in line and "x.fits" in line for line in lines)
    assert lines[-1] == "next: spexplain build c"
    (first, *_) = ingest_lines(IngestReport(Path("c"), 1, 1, {}))
    assert first == "1 spectrum from 1 file taken into c"


def test_an_ingest_shows_the_first_of_each_reason_and_where_all_are() -> None:
    examples = {"unreadable": [("/d/[a].fits", "cut off [1]"), ("/d/b.fits", "x" * 500)]}
    report = IngestReport(Path("c"), 3, 1, {"unreadable": 2}, examples=examples)
    lines = list(ingest_lines(report))
    assert any(r"\[a].fits: cut off" in line for line in lines)
    assert any(line.strip().startswith("b.fits: xxx") and line.endswith("…") for line in lines)
    assert "  all of them: spexplain rejects c" in lines


def test_an_ingest_says_which_labels_it_took_for_which_types() -> None:
    words = LabelWords({"Sy1 → type 1": 3}, {"typ 2": 2, "[b]": 1}, own=False)
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 3, {}, labels=words)))
    assert "labels in other spellings: Sy1 → type 1 (3)" in lines
    assert "[yellow]no known type, not taken as labels[/yellow]: 'typ 2' (2), '\\[b]' (1)" in lines
    assert any("known are type 1, type 2, intermediate" in line for line in lines)
    own = LabelWords({}, {"red": 2}, own=True)
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 3, {}, labels=own)))
    assert any("taken as classes of your own" in line for line in lines)


def test_many_unknown_spellings_are_counted() -> None:
    words = LabelWords({}, {f"kind {n}": 1 for n in range(30)}, own=False)
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 3, {}, labels=words)))
    assert any("… 30 in all" in line for line in lines)


def test_an_ingest_says_which_spectra_were_never_calibrated() -> None:
    lines = list(ingest_lines(IngestReport(Path("c"), 9, 9, {}, (), n_counts=4)))
    assert any("4 in counts" in line and "not flux-calibrated" in line for line in lines)
    assert not any("counts" in line for line in ingest_lines(IngestReport(Path("c"), 9, 9, {})))


def test_where_nothing_was_taken_there_is_nothing_to_build() -> None:
    lines = list(ingest_lines(IngestReport(Path("c"), 3, 0, {"unreadable": 3})))
    assert not any("spexplain build" in line for line in lines)

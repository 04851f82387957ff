"""The noise test in print: whose curve it is, what fares worst, and where a kernel gives up."""

import numpy as np
import pytest
from spexplain.data.study import published_p21 as paper
from spexplain.data.study.noise_tables import _order, noise_tables

SIGMAS = [0.1, 1.0, 4.0]
CURVES = {
    "linear": {"c": 0.07, "gamma": None, "best": True, "macro_f": [0.9, 0.7, 0.5]},
    "rbf": {"c": 34.0, "gamma": 0.003, "best": False, "macro_f": [0.9, 0.3, 0.3]},
}
CALLED = {"linear": [0.5, 0.6, 0.5], "rbf": [0.5, 0.995, 1.0]}


def predictions_of(called=CALLED, n=100):
    """What the stage records of two kernels and three types."""
    kernels = {}
    for name, curve in CURVES.items():
        most = np.array(called[name])
        f = {"type 1": [1.0, 0.9, 0.5], "type 2": [0.9, 0.8, 0.5], "intermediate": [0.8, 0.4, 0.2]}
        shares = {"type 1": (1 - most) / 2, "type 2": most, "intermediate": (1 - most) / 2}
        by_class = {
            kind: {
                "f": f[kind], "spread": [0.0] * 3, "called": shares[kind].tolist(), "n": n,
                "ends": [[max(at - 0.05, 0), min(at + 0.05, 1)] for at in f[kind]],
            }
            for kind in f
        }  # fmt: skip
        kernels[name] = curve | {
            "sigmas": SIGMAS, "repeats": 2, "spread": [0.01] * 3, "by_class": by_class,
            "ends": [[0.8, 0.95], [0.2, 0.8], None],
        }  # fmt: skip
    return kernels["linear"] | {"n_pixels": 1000, "kernel": "linear", "kernels": kernels}


def test_the_first_table_is_of_the_best_machine_and_names_it():
    best, *_ = noise_tables(predictions_of())
    assert "linear kernel, C 0.07:" in best.title
    assert [row[1] for row in best.rows] == CURVES["linear"]["macro_f"]


def test_every_kernel_has_a_row_and_the_paper_the_last():
    _, table, _ = noise_tables(predictions_of())
    names = [row[0] for row in table.rows]
    assert names == ["linear", "rbf", "paper: linear"]
    for row, curve in zip(table.rows, CURVES.values(), strict=False):
        assert list(row[1:4]) == curve["macro_f"]
    assert list(table.rows[-1][1:4]) == [paper.NOISE_F["mean"][sigma] for sigma in SIGMAS]
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_type_is_lowest_or_highest_only_where_no_other_is_as_low_or_high():
    _, table, _ = noise_tables(predictions_of())
    assert table.rows[0][-2:] == ("intermediate (3 of 3)", "type 1 (2 of 3)")  # a tie at sigma 4
    # In the paper the order holds at all seven sigmas it gives.
    assert table.rows[-1][-2:] == ("intermediate (7 of 7)", "type 1 (7 of 7)")


def test_types_that_are_as_often_highest_are_both_named():
    f_of = {"type 1": [0.9, 0.9, 0.0, 0.0], "type 2": [0.5, 0.5, 0.7, 0.7], "other": [0.1] * 4}
    assert _order(f_of)[1] == "type 1 (2 of 4), type 2 (2 of 4)"


def test_where_a_kernel_calls_everything_one_type_it_is_said_and_why():
    _, table, _ = noise_tables(predictions_of())
    assert "From sigma 1 on the rbf kernel calls 100 % of the spectra type 2" in table.note
    assert f"by {np.exp(-0.003 * 1000):.2g}" in table.note  # what is left of the kernel
    assert "linear kernel calls" not in table.note


@pytest.mark.parametrize("called", [[0.995, 0.5, 0.5], [0.5, 1.0, 0.98], [0.5, 0.6, 0.7]])
def test_a_kernel_that_recovers_has_not_given_up(called):
    _, table, _ = noise_tables(predictions_of({"linear": called, "rbf": called}))
    assert "From sigma" not in table.note


def test_only_the_rbf_kernel_vanishes_with_distance():
    _, table, _ = noise_tables(predictions_of({"linear": [0.5, 0.6, 1.0], "rbf": [0.5, 0.5, 0.5]}))
    assert table.note.endswith(
        "From sigma 4 on the linear kernel calls 100 % of the spectra type 2."
    )


def test_few_spectra_have_their_intervals_beside_every_f_and_many_have_none():
    best, _, ends = noise_tables(predictions_of())
    first, last = (dict(zip(best.columns, best.rows[at], strict=True)) for at in (0, 2))
    assert first["95 % of mean F"] == "0.80–0.95"
    assert first["95 % of F type 1"] == "0.95–1.00"
    assert last["95 % of mean F"] is None  # something was called a type that is not tested
    assert ends.rows[1] == ("rbf", "0.80–0.95", "0.20–0.80", None)
    many = noise_tables(predictions_of(n=200))
    assert len(many) == 2
    assert not any("95 %" in column for column in many[0].columns)

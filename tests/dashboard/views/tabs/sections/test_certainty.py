import numpy as np
from spexplain.core.models.reliability_diagram import reliability
from spexplain.dashboard.views.tabs.sections.certainty import certainty_html
from spexplain.data.collection.trained.class_sets import TypeCertainty

LEVEL = {
    "level": 0.9, "lacking": {}, "thresholds": [0.1, 0.2], "held": [45, 91], "counts": [50, 100],
    "sizes": [0, 150, 0], "right_alone": 140, "right_else": 0, "spread": [0.04, 0.02],
}  # fmt: skip


def known(*, lent: bool = False) -> TypeCertainty:
    rng = np.random.default_rng(0)
    p = rng.uniform(0.5, 1, 150)
    labels = np.where(rng.random(150) < p, "type 2", "type 1")
    of = reliability(np.column_stack([1 - p, p]), labels, ["type 1", "type 2"]).to_dict()
    of |= {f"{name}_resplit_spread": 0.01 for name in ("log_loss", "brier", "ece")}
    found = {"classes": ["type 1", "type 2"], "n_calibration": [200, 400]}
    return TypeCertainty(found | {"levels": [LEVEL], "reliability": of}, lent)


def test_the_diagram_has_a_bar_a_bin_and_its_figures_with_their_spread():
    html = certainty_html(known())
    assert html.count("<circle") == 10
    assert "share right" in html
    assert "<span>probability</span>" in html
    assert "log loss" in html
    assert "± 0.010" in html
    assert "on 150 test spectra" in html


def test_coverage_stands_by_level_and_type():
    html = certainty_html(known())
    assert "<th>set at 90 %</th><td>90 % ± 4 (45 of 50)</td><td>91 % ± 2 (91 of 100)</td>" in html
    assert "95 %</th>" not in html


def test_a_lenders_figures_are_called_so_and_without_any_nothing_is_shown():
    assert certainty_html(known(lent=True)).count("of the collection that lent it") == 2
    assert certainty_html(TypeCertainty(None)) == ""

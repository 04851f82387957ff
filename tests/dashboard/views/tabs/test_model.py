"""The Model tab where no spectrum has a type."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
from spexplain.dashboard.views.tabs.model import model_html

SHARES = np.array([0.9, 0.8, 0.7, 0.6])


def space(test=None):
    said = pd.DataFrame(
        {
            "predicted": ["type 1", "type 1", "type 1", "type 2"],
            "p_type_1": SHARES,
            "p_type_2": [0.1, 0.2, 0.3, 0.6],
        },
        index=[0, 2, 3, 5],
    )
    lens = SimpleNamespace(
        columns=said, targets=("predicted", "type 1", "type 2"), lent_test=test,
        described="Support vector machine, linear kernel, lent by another collection",
    )  # fmt: skip
    return SimpleNamespace(lenses={"agn": lens}, catalog=pd.DataFrame({"label": [""] * 6}))


def test_without_labels_it_says_what_the_classifier_calls_them_and_how_surely() -> None:
    html = model_html(space())
    assert "lent by another collection: what it says here" in html
    low, middle, high = np.percentile(SHARES[:3], [16, 50, 84])
    within = ' <small class="muted" title="95 % interval">0.30–0.95</small>'
    share = f"<td>3</td><td>0.750{within}</td>"
    cells = f"{share}<td>{middle:.3f}</td><td>{low:.3f} to {high:.3f}</td>"
    assert f"<th>type 1</th>{cells}" in html
    assert "<th>type 2</th><td>1</td><td>0.250 <small" in html
    assert "Where it was trained" not in html


def test_a_lent_classifier_brings_the_figures_of_its_own_test_set() -> None:
    figures = {"precision": 0.95, "recall": 0.98, "f": 0.965, "n": 418}
    html = model_html(space({"by_class": {"type 2": figures}}))
    assert "Where it was trained" in html
    assert "<td>0.950</td><td>0.980</td><td>0.965</td><td>418</td>" in html


def test_a_classifier_that_learned_on_a_sample_says_so() -> None:
    of = space()
    of.catalog["label"] = ["type 1", "", "type 2", "type 1", "", "type 2"]
    of.lenses["agn"].learnt_from = "the classifier learned on 3 of 4 labelled spectra"
    assert "labelled spectra; the classifier learned on 3 of 4 labelled spectra" in model_html(of)

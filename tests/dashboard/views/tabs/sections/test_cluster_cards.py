"""What stands above the cards of clusters."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from spexplain.dashboard.views.tabs.sections.cluster_cards import scan_charts


@pytest.mark.parametrize("growth", ["", "found before 4 of these explanations came"])
def test_it_says_that_explanations_came_after_the_clusters_were_found(growth):
    scan = pd.DataFrame({"k": [2, 3], "inertia": [3.0, 2.0], "silhouette": [0.4, 0.5]})
    facts = {"k": 2, "elbow": 2, "best_silhouette": 3, "explained": "mse by lime, scale 0.9"}
    found: Any = SimpleNamespace(scan=scan, rows=[3, 5], growth=growth, **facts)
    assert ("found before 4" in scan_charts(found, 2)) == bool(growth)


@pytest.mark.parametrize(("best", "said"), [(3, True), (2, False)])
def test_it_says_that_the_best_silhouette_is_at_the_end_of_what_was_tried(best, said):
    scan = pd.DataFrame({"k": [2, 3], "inertia": [3.0, 2.0], "silhouette": [0.4, 0.5]})
    facts = {"k": best, "elbow": 2, "best_silhouette": best, "explained": "mse by lime, scale 0.9"}
    found: Any = SimpleNamespace(scan=scan, rows=[3, 5], growth="", **facts)
    assert (f"best silhouette at {best}, the most tried" in scan_charts(found, best)) == said

"""Every list with its own rows, footer and order, whatever was open before it."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Any

import pytest

LISTS = ("misclassified", "unsure", "anomalous", "outside")
SEEN = """() => {
    const feet = (root) => [...root.querySelectorAll('*')].flatMap(host => host.shadowRoot
        ? [...host.shadowRoot.querySelectorAll('.foot'), ...feet(host.shadowRoot)] : [])
    const foot = feet(document).find(found => found.offsetHeight)
    if (!foot) return null
    const table = foot.parentNode.querySelector('table')
    return {
        note: foot.querySelector('span').textContent,
        rows: table.tBodies[0].rows.length,
        first: table.tBodies[0].rows[0]?.innerText ?? '',
        heads: [...table.tHead.rows[0].cells].map(cell => cell.innerText),
    }
}"""


def _go(tab: Any, name: str) -> None:
    titles = {
        "misclassified": "Misclassified",
        "unsure": "Least sure",
        "anomalous": "Most anomalous",
        "outside": "Outside",
        "model": "Model",
    }
    button = tab.page.get_by_role("radio", name=titles.get(name, name.title()), exact=True)
    button.click()
    tab.page.locator(f'[data-name=tab] [aria-checked="true"]:has-text("{titles[name]}")').wait_for()


@pytest.fixture
def alone(tab: Any) -> dict[str, Any]:
    """What each list shows on a page that has opened nothing else."""
    found = {}
    for name in LISTS:
        tab.open(f"?tab={name}")
        tab.wait(f"() => ({SEEN})()?.note")
        found[name] = tab.page.evaluate(SEEN)
    return found


def _shows(tab: Any, expected: dict[str, Any]) -> None:
    tab.wait(f"wanted => JSON.stringify(({SEEN})()) === JSON.stringify(wanted)", expected)


def test_from_any_list_to_any_other_rows_footer_and_headings_belong_together(
    tab: Any, alone: dict[str, Any]
) -> None:
    for seen in alone.values():  # the footer counts what is there
        counted = re.match(r"([\d,]+) spectra|1–(\d+) of", seen["note"])
        n = int((counted[1] or counted[2]).replace(",", "")) if counted else 0
        assert seen["rows"] == n
    tab.open("?tab=misclassified")
    for first, second in permutations(LISTS, 2):
        _go(tab, first)
        _shows(tab, alone[first])
        _go(tab, second)
        _shows(tab, alone[second])


def test_a_list_that_is_sorted_sorts_no_other_and_keeps_its_order(
    tab: Any, alone: dict[str, Any]
) -> None:
    tab.open("?tab=unsure")
    _shows(tab, alone["unsure"])
    tab.page.get_by_role("button", name="z", exact=True).click()
    tab.wait(f"was => ({SEEN})().first !== was", alone["unsure"]["first"])
    sorted_so = tab.page.evaluate(SEEN)
    assert "z ▴" in sorted_so["heads"]
    for other in ("anomalous", "misclassified"):
        _go(tab, other)
        _shows(tab, alone[other])
    _go(tab, "unsure")
    _shows(tab, sorted_so)
    tab.wait("() => new URLSearchParams(location.search).get('sort') === 'z'")

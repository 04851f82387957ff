"""The session of docs/notebook.md runs as written, on the small demo."""

import re
from pathlib import Path

import matplotlib.figure
import numpy as np
import spexplain.dashboard.notebook.opened

ROOT = Path(__file__).resolve().parents[1]


def test_the_session_runs_block_by_block(small_demo: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("SPEXPLAIN_HOME", str(small_demo.parent))
    monkeypatch.setattr(spexplain.dashboard.notebook.opened, "_DEMOS", {"demo": True})
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) >= 8
    space: dict = {}
    for block in blocks:
        exec(block, space)
    assert space["again"].weights.tobytes() == space["e"].weights.tobytes()
    assert isinstance(space["e"].plot(), matplotlib.figure.Figure)
    assert "<svg" in space["e"]._repr_html_()
    assert not np.isnan(space["e"].weights).any()
    assert space["es"].failed == []
    assert len(space["c"].selected) == 5
    assert len(space["both"]) == 2
    space["c"].views.stop()

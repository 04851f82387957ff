from pathlib import Path

import pytest
from matplotlib.figure import Figure
from spexplain.dashboard.figures.printed.saved_figure import save_figure


def drawn() -> Figure:
    fig = Figure(figsize=(3, 2))
    fig.subplots().plot([0, 1], [1, 0], label="a name")
    fig.text(0.1, 0.9, "a title")
    return fig


@pytest.mark.parametrize(
    ("suffix", "magic"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")]
)
def test_the_suffix_chooses_the_format_and_bytes_repeat(tmp_path: Path, suffix: str, magic: bytes):
    for name in ("a", "b"):
        save_figure(drawn(), tmp_path / (name + suffix), dpi=60)
    content = (tmp_path / f"a{suffix}").read_bytes()
    assert content.startswith(magic)
    assert content == (tmp_path / f"b{suffix}").read_bytes()
    assert b"/Type3" not in content
    assert len(list(tmp_path.iterdir())) == 2


def test_another_suffix_is_refused_and_nothing_written(tmp_path: Path):
    with pytest.raises(ValueError, match=r"\('\.png', '\.svg', '\.pdf'\), got .*a\.jpeg"):
        save_figure(drawn(), tmp_path / "a.jpeg")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        save_figure(drawn(), tmp_path / "absent" / "a.png")
    assert list(tmp_path.iterdir()) == []

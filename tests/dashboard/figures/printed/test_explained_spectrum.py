import itertools
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from spexplain.core.explain.entry import ExplainSettings, Explanation, explain
from spexplain.core.spectra.lines.line_list import PAGE_LINES
from spexplain.core.spectra.units.wave_axis import WaveAxis
from spexplain.core.targets import CallableTarget
from spexplain.core.trust.intervals import Intervals
from spexplain.dashboard.figures.printed.explained_spectrum import explained_spectrum_figure
from spexplain.dashboard.figures.printed.saved_figure import save_figure
from spexplain.dashboard.figures.sight import LineOver, Sight
from spexplain.dashboard.figures.theme import THEMES
from spexplain.data.collection.trained.built_domain import DomainVerdict
from spexplain.data.lenses.lenses import Verdict
from spexplain.data.lenses.one_spectrum.whole_spectrum import WholeSpectrum

# Logarithmic: an image that took its pixels for evenly spaced would be found out.
WAVE = 3500 * 10 ** (2.5e-4 * np.arange(1300))
FLUX = 1 + np.exp(-0.5 * ((WAVE - 5008.24) / 8) ** 2) + np.exp(-0.5 * ((WAVE - 4862.7) / 30) ** 2)
NEAR_OIII, NEAR_HBETA = np.abs(WAVE - 5008) < 12, np.abs(WAVE - 4862) < 12
TARGET = CallableTarget(
    lambda spectra: spectra[:, NEAR_OIII].mean(axis=1) - spectra[:, NEAR_HBETA].mean(axis=1),
    name="log p(type 2)",
)
VERDICT = Verdict("type", "type 2", "type 2", {"type 2": 0.93}, np.nan, 0, 0)


@pytest.fixture(scope="module")
def lime() -> Explanation:
    return explain(FLUX, TARGET, ExplainSettings(n_segments=60, n_samples=600))


def draw(explanation: Explanation, **more) -> Figure:
    return explained_spectrum_figure(
        WAVE, FLUX, explanation, title="0266-51602-0001", verdict=VERDICT, **more
    )


def around(weights: np.ndarray) -> Intervals:
    return Intervals(weights - 1e-3, weights + 1e-3, np.full(len(weights), 5e-4), 0.95)


def painted(fig: Figure) -> list[tuple[np.ndarray, np.ndarray]]:
    """Wavelengths (Å) and colour of each piece of the spectrum's line."""
    (line,) = [c for c in fig.axes[1].collections if isinstance(c, LineCollection)]
    return list(zip([p[:, 0] for p in line.get_segments()], line.get_color()[:, :3], strict=True))


def nearest_end(colour: np.ndarray, theme: str = "light") -> str:
    ends = {name: to_rgb(getattr(THEMES[theme], name)) for name in ("raise_", "lower", "quiet")}
    return min(ends, key=lambda name: float(np.sum((colour - ends[name]) ** 2)))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_line_is_blue_where_it_strengthens_and_orange_where_it_weakens(lime, theme):
    by_end = {"raise_": [], "lower": [], "quiet": []}
    for wave, colour in painted(draw(lime, theme=theme)):
        by_end[nearest_end(colour, theme)].append((wave.min(), wave.max()))
    assert any(low <= 5008.24 <= high for low, high in by_end["raise_"])
    assert any(low <= 4862.7 <= high for low, high in by_end["lower"])
    assert len(by_end["quiet"]) > 50


def test_bands_lie_on_true_wavelengths(lime: Explanation):
    (mesh,) = [c for c in draw(lime, paint="band").axes[1].collections if isinstance(c, QuadMesh)]
    borders = mesh.get_coordinates()[0, :, 0]
    edges = lime.edges(WAVE)
    np.testing.assert_allclose(borders[1:-1], edges[1:, 0])


def test_colours_are_symmetric_about_zero(lime: Explanation):
    fig = draw(replace(lime, weights=np.linspace(-1, 3, 60)))
    low, high = fig.axes[2].get_ylim()
    assert low == -high == -3


@pytest.mark.parametrize("method", ["lime", "saliency", "occlusion"])
@pytest.mark.parametrize("paint", ["line", "band"])
def test_nothing_overlaps_and_all_is_inside(method, paint):
    found = explain(FLUX, TARGET, ExplainSettings(method=method, n_segments=60, n_samples=300))
    fig = draw(found, paint=paint, intervals=around(found.weights))
    assert any("shaded: 95 %, by\nrandom masks" in text.get_text() for text in fig.texts)
    fig.canvas.draw()
    inside = {line.label for line in PAGE_LINES if WAVE[0] < line.wave_vac_aa < WAVE[-1]}
    names = [text for text in fig.axes[1].texts if text.get_text() in inside]
    assert {text.get_text() for text in names} == inside
    boxes = [text.get_window_extent() for text in [*names, *fig.texts, *fig.axes[2].texts]]
    for a, b in itertools.combinations(boxes, 2):
        assert not a.padded(-0.5).overlaps(b.padded(-0.5))
    for box in boxes:
        assert fig.bbox.x0 <= box.x0 < box.x1 <= fig.bbox.x1
        assert fig.bbox.y0 <= box.y0 < box.y1 <= fig.bbox.y1


def test_outside_the_domain_the_figure_says_so_and_whose_model_it_is(lime: Explanation):
    why = "unlike anything the model learned on: its noise is not like theirs; counts" * 3
    verdict = replace(VERDICT, domain=DomainVerdict(True, why, -1.0, 2.0))
    fig = explained_spectrum_figure(
        WAVE, FLUX, lime, title="a", verdict=verdict, whose="the demo's, learned on 3,346 AGN",
        intervals=around(lime.weights), mirrored=lime.weights,
    )  # fmt: skip
    fig.canvas.draw()
    texts = [" ".join(text.get_text().split("\n")) for text in fig.texts]
    assert f"outside the model's domain: {why}" in texts
    assert "model: the demo's, learned on 3,346 AGN · violet: any change (60 segments)" in texts
    drawn = [*fig.axes[1].texts, *fig.texts, *fig.axes[2].texts]
    boxes = [text.get_window_extent() for text in drawn]
    for one, other in itertools.combinations(boxes, 2):
        assert not one.padded(-0.5).overlaps(other.padded(-0.5))
    assert max(box.x1 for box in boxes) <= fig.bbox.x1
    inside = replace(verdict, domain=DomainVerdict(False, "", 1.0, 0.5))
    fig = explained_spectrum_figure(WAVE, FLUX, lime, title="a", verdict=inside)
    assert not any("outside" in text.get_text() for text in fig.texts)


@pytest.mark.parametrize(
    ("z_warning", "led"),
    [
        ("poor data", "Its redshift is doubtful by its survey: poor data."),
        ("many outliers (often harmless)", ""),
    ],
)
def test_a_doubtful_redshift_leads_the_figure(lime: Explanation, z_warning: str, led: str):
    fig = explained_spectrum_figure(WAVE, FLUX, lime, title="a", z_warning=z_warning)
    assert bool(led) == any(led and led in text.get_text() for text in fig.texts)
    assert bool(led) == any("doubtful" in text.get_text() for text in fig.texts)


def test_a_long_name_leaves_room_for_the_verdict(lime: Explanation):
    fig = explained_spectrum_figure(WAVE, FLUX, lime, title="a long name " * 6, verdict=VERDICT)
    title, verdict = (text.get_window_extent() for text in fig.texts[:2])
    assert title.x1 < verdict.x0


def test_markers_stand_at_rest_wavelengths_in_both_panels(lime: Explanation):
    fig = draw(lime)
    expected = sorted(x.wave_vac_aa for x in PAGE_LINES if WAVE[0] < x.wave_vac_aa < WAVE[-1])
    for axes in fig.axes[:2]:
        dashed = [line for line in axes.lines if line.is_dashed()]
        assert sorted(float(line.get_xdata()[0]) for line in dashed) == expected


def test_the_figure_says_what_was_explained_and_how(lime: Explanation):
    fig = draw(lime)
    text = " ".join(t.get_text() for t in fig.findobj(plt.Text))
    for words in (
        "0266-51602-0001", "true type 2, predicted type 2 (p = 0.93", "60 uniform segments",
        "seed 0", "R²", "Δ log p(type 2)", "raises", "lowers", "vacuum (Å)",
    ):  # fmt: skip
        assert words in text
    assert "shaded" not in text


def test_dollar_signs_in_a_name_are_letters(lime: Explanation, tmp_path: Path):
    fig = explained_spectrum_figure(WAVE, FLUX, lime, title=r"a$\frac{1}$b_c")
    save_figure(fig, tmp_path / "a.png", dpi=40)


def test_no_window_and_no_figure_of_pyplot_is_made(lime: Explanation):
    draw(lime)
    assert plt.get_fignums() == []


def test_what_does_not_fit_is_refused(lime: Explanation):
    with pytest.raises(ValueError, match=r"flux must be \(1300,\), got \(1299,\)"):
        explained_spectrum_figure(WAVE, FLUX[:-1], lime)
    with pytest.raises(ValueError, match=r"intervals must be \(60,\), got \(59,\)"):
        draw(lime, intervals=around(lime.weights[1:]))
    with pytest.raises(ValueError, match=r"at least \(6\.0, 3\.0\), got \(3, 2\)"):
        draw(lime, size_in=(3, 2))


def test_a_figure_of_a_sight_shows_that_stretch_on_that_axis(tmp_path: Path) -> None:
    wave, flux = np.linspace(4000.0, 7000.0, 600), np.linspace(1.0, 2.0, 600)
    found = explain(
        flux,
        CallableTarget(lambda x: x.sum(axis=1)),
        ExplainSettings(n_segments=10, n_samples=200),
    )
    missing = (wave > 5000) & (wave < 5050)
    whole = WholeSpectrum(
        np.linspace(3000.0, 9000.0, 1200), np.full(1200, 1.5, np.float32),
        np.full(1200, 0.1, np.float32), None, missing, True,
    )  # fmt: skip
    sight = Sight(
        WaveAxis("nm", "observed", "air", 0.1),
        x=(440.0, 990.0),
        y=(0.5, 3.0),
        whole=whole,
        over=(
            LineOver("smooth", "smoothed by 3 px", wave, flux),
            LineOver("mean", "mean of 3", wave, flux, np.stack([flux - 0.1, flux + 0.1])),
        ),
    )
    fig = explained_spectrum_figure(wave, flux, found, sight=sight)
    upper = fig.axes[1]
    assert upper.get_xlim() == (440.0, 990.0)
    assert upper.get_ylim() == (0.5, 3.0)
    path = tmp_path / "seen.svg"
    save_figure(fig, path)
    drawn = path.read_text(encoding="utf-8")
    drawn = " ".join(re.findall(r"<text[^>]*>([^<]*)<", drawn))
    for words in (
        "Observed wavelength in air (nm)", "smoothed by 3 px", "hatched: filled in, not measured",
        "mean of 3",
        "shaded round the line: 1 σ", "pale blue: what the model saw",
    ):  # fmt: skip
        assert words in drawn  # as text, not as outlines
    within = explained_spectrum_figure(wave, flux, found, sight=replace(sight, x=(440.0, 700.0)))
    words = " ".join(text.get_text() for text in within.texts)
    assert "smoothed by 3 px" in words
    assert "pale blue" not in words  # of which nothing is seen


def test_bands_show_the_spectrum_faint_under_the_smoothed_one(lime: Explanation) -> None:
    over = (LineOver("smooth", "smoothed by 3 px", WAVE, FLUX),)
    for lines, alpha in (((), 1.0), (over, 0.3)):
        fig = draw(lime, paint="band", sight=Sight(over=lines))
        spectrum = next(c for c in fig.axes[1].collections if isinstance(c, LineCollection))
        assert spectrum.get_colors()[0][3] == alpha

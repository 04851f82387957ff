import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spexplain.core.spectra.lines.bpt import bpt_classes, bpt_of, kauffmann_2003, kewley_2001
from spexplain.core.spectra.lines.flux import LineFluxes
from spexplain.core.spectra.lines.ratios import line_ratio, line_ratios

NAMES = ("oii", "hbeta", "oiii5007", "halpha", "nii6583")


def fluxes(**lines):
    """LineFluxes of one spectrum or several from name=(flux, error)."""
    table = np.array([np.broadcast_arrays(*lines[name]) for name in lines], dtype=float)
    table = table.reshape(len(lines), 2, -1)
    flux, error = table[:, 0].T, table[:, 1].T
    pair = np.zeros((len(flux), 2))
    return LineFluxes(tuple(lines), flux, error, flux, pair, pair, flux)


BRIGHT = {
    "oii": (350.0, 5.0),
    "hbeta": (100.0, 2.0),
    "oiii5007": (150.0, 3.0),
    "halpha": (286.0, 4.0),
    "nii6583": (80.0, 2.0),
}


def test_ratios_are_what_their_names_say():
    ratios = line_ratios(fluxes(**BRIGHT))
    assert ratios["balmer_decrement"].value[0] == pytest.approx(2.86)
    assert ratios["nii_ha"].value[0] == pytest.approx(80 / 286)
    assert ratios["oiii_hb"].value[0] == pytest.approx(1.5)
    assert ratios["oiii_oii"].value[0] == pytest.approx(150 / 350)
    assert ratios["o3n2"].value[0] == pytest.approx(np.log10(1.5 / (80 / 286)))
    assert all(np.isfinite(ratio.error[0]) for ratio in ratios.values())


def test_errors_are_those_of_many_noisy_draws():
    rng = np.random.default_rng(3)
    drawn = {
        name: (flux + error * rng.normal(size=20_000), np.full(20_000, error))
        for name, (flux, error) in BRIGHT.items()
    }
    once, many = line_ratios(fluxes(**BRIGHT)), line_ratios(fluxes(**drawn))
    for name, ratio in once.items():
        assert np.std(many[name].value) == pytest.approx(ratio.error[0], rel=0.05)
        log_error = ratio.log10()[1][0]
        assert np.std(many[name].log10()[0]) == pytest.approx(log_error, rel=0.05)


@pytest.mark.parametrize(
    ("faint", "limit", "value"),
    [
        ({"oiii5007": (2.0, 3.0)}, 1, 9 / 100),
        ({"hbeta": (2.0, 3.0)}, -1, 150 / 9),
        ({"hbeta": (-20.0, 3.0)}, -1, 150 / 9),
        ({"hbeta": (2.0, 3.0), "oiii5007": (2.0, 3.0)}, 0, np.nan),
        ({"hbeta": (np.nan, np.nan)}, -1, np.nan),
    ],
)
def test_an_undetected_line_makes_a_limit(faint, limit, value):
    ratio = line_ratio(fluxes(**BRIGHT | faint), "oiii_hb")
    assert ratio.value[0] == pytest.approx(value, nan_ok=True)
    assert ratio.limit[0] == limit
    assert np.isnan(ratio.error[0]) or limit == 0
    assert np.isnan(ratio.error[0])


@given(st.floats(-50, 50), st.floats(0.1, 10))
def test_a_limit_lies_on_the_side_it_claims(true, error):
    """Whatever the draw, the ratio of 3σ is above what was measured of an undetected numerator."""
    ratio = line_ratio(fluxes(**BRIGHT | {"nii6583": (true, error)}), "nii_ha")
    assert (ratio.limit[0] == 1) == (true < 3 * error)
    assert ratio.value[0] >= true / 286 - 1e-12


def test_o3n2_knows_which_faint_lines_raise_it():
    def limit(line):
        return line_ratio(fluxes(**BRIGHT | {line: (0.0, 1.0)}), "o3n2").limit[0]

    assert [limit(line) for line in ("oiii5007", "halpha", "hbeta", "nii6583")] == [1, 1, -1, -1]


def test_only_ratios_whose_lines_were_in_range():
    lines = fluxes(**{name: BRIGHT[name] for name in ("hbeta", "oiii5007")})
    assert list(line_ratios(lines)) == ["oiii_hb"]
    with pytest.raises(KeyError, match="nii6583"):
        line_ratio(lines, "nii_ha")
    with pytest.raises(ValueError, match=r"'nii_ha'.*got 'r23'"):
        line_ratio(lines, "r23")


def test_curves_pass_through_their_published_points():
    # Kauffmann et al. 2003, equation 1, and Kewley et al. 2001, equation 5, by hand.
    assert kauffmann_2003(-0.5) == pytest.approx(0.61 / -0.55 + 1.3)
    assert kewley_2001(0.0) == pytest.approx(0.61 / -0.47 + 1.19)
    assert kauffmann_2003(0.05) == kewley_2001(0.6) == -np.inf
    assert np.isnan(kewley_2001(np.nan))


def test_the_regions_cover_the_plane_in_order():
    x, y = np.meshgrid(np.linspace(-3, 2, 101), np.linspace(-2, 2, 81))
    classes = bpt_classes(x, y)
    below, above = y <= kauffmann_2003(x), y > np.maximum(kauffmann_2003(x), kewley_2001(x))
    assert np.all((classes == "star forming") == below)
    assert np.all((classes == "agn") == above)
    assert np.all((classes == "composite") == ~(below | above))
    # Going up, one never comes back to a gentler class.
    order = np.argmax(classes[..., None] == np.array(["star forming", "composite", "agn"]), axis=2)
    assert np.all(np.diff(order, axis=0) >= 0)


def test_classes_of_spectra():
    lines = fluxes(
        hbeta=([100.0] * 4, 2.0),
        oiii5007=([50.0, 60.0, 1000.0, np.nan], 2.0),
        halpha=([286.0] * 4, 2.0),
        nii6583=([60.0, 180.0, 200.0, 60.0], 2.0),
    )
    assert bpt_of(lines).tolist() == ["star forming", "composite", "agn", ""]


def test_limits_decide_a_class_only_where_nothing_else_is_possible():
    def of(**changed):
        return str(bpt_of(fluxes(**BRIGHT | changed))[0])

    assert of(oiii5007=(0.0, 3.0), nii6583=(0.0, 3.0)) == "star forming"
    assert of(hbeta=(0.0, 1.0), nii6583=(250.0, 2.0), oiii5007=(900.0, 3.0)) == "agn"
    assert of(hbeta=(0.0, 20.0)) == ""
    assert of(oiii5007=(0.0, 300.0)) == ""

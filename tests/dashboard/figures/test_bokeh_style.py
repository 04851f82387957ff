"""Names of axes are as large as there is room for, and shorter where they could not be read."""

from spexplain.dashboard.figures.bokeh_style import letter_name, plain_figure


def test_a_name_that_could_not_be_read_gives_way_to_a_shorter_one() -> None:
    fig = plain_figure()
    for height_px, name, size in ((300, "Δ log-odds", "12.0px"), (44, "Δ", "12.0px")):
        letter_name(fig, height_px, "Δ log-odds", "Δ")
        assert (fig.yaxis[0].axis_label, fig.yaxis[0].axis_label_text_font_size) == (name, size)
    fig.yaxis.axis_label = "flux / f(5100 Å)"
    letter_name(fig, 44)
    assert fig.yaxis[0].axis_label == "flux / f(5100 Å)"
    assert fig.yaxis[0].axis_label_text_font_size == "8.0px"

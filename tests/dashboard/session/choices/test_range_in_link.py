"""A plot tells what it wrote into the address from what a link asks for."""

from spexplain.dashboard.session.choices.range_in_link import RangeInLink
from spexplain.dashboard.session.choices.state import View


def test_what_the_plot_writes_is_not_asked_of_it_and_what_a_link_sets_is_once():
    view = View()
    link = RangeInLink(view, "waves")
    asked: list[bool] = []
    view.param.watch(lambda *_: asked.append(link.asked_anew()), "waves")
    link.write("4000.000~5000.000")
    assert view.waves == "4000.000~5000.000"
    view.waves = "6000.000~7000.000"
    assert asked == [False, True]
    assert not link.asked_anew()

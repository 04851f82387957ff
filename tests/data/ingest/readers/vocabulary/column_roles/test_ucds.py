import pytest
from spexplain.data.ingest.readers.vocabulary.column_roles.hints import NO_HINTS, Hints
from spexplain.data.ingest.readers.vocabulary.column_roles.ucds import role_by_ucd, with_ucds


@pytest.mark.parametrize(
    ("ucd", "utype", "role"),
    [("em.wl;obs.atmos", "", "wave"), ("em.freq", "", "frequency"), ("em.wl.central", "", None),
     ("stat.error;phot.flux.density", "", "error"), ("stat.error;em.wl", "", None),
     ("", "ssa:Data.FluxAxis.Accuracy.StatErrHigh", "error"), ("phot.mag", "", None),
     ("meta.code.qual;phot.flux", "", "quality"), ("", "", None)],
)  # fmt: skip
def test_the_part_that_a_ucd_gives(ucd, utype, role):
    assert role_by_ucd(ucd, utype) == role


def test_names_and_the_user_go_before_ucds():
    ucds = {"TUCD1": "em.wl", "TUCD2": "phot.flux.density", "TUCD3": "phot.flux.density"}
    assert with_ucds(["wave", "flux", "a"], ucds.get, NO_HINTS) == NO_HINTS
    said = Hints({"flux": "c"})
    assert with_ucds(["a", "b", "c"], ucds.get, said).columns == {"wave": "a", "flux": "c"}

"""SPARCL's interface as its client asks it, but for JSON; and what it sends, read back."""

import numpy as np
import pytest
from spexplain.data.collection.lookup.sky_search import Cone
from spexplain.data.fetch.archives.sparcl import SparclPlan
from spexplain.data.fetch.manifest import read_manifest
from spexplain.data.fetch.polite_client import NotCome
from spexplain.data.fetch.run import fetch
from spexplain.data.fetch.wanted import wanted_of_list
from spexplain.data.ingest.readers import read_all

IDS = [f"{n:08x}-07db-4234-892a-6e347db79c89" for n in range(30)]
FIND, SPECTRA = "/sparc/find/", "/sparc/spectras/"


def record(n: int) -> dict:
    wave = np.arange(3600.0, 9800.0, 20.0)
    flux = 2 + np.sin(wave / 100) + n
    return {
        "sparcl_id": IDS[n], "data_release": "DESI-DR1", "spectype": "GALAXY", "ra": 150.0 + n,
        "dec": 2.0, "redshift": 0.1, "redshift_err": 1e-5, "redshift_warning": 4 if n == 1 else 0,
        "specid": 39627658462762345 + n, "targetid": 39627658462762345 + n,
        "wavelength": wave.tolist(), "flux": flux.tolist(), "ivar": [4.0] * wave.size,
        "mask": [0] * wave.size, "model": None,
    }  # fmt: skip


@pytest.fixture
def sparcl(archive):
    """The archive with thirty spectra."""
    known = {id: record(n) for n, id in enumerate(IDS)}

    def find(query, body):
        found = list(known.values())
        for name, *values in body["search"]:
            if name in ("ra", "dec"):
                found = [one for one in found if values[0] <= one[name] <= values[1]]
            else:
                found = [one for one in found if one[name] in values]
        return [{"status": {}}, *({key: one[key] for key in body["outfields"]} for one in found)]

    def spectra(query, body):
        assert query["format"] == "json"
        wanted = query["include"].split(",")
        some = [{key: known[id][key] for key in wanted} for id in body if id in known]
        return [{"status": {"success": True}}, *some]

    archive.services |= {FIND: find, SPECTRA: spectra}
    return archive


@pytest.fixture
def plan(sparcl, client):
    return SparclPlan(client, sparcl.address, sparcl.address, (), 2 / 3600)


def test_spectra_come_as_json_some_at_a_time_and_read_back_as_they_are(
    sparcl, client, plan, tmp_path
):
    plan.add(wanted_of_list("\n".join([*IDS, "ffffffff" + IDS[0][8:]]).encode()))
    report = fetch(plan.jobs, tmp_path, client, others=plan.others)
    assert report.states == {"fetched": 30, "missing": 1}
    assert sparcl.paths() == [SPECTRA] * 2
    spectra = [one for path in (tmp_path / "spectra").iterdir() for one in read_all(path)]
    by_id = {one.id: one for one in spectra}
    assert by_id.keys() == set(IDS)
    there, here = record(1), by_id[IDS[1]]
    np.testing.assert_allclose(here.wave_obs_aa, there["wavelength"])
    np.testing.assert_allclose(here.flux, there["flux"], rtol=1e-6)
    np.testing.assert_allclose(here.ivar, there["ivar"], rtol=1e-6)
    assert (here.z, here.ra, here.dec) == (0.1, 151.0, 2.0)
    assert here.z_warning
    assert not by_id[IDS[2]].z_warning
    sparcl.asked.clear()
    assert fetch(plan.jobs, tmp_path, client).had == 30
    assert not sparcl.asked


def test_targetids_and_positions_are_searched_for(sparcl, plan):
    plan.add(
        wanted_of_list(b"39627658462762345\n39627658462762350\n7\n151.0 +2.0\n152.1 +2.0\n266 13")
    )
    assert list(plan.ids) == [IDS[0], IDS[5], IDS[1]] or set(plan.ids) == {IDS[0], IDS[1], IDS[5]}
    said = {entry.id: entry.state for entry in plan.others}
    assert said == {"7": "missing", "152.1 +2.0": "missing", "266 13": "not understood"}


def test_a_data_release_is_part_of_every_search(sparcl, plan):
    plan.releases = ["DESI-EDR"]
    plan.add_cone(Cone(151.0, 2.0, 0.1), "here")
    assert not plan.ids
    plan.releases = ["DESI-DR1", "DESI-EDR"]
    plan.add_cone(Cone(151.0, 2.0, 0.1), "here")
    assert list(plan.ids) == [IDS[1]]


def test_a_query_goes_to_the_data_lab_and_names_ids(sparcl, plan):
    sent = []
    table = f"sparcl_id,z\n{IDS[3]},0.1\n".encode()
    sparcl.services["/tap/sync"] = lambda query, body: sent.append(query) or sparcl.says(200, table)
    plan.add_query("select sparcl_id from sparcl.main")
    assert list(plan.ids) == [IDS[3]]
    assert sent[0]["LANG"] == "ADQL"
    wrong = b'<?xml version="1.0"?><VOTABLE>no such table</VOTABLE>'
    sparcl.services["/tap/sync"] = lambda query, body: sparcl.says(200, wrong)
    with pytest.raises(NotCome, match="no such table"):
        plan.add_query("select")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"flux": None}, "without flux"), ({"ivar": [1.0]}, "not the 310 pixels"),
     ({"mask": "0"}, "not the 310 pixels"), ({"flux": ["1"] * 310}, "else than numbers")],
)  # fmt: skip
def test_what_is_no_spectrum_is_refused_and_its_neighbours_are_kept(
    sparcl, client, plan, tmp_path, change, words
):
    bad = [{}, record(0) | change, record(1)]
    sparcl.services[SPECTRA] = lambda query, body: bad
    plan.ids = dict.fromkeys(IDS[:2])
    report = fetch(plan.jobs, tmp_path, client)
    assert report.states == {"refused": 1, "fetched": 1}
    assert words in report.reasons["refused"][0][1]


def test_a_pickle_is_never_opened(sparcl, client, plan, tmp_path):
    sparcl.services[SPECTRA] = lambda query, body: sparcl.says(200, b"\x80\x04cos\nsystem\n.")
    plan.ids = dict.fromkeys(IDS[:2])
    report = fetch(plan.jobs, tmp_path, client)
    assert report.states == {"refused": 2}
    assert not list((tmp_path / "spectra").iterdir())
    assert {entry.sha256 for entry in read_manifest(tmp_path / "manifest.csv")} == {""}


def test_an_answer_that_is_cut_is_refused_rather_than_taken_for_all(sparcl, plan):
    many = [{}, *({"sparcl_id": IDS[0], "ra": 1.0, "dec": 1.0} for _ in range(24_000))]
    sparcl.services[FIND] = lambda query, body: many
    with pytest.raises(NotCome, match="ask for a smaller part"):
        plan.add_cone(Cone(1.0, 1.0, 1.0), "here")

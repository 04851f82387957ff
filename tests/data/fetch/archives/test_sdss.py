"""From lists, cones and queries to the files of SDSS, with a SkyServer on this machine."""

import pytest
from spexplain.data.collection.lookup.sky_search import Cone
from spexplain.data.fetch.archives.sdss import SdssPlan
from spexplain.data.fetch.archives.skyserver import SkyServer
from spexplain.data.fetch.polite_client import NotCome
from spexplain.data.fetch.run import fetch
from spexplain.data.fetch.wanted import wanted_of_list

SQL = "/dr{}/SkyServerWS/SearchTools/SqlSearch"
SAS_URL = (
    "https://data.sdss.org/sas/dr19/spectro/boss/redux/v6_1_3/spectra/full/015000/59146/"
    "spec-015000-59146-4375924756.fits"
)


@pytest.fixture
def plan(archive, client):
    def make(release: int = 17, lite: bool = True) -> SdssPlan:
        server = SkyServer(client, archive.address, release)
        base = f"{archive.address}/sas"
        return SdssPlan(base, release, lite, 10**6, 2 / 3600, lambda: server)

    return make


def rows(*found):
    return [{"TableName": "Table1", "Rows": list(found)}]


def test_a_list_of_fibers_needs_no_query_and_a_plate_is_looked_for_once(
    archive, client, plan, spec_file, tmp_path
):
    where = "/sas/dr17/sdss/spectro/redux/103/spectra/lite/2052/spec-2052-53401-{:04}.fits"
    for fiber in (1, 2, 3):
        archive.files[where.format(fiber)] = spec_file(f"2052-53401-{fiber:04}")
    one = plan()
    one.add(wanted_of_list(b"2052-53401-1\n2052 53401 2\nspec-2052-53401-0003.fits\nM 31\n"))
    report = fetch(list(one.jobs.values()), tmp_path, client, others=one.others, workers=1)
    assert report.states == {"fetched": 3, "not understood": 1}
    assert len(archive.asked) == 3 + 2  # 26 and 104 for the first fiber alone
    assert (tmp_path / "spectra" / "2052" / "spec-2052-53401-0002.fits").is_file()


def test_what_a_release_cannot_have_is_missing_in_words(plan):
    one = plan(17)
    one.add(wanted_of_list(b"15000 59146 4375924756\n00000f0b-07db-4234-892a-6e347db79c89"))
    (field, uuid) = one.others
    assert "--release dr19" in field.reason
    assert "fetch sparcl" in uuid.reason


def test_positions_are_asked_for_by_boxes_and_judged_here(archive, hours, plan):
    near = {"plate": 266, "mjd": 51602, "fiberID": 13, "run2d": "26", "ra": 146.7, "dec": 0.5}
    corner = near | {"fiberID": 14, "ra": 146.7 + 1.9 / 3600, "dec": 0.5 + 1.9 / 3600}
    sent = []
    archive.services[SQL.format(17)] = lambda query, body: sent.append(query) or rows(near, corner)
    one = plan()
    one.add(wanted_of_list(b"146.7 +0.5\n10.0 -5.0\n"))
    assert [job.id for job in one.jobs.values()] == ["0266-51602-0013"]
    (missing,) = one.others
    assert (missing.id, missing.state) == ("10.0 -5.0", "missing")
    (query,) = sent
    assert query["format"] == "json"
    assert "from SpecObjAll where (dec between 0.499444 and 0.500556" in query["cmd"]


def test_many_positions_are_several_queries_a_second_apart(archive, hours, plan):
    archive.services[SQL.format(17)] = lambda query, body: rows()
    one = plan()
    one.add(wanted_of_list("\n".join(f"{ra}.5 +1.5" for ra in range(10, 90)).encode()))
    assert len(archive.asked) > 3
    assert hours.slept == [1.0] * (len(archive.asked) - 1)
    assert len(one.others) == 80


def test_sdss_ids_are_found_by_the_table_of_all_spectra(archive, client, plan, spec_file, tmp_path):
    apogee = {"sdss_id": 7, "sas_url": "https://data.sdss.org/sas/dr19/apStar-1.fits"}
    answer = rows({"sdss_id": 114986844, "sas_url": SAS_URL}, apogee)
    archive.services[SQL.format(19)] = lambda query, body: answer
    path = SAS_URL.replace("https://data.sdss.org", "").replace("/full/", "/lite/")
    archive.files[path] = spec_file("0266-51602-0013")
    one = plan(19)
    one.add(wanted_of_list(b"sdss_id\n114986844\n8\n"))
    report = fetch(list(one.jobs.values()), tmp_path, client, others=one.others)
    assert report.states == {"fetched": 1, "missing": 1}
    assert path in archive.paths()  # at the base we were given, whatever host the table names


def test_a_release_without_that_table_says_which_has_it(plan):
    one = plan(17)
    one.add(wanted_of_list(b"sdss_id 114986844"))
    assert "--release dr19" in one.others[0].reason


@pytest.mark.parametrize(
    "url", ["https://a/sas/../../etc/spec-1-2-3.fits", "file:///etc/spec-1.fits ", "/a\\b"]
)
def test_an_address_that_leads_elsewhere_is_refused(archive, plan, url):
    archive.services[SQL.format(19)] = lambda query, body: rows({"sdss_id": 8, "sas_url": url})
    one = plan(19)
    one.add(wanted_of_list(b"sdss_id 8"))
    assert not one.jobs
    assert [entry.state for entry in one.others] == ["refused"]


def test_a_query_names_spectra_as_a_table_does(archive, plan):
    bits = (4055 << 50) | (7 << 38) | ((55359 - 50_000) << 24) | (700 << 10)
    named = [
        {"plate": 266, "mjd": 51602, "fiberID": 13, "z": 0.1},
        {"specObjID": bits},
        {"sas_url": SAS_URL, "sdss_id": 3},
    ]
    archive.services[SQL.format(19)] = lambda query, body: rows(*named, {"z": 0.2})
    one = plan(19, lite=False)
    one.add_query("select plate, mjd\n from SpecObj")
    ids = ["015000-59146-4375924756", "0266-51602-0013", "4055-55359-0007"]
    assert sorted(job.id for job in one.jobs.values()) == ids
    assert [entry.state for entry in one.others] == ["not understood"]
    assert f"{archive.address}/sas/{SAS_URL.partition('/sas/')[2]}" in {
        address for job in one.jobs.values() for address in job.addresses
    }


def test_a_query_that_is_refused_says_why(archive, plan):
    archive.services[SQL.format(17)] = lambda query, body: {"Error Message": "Incorrect syntax"}
    with pytest.raises(NotCome, match="Incorrect syntax"):
        plan().add_query("selekt")
    archive.services[SQL.format(17)] = lambda query, body: rows()
    one = plan()
    one.add_query("select 1")
    assert "no rows" in one.others[0].reason
    one.add_cone(Cone(10.0, 5.0, 0.1), "here")
    assert one.others[1].state == "missing"

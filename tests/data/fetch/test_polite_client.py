"""Over real HTTP, from a server that breaks off, refuses, sends on and dawdles."""

import socket

import pytest
from spexplain.data.fetch.polite_client import Manners, NotCome, PoliteClient, Stopped

CONTENT = bytes(range(256)) * 400
PATH = "/a/file.fits"
MOST = 10**6


@pytest.fixture
def part(tmp_path):
    return tmp_path / "file.part"


def fetch(client, archive, part, path=PATH, most=MOST):
    client.download(f"{archive.address}{path}", part, most_bytes=most)


def test_a_file_comes_whole_and_we_say_who_we_are(archive, client, part):
    archive.files[PATH] = CONTENT
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT
    (_, headers), *rest = archive.asked
    assert headers["User-Agent"].startswith("spexplain/")
    assert headers["Accept-Encoding"] == "identity"
    assert not rest
    assert list(part.parent.iterdir()) == [part]


def test_what_broke_off_is_gone_on_with(archive, client, hours, part):
    archive.files[PATH] = CONTENT
    archive.faults[PATH] = [archive.says(200, CONTENT, 50_000, ETag='"one"')]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT
    assert [headers.get("Range") for _, headers in archive.asked] == [None, "bytes=50000-"]
    assert hours.slept == [1.0]


def test_a_part_of_an_earlier_run_is_gone_on_with_and_one_of_another_file_is_not(
    archive, hours, part
):
    once = PoliteClient(Manners(tries=1), sleep=hours.sleep, clock=hours.clock)
    archive.files[PATH] = CONTENT
    for now_there in (CONTENT, CONTENT[::-1]):
        archive.faults[PATH] = [archive.says(200, CONTENT, 50_000, ETag='"one"')]
        with pytest.raises(NotCome, match=r"broke off after [\d,]+ bytes|broke off at byte 50,000"):
            fetch(once, archive, part)
        archive.files[PATH] = now_there
        archive.tag = '"one"' if now_there == CONTENT else '"two"'
        fetch(once, archive, part)
        assert part.read_bytes() == now_there
        part.unlink()


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_a_part_that_nothing_vouches_for_is_fetched_anew(archive, client, part, tag):
    archive.files[PATH], archive.tag = CONTENT, tag
    headers = {"ETag": tag} if tag else {}
    archive.faults[PATH] = [archive.says(200, CONTENT, 50_000, **headers)]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT
    assert [headers.get("Range") for _, headers in archive.asked] == [None, None]


def test_another_part_than_asked_for_and_none_at_all_lead_back_to_the_start(archive, client, part):
    archive.files[PATH] = CONTENT
    wrong = {"Content_Range": "bytes 7-9/9", "ETag": '"one"'}
    archive.faults[PATH] = [
        archive.says(200, CONTENT, 50_000, ETag='"one"'),
        archive.says(206, CONTENT[7:], **wrong),
    ]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT
    archive.faults[PATH] = [
        archive.says(200, CONTENT, 50_000, ETag='"one"'),
        archive.says(416, b""),
    ]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT


def test_what_may_come_later_is_asked_for_again_after_longer_and_longer(
    archive, client, hours, part
):
    archive.files[PATH] = CONTENT
    archive.faults[PATH] = [archive.says(code) for code in (500, 502, 503, 429)]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT
    assert hours.slept == [1, 2, 4, 8]
    archive.faults[PATH] = [archive.says(503, b"<p>down for\nrepairs</p>")] * 5
    with pytest.raises(NotCome, match=r"answers 503: <p>down for repairs</p> \(5 tries\)") as error:
        fetch(client, archive, part)
    assert error.value.state == "failed"


def test_retry_after_is_kept_by_all_who_ask_that_host(archive, client, hours, part):
    archive.files |= {PATH: CONTENT, "/b": b"b"}
    archive.faults[PATH] = [archive.says(503, Retry_After="40")]
    fetch(client, archive, part)
    assert sum(hours.slept) == 40
    archive.faults["/b"] = [archive.says(429, Retry_After="Thu, 01 Jan 1970 00:00:00 GMT")]
    fetch(client, archive, part, "/b")  # a date that is past: at once, after the usual pause
    archive.faults["/b"] = [archive.says(503, Retry_After="3600")]
    with pytest.raises(NotCome, match="asks to wait 3,600 s"):
        fetch(client, archive, part, "/b")


@pytest.mark.parametrize(("code", "state"), [(404, "missing"), (410, "missing"), (403, "refused")])
def test_what_will_not_come_is_asked_for_once(archive, client, hours, part, code, state):
    archive.faults[PATH] = [archive.says(code, b"no")]
    with pytest.raises(NotCome) as error:
        fetch(client, archive, part)
    assert error.value.state == state
    assert (len(archive.asked), hours.slept) == (1, [])


def test_no_file_grows_beyond_its_bound_whatever_it_says_of_itself(archive, client, part):
    archive.files[PATH] = CONTENT
    with pytest.raises(NotCome, match="102,400 bytes or more, and no more than 1,000"):
        fetch(client, archive, part, most=1000)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(CONTENT), CONTENT)
    archive.services["/endless"] = lambda query, body: archive.says(
        200, chunked, Transfer_Encoding="chunked"
    )
    with pytest.raises(NotCome, match="no more than 1,000 are fetched"):
        fetch(client, archive, part, "/endless", most=1000)


@pytest.mark.parametrize(
    "to", ["file:///etc/passwd", "http://localhost:{port}/other", "http://10.0.0.1/", "ftp://a/b"]
)
def test_a_redirect_to_another_scheme_or_host_is_not_followed(archive, client, part, to):
    port = archive.address.rpartition(":")[2]
    archive.files["/other"] = CONTENT
    archive.faults[PATH] = [archive.says(302, Location=to.format(port=port))]
    with pytest.raises(NotCome, match="which is not allowed") as error:
        fetch(client, archive, part)
    assert error.value.state == "refused"
    assert archive.paths() == [PATH]


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever(archive, client, part):
    archive.files["/other"] = CONTENT
    archive.faults[PATH] = [archive.says(301, Location="/other")]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT
    archive.services["/round"] = lambda query, body: archive.says(302, Location="/round")
    with pytest.raises(NotCome, match="more than 5 times"):
        fetch(client, archive, part, "/round")


@pytest.mark.parametrize(
    "broken",
    [
        {"status": 503, "content": b"too busy", "cut": 3},
        {"status": 503, "Retry_After": "\xb2"},
        {"status": 503, "Retry_After": "Mon, 01 Jan 0001 00:00:00 -0000"},
        {"content": CONTENT, "cut": 50_000, "ETag": '"caf\xe9"'},
        {"content": CONTENT, "cut": len(CONTENT), "Content_Length": "\xb2"},
        {"content": CONTENT, "cut": len(CONTENT), "Content_Length": "9" * 5000},
    ],
)
def test_headers_and_words_that_make_no_sense_keep_no_file_away(archive, client, part, broken):
    archive.files[PATH], archive.tag = CONTENT, '"caf\xe9"'
    archive.faults[PATH] = [archive.says(**broken)]
    fetch(client, archive, part)
    assert part.read_bytes() == CONTENT


def test_a_redirect_to_what_is_no_address_is_told(archive, hours, part):
    once = PoliteClient(Manners(tries=1), hours.sleep, hours.clock)
    archive.faults[PATH] = [archive.says(302, Location="http://[")]
    with pytest.raises(NotCome, match=r"no answer from 127\.0\.0\.1:.*Invalid IPv6 URL"):
        fetch(once, archive, part)


def test_a_refusal_whose_words_never_come_is_told_without_them(archive, hours, part):
    impatient = PoliteClient(Manners(tries=1, timeout_s=0.2), hours.sleep, hours.clock)
    archive.faults[PATH] = [archive.says(503, Content_Length="10")]
    with pytest.raises(NotCome, match=r"answers 503$"):
        fetch(impatient, archive, part)


def test_who_sends_drop_by_drop_is_given_up_and_asked_again(archive, hours, part):
    archive.files[PATH] = CONTENT
    # Between its first chunk and the second, a quarter of an hour goes by.
    slow = PoliteClient(Manners(tries=1), hours.sleep, iter([0.0, 0.0, 1000.0]).__next__)
    with pytest.raises(NotCome, match="too slow: 65,536 bytes in 1,000 s"):
        fetch(slow, archive, part)


def test_nobody_there_is_told_with_the_host(client, part, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotCome, match=rf"no answer from 127.0.0.1:{port} .*5 tries"):
        client.download(f"http://127.0.0.1:{port}/", part, most_bytes=MOST)


def test_who_asks_to_stop_is_heard_in_the_middle_of_a_file_and_of_a_pause(archive, hours, part):
    archive.files[PATH] = CONTENT
    halted = iter([False, True, True]).__next__
    client = PoliteClient(sleep=hours.sleep, clock=hours.clock, stopped=halted)
    with pytest.raises(Stopped):
        fetch(client, archive, part)
    assert 0 < part.stat().st_size < len(CONTENT)
    stop = []
    client = PoliteClient(sleep=stop.append, clock=hours.clock, stopped=lambda: bool(stop))
    archive.faults[PATH] = [archive.says(503)]
    with pytest.raises(Stopped):
        fetch(client, archive, part)


def test_json_is_asked_for_with_a_query_or_a_body_and_its_next_page(archive, client):
    archive.services["/api"] = lambda query, body: archive.says(
        200, b'{"n": 1}', Link=f'<{archive.address}/api?page=2>; rel="next"'
    )
    said = client.ask(f"{archive.address}/api", query={"a": "b c"}, most_bytes=MOST)
    assert said == ({"n": 1}, f"{archive.address}/api?page=2")
    archive.services["/echo"] = lambda query, body: [query, body]
    said, following = client.ask(
        f"{archive.address}/echo", query={"a": "b c"}, body=["x"], most_bytes=MOST
    )
    assert (said, following) == ([{"a": "b c"}, ["x"]], "")
    archive.services["/html"] = lambda query, body: archive.says(200, b"<html>hello")
    with pytest.raises(NotCome, match=r"no JSON came from .*<html>hello"):
        client.ask(f"{archive.address}/html", most_bytes=MOST)
    archive.services["/deep"] = lambda query, body: archive.says(200, b"[" * 200_000)
    with pytest.raises(NotCome, match="no JSON"):
        client.ask(f"{archive.address}/deep", most_bytes=MOST)


def test_no_login_of_a_netrc_is_sent(archive, client, part, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    archive.files[PATH] = CONTENT
    fetch(client, archive, part)
    assert "Authorization" not in archive.asked[0][1]

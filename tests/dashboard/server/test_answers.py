"""Headers that no answer leaves without."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from spexplain.dashboard.server.answers import held, nonce, policy


def test_no_script_runs_that_the_page_did_not_mark():
    told = policy("abc", "localhost:5006")
    scripts = next(part for part in told.split("; ") if part.startswith("script-src"))
    assert "'nonce-abc'" in scripts
    assert "'unsafe-inline'" not in scripts
    assert "default-src 'none'" in told
    assert "frame-ancestors 'self'" in told
    assert "base-uri 'none'" in told
    assert "ws://localhost:5006" in told


@given(st.text(max_size=40))
def test_a_host_cannot_write_a_policy_of_its_own(host: str):
    told = policy("abc", host)
    assert told.count(";") == policy("abc", "x").count(";")
    assert "\n" not in told


def test_outside_of_an_answer_there_is_no_mark():
    assert nonce() == ""


def test_cookies_are_the_pages_own_and_go_by_tls_where_there_is_tls():
    assert (
        held("a=1; Path=/", "/spectra/", secure=True) == "a=1; Path=/spectra/; SameSite=Lax; Secure"
    )
    kept = "a=1; expires=Tue, 01 Dec 2026 10:51:57 GMT; HttpOnly; Path=/x/; SameSite=Strict"
    assert held(kept, "/", secure=False) == kept
    assert held("a=1", "/", secure=False) == "a=1; Path=/; SameSite=Lax"

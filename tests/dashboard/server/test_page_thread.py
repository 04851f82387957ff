"""Without a page, what is asked for is done at once."""

from spexplain.dashboard.server.page_thread import schedule_of


def test_without_a_document_all_is_done_at_once():
    done: list[str] = []
    schedule_of(None)(lambda: done.append("now"))
    assert done == ["now"]

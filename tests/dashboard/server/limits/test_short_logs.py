"""A long message makes no long log, and what happened is still told."""

from __future__ import annotations

import logging
import warnings

import pytest
from bokeh.util.warnings import BokehUserWarning, warn
from spexplain.dashboard.server.limits.short_logs import keep_logs_short


def test_a_long_message_is_cut_and_its_error_told(caplog: pytest.LogCaptureFixture):
    keep_logs_short()
    keep_logs_short()
    logger, long = logging.getLogger("bokeh.server.views.ws"), "x" * 10**6
    with caplog.at_level(logging.ERROR, logger.name):
        try:
            raise KeyError(long)
        except KeyError as error:
            logger.error("cannot receive %r: %r", error, long, exc_info=True)
        logger.error("in %d words", 3)
    assert len(caplog.text) < 20_000
    assert "cannot receive KeyError" in caplog.text
    assert "Traceback" in caplog.text
    assert "in 3 words" in caplog.text


def test_what_goes_wrong_again_at_the_same_place_is_a_line(caplog: pytest.LogCaptureFixture):
    keep_logs_short()
    logger = logging.getLogger("bokeh.server.protocol_handler")

    def take(message: dict[str, int]) -> int:
        return message["value"]

    def asked(message: dict[str, int]) -> None:
        try:
            take(message)
        except KeyError:
            logger.exception("error handling message\n %r", message)

    with caplog.at_level(logging.ERROR, logger.name):
        for n in range(50):
            asked({f"wrong-{n}": n})
    assert caplog.text.count("Traceback") == 1
    assert all(f"wrong-{n}" in caplog.text for n in range(50))
    assert "once more: KeyError: 'value'" in caplog.text.splitlines()[-1]


def test_a_part_that_a_browser_describes_anew_is_nothing_to_report():
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        keep_logs_short()
        warn("reference already known 'p1704'", BokehUserWarning)
        warn("another", BokehUserWarning)
    assert [str(one.message) for one in said] == ["another"]

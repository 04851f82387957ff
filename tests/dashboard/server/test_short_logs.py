"""A long message makes no long log, and what happened is still told."""

from __future__ import annotations

import logging

import pytest
from spexplain.dashboard.server.short_logs import keep_logs_short


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

"""Lines of a log that a visitor's message cannot make long."""

from __future__ import annotations

import logging
import traceback

__all__ = ["keep_logs_short"]

# Bokeh writes out a message that it cannot read, which may have 17 MB.
_LOGGERS = (
    "bokeh.server.views.ws", "bokeh.server.protocol_handler", "tornado.application", "asyncio",
)  # fmt: skip
_LONGEST, _AGAIN = 4000, 300
_MOST_TOLD = 1000

_told: set[tuple[tuple[str, int], ...]] = set()


def keep_logs_short() -> None:
    """Cut what Bokeh and tornado tell of the messages and requests that they are sent.

    Where something went wrong is told in full once, and in a line when it does so again.
    """
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.removeFilter(_shortened)  # a server that was begun before in this process
        logger.addFilter(_shortened)


def _shortened(record: logging.LogRecord) -> bool:
    record.msg, record.args = _cut(record.getMessage()), ()
    if record.exc_info and record.exc_info[0] is not None:
        frames = traceback.walk_tb(record.exc_info[2])
        where = tuple((frame.f_code.co_filename, line) for frame, line in frames)[-1:]
        if where in _told or len(_told) == _MOST_TOLD:
            error = traceback.format_exception_only(*record.exc_info[:2])[-1]
            told = " ".join(record.msg.split())[:_AGAIN]
            record.msg = f"{told} … once more: {error.strip()[:_AGAIN]}"
            record.exc_info = None
        else:
            _told.add(where)
            record.exc_text = _cut("".join(traceback.format_exception(*record.exc_info)).rstrip())
    return True


def _cut(text: str) -> str:
    """Beginning and end: in a traceback what happened stands last."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"

"""Limit of the length of log lines caused by a visitor's message."""

from __future__ import annotations

import logging
import traceback
import warnings

from bokeh.util.warnings import BokehUserWarning

__all__ = ["keep_logs_short"]

# Bokeh logs messages that it cannot parse in full, up to 17 MB.
_LOGGERS = (
    "bokeh.server.views.ws", "bokeh.server.protocol_handler", "tornado.application", "asyncio",
)  # fmt: skip
_LONGEST, _AGAIN = 4000, 300
_MOST_TOLD = 1000

_told: set[tuple[tuple[str, int], ...]] = set()


def keep_logs_short() -> None:
    """Truncate the log messages of Bokeh and tornado about messages and requests.

    The traceback of an error is logged in full once, and as one line when it recurs.
    """
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.removeFilter(_shortened)  # of an earlier server in this process
        logger.addFilter(_shortened)
    # A browser describes a part that came later anew with its first message.
    warnings.filterwarnings("ignore", "reference already known", BokehUserWarning)


def _shortened(record: logging.LogRecord) -> bool:
    record.msg, record.args = _cut(record.getMessage()), ()
    if record.exc_info and record.exc_info[0] is not None:
        frames = traceback.walk_tb(record.exc_info[2])
        where = tuple((frame.f_code.co_filename, line) for frame, line in frames)[-1:]
        if where in _told or len(_told) == _MOST_TOLD:
            error = traceback.format_exception_only(*record.exc_info[:2])[-1]
            message = " ".join(record.msg.split())[:_AGAIN]
            record.msg = f"{message} … once more: {error.strip()[:_AGAIN]}"
            record.exc_info = None
        else:
            _told.add(where)
            record.exc_text = _cut("".join(traceback.format_exception(*record.exc_info)).rstrip())
    return True


def _cut(text: str) -> str:
    """Beginning and end of a text: a traceback ends with the error."""
    half = _LONGEST // 2
    return text if len(text) <= _LONGEST else f"{text[:half]} … {text[-half:]}"

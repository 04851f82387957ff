"""Health and metrics of a server: ``/healthz``, and ``/metrics`` in Prometheus's format."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from .answers import Answered

__all__ = ["KIND", "Service"]

KIND = "text/plain; version=0.0.4; charset=utf-8"
"""The type of what ``Service.text`` gives."""

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Service:
    """Counters and timings of one server since its start.

    Parameters
    ----------
    n_sessions
        Returns the number of open sessions.
    n_waiting
        Returns the number of tasks waiting for a thread.
    """

    def __init__(self, n_sessions: Callable[[], int], n_waiting: Callable[[], int]) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor time, open files
        sessions = Gauge("spexplain_sessions", "Sessions that are open.", registry=registry)
        sessions.set_function(n_sessions)
        waiting = Gauge("spexplain_queue", "Work that waits for a thread.", registry=registry)
        waiting.set_function(n_waiting)
        self._answers = Counter(
            "spexplain_answers", "HTTP answers.", ("status",), registry=registry
        )
        self._seconds = Histogram(
            "spexplain_answer_seconds", "From a request to its answer, over HTTP.",
            registry=registry, buckets=_SECONDS,
        )  # fmt: skip
        self._work = Histogram(
            "spexplain_work_seconds", "From when a visitor asks for work to its end.",
            registry=registry, buckets=_SECONDS,
        )  # fmt: skip
        self._logins = Counter(
            "spexplain_logins", "Attempts to log in.", ("right",), registry=registry
        )

    def answered(self, answer: Answered) -> None:
        """Count a response."""
        self._answers.labels(str(answer.status)).inc()
        self._seconds.observe(answer.seconds)

    def worked(self, seconds: float) -> None:
        """Count a background task and its duration."""
        self._work.observe(seconds)

    def logged_in(self, right: bool) -> None:
        """Count a login attempt."""
        self._logins.labels(str(right).lower()).inc()

    def text(self) -> str:
        """All metrics in Prometheus's text format."""
        return generate_latest(self._registry).decode()

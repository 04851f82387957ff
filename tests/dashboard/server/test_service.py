"""Figures in Prometheus's words."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families
from spexplain.dashboard.server.answers import Answered
from spexplain.dashboard.server.service import Service


def test_sessions_queue_latency_and_logins_are_told():
    service = Service(lambda: 3, lambda: 7)
    service.answered(Answered("GET", "/", "10.0.0.7", 200, 0.02))
    service.answered(Answered("GET", "/no", "10.0.0.7", 404, 0.001))
    service.worked(0.4)
    service.logged_in(False)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(service.text())
        for sample in family.samples
    }
    assert found["spexplain_sessions",] == 3
    assert found["spexplain_queue",] == 7
    assert found["spexplain_answers_total", "200"] == 1
    assert found["spexplain_answer_seconds_count",] == 2
    assert found["spexplain_work_seconds_bucket", "0.25"] == 0
    assert found["spexplain_work_seconds_bucket", "0.5"] == 1
    assert found["spexplain_logins_total", "false"] == 1

"""Whoever runs a server can ask whether it lives, whether it can answer, and for its numbers."""

from __future__ import annotations

import pytest
from opentelemetry import trace
from starlette.testclient import TestClient

from charter.decisions.commands import LogRequest
from charter.desk import Order
from tests.web.conftest import ADMIN, CHARTER, REP, Program
from web.site import Site


def test_a_server_lives_and_is_ready(stranger: TestClient) -> None:
    assert stranger.get("/healthz").text == "ok\n"
    assert stranger.get("/readyz").text == "ready\n"


def test_a_server_that_is_stopping_lives_and_is_not_ready(stranger: TestClient, site: Site) -> None:
    site.writer.stop()
    assert stranger.get("/healthz").status_code == 200
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "The server is stopping.\n")


def test_its_numbers_count_what_was_written_and_speak_of_nobody(program: Program, site: Site) -> None:
    site.views.catch_up()
    site.writer.write(Order(LogRequest(charter=CHARTER, request="Carry Rita's cello"), REP, site.ledger.now()))
    numbers = program(ADMIN, "read").get("/metrics").text
    assert "charter_orders_total 1.0" in numbers
    assert f"charter_entries {float(site.ledger.entries_recorder.size())}" in numbers
    assert 'charter_view_behind{view="decision_register"} 1.0' in numbers
    assert "Rita" not in numbers and REP not in numbers


def test_its_numbers_are_for_admins(program: Program, stranger: TestClient) -> None:
    assert program(REP).get("/metrics").status_code == 403
    assert stranger.get("/metrics", follow_redirects=False).status_code == 303


class Listening(trace.TracerProvider):
    """What somebody has put into the process to be told of each request."""

    asked = 0

    def get_tracer(self, *_named: object, **_more: object) -> trace.Tracer:
        """It would be told where it went, and what went wrong."""
        self.asked += 1
        return trace.NoOpTracer()


def test_nobody_else_is_told_what_is_asked(stranger: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses say what was searched for, and what went wrong may quote somebody."""
    listening = Listening()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: listening)
    stranger.get("/c/larkwing?q=Rita")
    stranger.post("/api/v1/commands/log-request", json={"request": 5})
    assert listening.asked == 0

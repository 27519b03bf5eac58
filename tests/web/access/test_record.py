"""What is written down of who comes in: what happened, no secret and nobody's words, on one line each (ASVS 16)."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from web.access.record import What, harmless, record, refused_access
from web.logs import configure_logs


def request(path: str = "/decisions/secret-id") -> Request:
    """A request to a route that nothing is known of."""
    return Request({"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b"token=secret"})


def test_it_says_what_happened_to_whom_and_where() -> None:
    with capture_logs() as logged:
        record(What.SIGNED_IN, request(), person="ann", how="password")
        refused_access(request(), "NotYours", None)
    assert logged == [
        {
            "event": "signed_in",
            "log_level": "info",
            "person": "ann",
            "how": "password",
            "method": "POST",
            "route": "unknown",
        },
        {"event": "access_refused", "log_level": "warning", "why": "NotYours", "method": "POST", "route": "unknown"},
    ]


@pytest.mark.parametrize(
    ("address", "template"),
    [
        ("/api/v1/decisions/4f1c", "/api/v1/decisions/{decision}"),
        ("/review/decisions/4f1c", "/review/decisions/{decision}"),
        ("/api/v1/entries?after=secret", "/api/v1/entries"),
    ],
)
def test_it_names_the_whole_route_and_never_the_address(stranger: TestClient, address: str, template: str) -> None:
    with capture_logs() as logged:
        stranger.get(address, follow_redirects=False)
    assert [entry["route"] for entry in logged if entry["event"] == "access_refused"] == [template]


@given(st.text(max_size=400))
def test_no_word_can_pretend_to_be_another_line_or_fact(text: str) -> None:
    clean = harmless(text)
    assert clean.isascii() and clean.isprintable() and len(clean) <= 200
    assert not set(clean) & set("\"'\\\r\n\x1b\u2028")


@pytest.mark.parametrize("as_json", [True, False])
def test_one_thing_is_one_line_however_it_is_shown(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    hostile = 'ann\n2026-11-22 [info] signed_in person=root\r\n\x1b[2J{"event":"x"}\u2028'
    try:
        configure_logs(json=as_json)
        record(What.ACCESS_REFUSED, request(hostile), person=hostile, why=hostile)
        printed = capsys.readouterr().err
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        import structlog

        structlog.reset_defaults()
    assert len(printed.splitlines()) == 1
    assert "\x1b" not in printed
    if as_json:
        assert json.loads(printed)["event"] == "access_refused"

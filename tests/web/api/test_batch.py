"""Many commands in one go: answered line by line in their order, none harmed by another."""

from __future__ import annotations

import json
from typing import Any

from starlette.testclient import TestClient

from tests.web.api.conftest import ASKED, ELSEWHERE, OTHER, refusal
from tests.web.conftest import CHARTER, REP, Program
from web.api import batch
from web.site import Site


def send(client: TestClient, *lines: dict[str, Any] | bytes) -> list[dict[str, Any]]:
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    answer = client.post("/api/v1/commands", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def log(**more: Any) -> dict[str, Any]:
    return {"command": "log-request", "charter": CHARTER, "request": "May my dog fly along?"} | more


def test_each_line_is_answered_in_its_place_and_a_refused_one_harms_no_other(staffed: Site, program: Program) -> None:
    answers = send(
        program("rita"),
        log(),
        b"{not json",
        {"command": "unheard-of"},
        log(request=""),
        log(charter=OTHER),
        {"command": "withdraw-request", "body": {"decision": ELSEWHERE}},
        {"command": "publish-revision", "charter": CHARTER, "revision": 3},
        {"command": "triage-request", "body": {"decision": ASKED, "urgency": "low", "risk": "low", "department": "x"}},
        log(at="yesterday"),
        log(at="2999-01-01T00:00:00Z"),
        {"command": "ask-information", "decision": ASKED, "question": "x", "expect": 1},
        {"command": "request-erasure", "subject": "0" * 32, "reason": "x"},
    )
    assert [answer["line"] for answer in answers] == list(range(1, 13))
    assert [answer["status"] for answer in answers] == [201, 422, 422, 422, 404, 404, 403, 201, 422, 409, 412, 422]
    assert answers[0]["location"] == f"/api/v1/decisions/{answers[0]['id']}"
    assert answers[3]["problem"]["errors"].keys() == {"request"}
    assert answers[6]["problem"]["refusal"] == "MissingRole"


def test_what_one_line_writes_the_next_one_sees(program: Program, site: Site) -> None:
    before = site.writer.batches
    new = "d" * 32
    answers = send(
        program(REP),
        log(decision=new, key="one"),
        {"command": "withdraw-request", "body": {"decision": new}, "expect": 1},
        log(decision=new, key="one"),
    )
    assert [answer["status"] for answer in answers] == [201, 201, 201]
    assert answers[0]["positions"] == answers[2]["positions"]
    assert site.writer.batches == before + 1


def test_long_bodies_are_written_in_parts_and_too_long_ones_not_at_all(program: Program, monkeypatch: Any) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 10)
    monkeypatch.setattr(batch, "MOST", 25)
    rep = program(REP)
    answers = send(rep, *[log(request=f"Request {number}") for number in range(25)], b"", b"  ")
    assert [answer["line"] for answer in answers] == list(range(1, 26))
    assert {answer["status"] for answer in answers} == {201}
    refused = rep.post("/api/v1/commands", content=b"\n".join([b"{}"] * 26))
    assert refusal(refused) == (422, None)
    large = rep.post("/api/v1/commands", content=b" " * (4 * 1024 * 1024 + 1))
    assert refusal(large) == (413, None)


def test_nobody_writes_without_leave(program: Program, stranger: TestClient) -> None:
    assert refusal(stranger.post("/api/v1/commands", content=b"{}")) == (401, "SignInFirst")
    assert refusal(program(REP, "read").post("/api/v1/commands", content=b"{}")) == (403, "ReadOnly")


def test_a_line_that_names_a_decision_of_others_as_new_opens_it_to_none_of_the_next(
    staffed: Site, program: Program
) -> None:
    claimed = log(decision=ASKED, charter=OTHER)
    triage = {"command": "triage-request", "decision": ASKED, "urgency": "high", "risk": "low", "department": "Desk"}
    fresh = log(decision="c" * 32, charter=OTHER)
    again = log(decision="c" * 32, charter=CHARTER)
    answers = send(program("olga"), claimed, triage, fresh, {**triage, "decision": "c" * 32}, again)
    assert [answer["status"] for answer in answers] == [409, 404, 201, 201, 404]
    assert CHARTER not in answers[1]["problem"]["detail"]

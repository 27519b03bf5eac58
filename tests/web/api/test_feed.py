"""The feed: every entry once, in order, to whoever may read it, as soon as it is written."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from charter.decisions.commands import LogRequest
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from tests.web.api.conftest import ASKED, ELSEWHERE, OTHER, refusal
from tests.web.conftest import CHARTER, LEADER, REP, Program, Served
from web.api.news import News, news_of
from web.site import Site


def test_batches_lead_from_one_to_the_next_and_hold_every_entry_once(staffed: Site, program: Program) -> None:
    vera = program("vera")
    address, seen = "/api/v1/events?first=200", []
    while True:
        answer = vera.get(address)
        assert answer.headers["content-type"] == "application/cloudevents-batch+json"
        events = answer.json()
        address = answer.headers["link"].split(">")[0][1:]
        if not events:
            break
        seen += [int(event["id"]) for event in events]
    assert seen == sorted(set(seen))
    mine = vera.get("/api/v1/exports/entries").text.splitlines()
    assert seen == [json.loads(line)["position"] for line in mine]


def test_words_are_open_for_those_who_answer_for_them_and_sealed_for_reps(staffed: Site, program: Program) -> None:
    def asked(person: str) -> list[dict[str, Any]]:
        events = program(person).get("/api/v1/events?types=request.logged&first=1000").json()
        return [event for event in events if event["subject"] in (f"decision/{ASKED}", f"decision/{ELSEWHERE}")]

    [for_reviewer] = asked("vera")
    assert for_reviewer["data"]["event"]["customer"] == "C-1042"
    [for_rep] = asked("rita")
    assert "C-1042" not in json.dumps(for_rep)
    assert for_rep["type"] == "request.logged"
    [of_other] = asked("otto")
    assert of_other["data"]["event"]["charter"] == OTHER
    assert asked("nina") == []


def test_only_kinds_that_there_are_can_be_asked_for(program: Program) -> None:
    rep = program(REP)
    kinds = {event["type"] for event in rep.get("/api/v1/events?types=decision.made,charter.opened").json()}
    assert kinds == {"decision.made", "charter.opened"}
    assert refusal(rep.get("/api/v1/events?types=decision.unmade")) == (422, None)
    assert refusal(rep.get("/api/v1/events?wait=31")) == (422, None)
    assert rep.get("/api/v1/events?after=9999999").json() == []


@pytest.fixture
def follower(served: Served) -> Iterator[httpx.Client]:
    text, _ = served.site.accounts.tokens.make(LEADER, "a test", ["read"])
    with httpx.Client(base_url=served.address, headers={"Authorization": f"Bearer {text}"}, timeout=30) as client:
        yield client


def test_whoever_waits_is_told_at_once(served: Served, follower: httpx.Client) -> None:
    size = served.site.ledger.entries_recorder.size()
    answered: list[tuple[float, Any]] = []

    def wait() -> None:
        answer = follower.get(f"/api/v1/events?after={size}&wait=20")
        answered.append((time.monotonic(), answer.json()))

    waiting = threading.Thread(target=wait)
    waiting.start()
    news = news_of(served.site.ledger)
    until = time.monotonic() + 10
    while not news.waiting and time.monotonic() < until:
        waiting.join(0.01)
    served.site.ledger.write(RegisterPerson(person="new", full_name="New One"), by=LEADER)
    written = time.monotonic()
    waiting.join(20)
    [(told, events)] = answered
    assert told - written < 5
    assert [event["subject"] for event in events] == ["person/new"]


def test_whoever_waits_for_what_they_may_not_read_waits_on(staffed: Site, program: Program) -> None:
    size = staffed.ledger.entries_recorder.size()
    rita = program("rita")
    answered: list[Any] = []
    waiting = threading.Thread(target=lambda: answered.append(rita.get(f"/api/v1/events?after={size}&wait=20").json()))
    waiting.start()
    until = time.monotonic() + 10
    while not news_of(staffed.ledger).waiting and time.monotonic() < until:
        waiting.join(0.01)
    staffed.ledger.write(GrantRole(person="nina", role=Role.REVIEWER, charter=OTHER), by=LEADER)
    staffed.ledger.write(LogRequest(decision="e" * 32, charter=CHARTER, request="x"), by="rita")
    waiting.join(20)
    assert [event["subject"] for event in answered[0]] == [f"decision/{'e' * 32}"]


def test_the_wait_ends_with_nothing_when_nothing_comes(program: Program, site: Site) -> None:
    size = site.ledger.entries_recorder.size()
    answer = program(LEADER).get(f"/api/v1/events?after={size}&wait=0.05")
    assert answer.json() == []
    assert f"after={size}" in answer.headers["link"]
    assert not news_of(site.ledger).waiting


def test_a_stream_goes_on_where_it_was_cut_off(served: Served, follower: httpx.Client) -> None:
    size = served.site.ledger.entries_recorder.size()
    with follower.stream("GET", f"/api/v1/events/stream?after={size - 2}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        assert [event_id for event_id, _ in _events(lines, 2)] == [size - 1, size]
        served.site.ledger.write(RegisterPerson(person="new", full_name="New One"), by=LEADER)
        [(position, event)] = _events(lines, 1)
        assert position == size + 1
        assert event["subject"] == "person/new"
    with follower.stream("GET", "/api/v1/events/stream", headers={"Last-Event-ID": str(size)}) as stream:
        assert [event_id for event_id, _ in _events(stream.iter_lines(), 1)] == [size + 1]
    refused = follower.get("/api/v1/events/stream", headers={"Last-Event-ID": "last"})
    assert refusal(refused) == (422, None)


def test_a_stream_ends_when_the_server_stops(served: Served, follower: httpx.Client) -> None:
    size = served.site.ledger.entries_recorder.size()
    with follower.stream("GET", f"/api/v1/events/stream?after={size}") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        news_of(served.site.ledger).end()
        assert [line for line in lines if line] == []


def _events(lines: Iterator[str], number: int) -> list[tuple[int, dict[str, Any]]]:
    found: list[tuple[int, dict[str, Any]]] = []
    position = 0
    for line in lines:
        if line.startswith("id: "):
            position = int(line.removeprefix("id: "))
        if line.startswith("data: "):
            found.append((position, json.loads(line.removeprefix("data: "))))
        if len(found) == number:
            break
    return found


def test_there_is_one_news_for_each_ledger(site: Site) -> None:
    assert isinstance(news_of(site.ledger), News)
    assert news_of(site.ledger) is news_of(site.ledger)

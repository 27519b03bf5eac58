"""What is said to whoever is refused on the web: no command of a terminal, a page for each rule, nothing personal."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime
from importlib import import_module
from pkgutil import walk_packages

import pytest
from fastapi import Request
from starlette.testclient import TestClient

import charter
import projections
import web
from charter.charters.refusals import AlreadyProposed
from charter.decisions.refusals import AboveAuthority, BeforeRequest, GroundMissing, NoCharterInForce
from charter.ledger import TooBusy
from charter.message import NotAllowed, NotFound, Refused, unwrapped
from charter.people.refusals import RoleNotHeld
from cli import SECTIONS
from projections.engine import ViewFailed
from projections.engine.tracking import Place
from web.access.limits import TooManyTries
from web.api.problem_pages import ELSEWHERE
from web.problems import for_api, problem
from web.refusals import PRIVATE, WORDS, explained, titled, worded, words_of

TYPED = re.compile(rf"\bcharter ({'|'.join(name for section in SECTIONS.values() for name in section)})\b|(?<!\w)--\w")
SKIPPED = ("charter.schema.env", "charter.schema.versions")


def every() -> list[type[Refused]]:
    """Every refusal that somebody may meet on the web."""
    for package in (charter, projections, web):
        for found in walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(SKIPPED):
                import_module(found.name)
    kinds = set(Refused.every()) - {Refused, NotFound, NotAllowed}
    known = [kind for kind in kinds if kind.__module__.startswith(("charter.", "projections.", "web."))]
    return sorted((kind for kind in known if not kind.__module__.startswith(ELSEWHERE)), key=lambda kind: kind.__name__)


def test_no_refusal_on_the_web_names_what_is_typed_in_a_terminal() -> None:
    named = {f"{kind.__module__}.{kind.__name__}": words_of(kind) for kind in every()}
    assert [f"{name}: {text}" for name, text in named.items() if TYPED.search(text)] == []


def test_words_of_the_web_are_there_for_a_refusal_and_keep_to_its_facts() -> None:
    used = set()
    for kind in every():
        own, said = unwrapped(kind), words_of(kind)
        if own != said:
            used.add(said)
            assert _fields(said) <= _fields(own), kind.__name__
    assert set(WORDS.values()) == used, "words for a refusal that there is not"


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_whoever_asks_is_spoken_to_and_days_are_written_out() -> None:
    assert worded(AboveAuthority(by="tom", decision="901f5d49")).startswith("You may not bend")
    assert "in force on 1 May 2001." in worded(NoCharterInForce(charter="skyline", day=date(2001, 5, 1)))
    at, received = (datetime(2026, 5, 1, hour, 5, tzinfo=UTC) for hour in (7, 8))
    assert "(1 May 2026, 07:05 UTC) before" in worded(BeforeRequest(at=at, received=received))


def test_every_refusal_ends_as_a_sentence_does() -> None:
    assert [kind.__name__ for kind in every() if words_of(kind)[-1] not in ".}"] == []


def test_facts_are_kept_and_words_of_people_are_not_repeated() -> None:
    assert worded(RoleNotHeld(person="ben", role="rep", scope="")).startswith("ben does not hold the role rep, so")
    assert "Choose one" in worded(GroundMissing(answer="no", possible="off-brand"))
    assert explained(GroundMissing).startswith("A …answer… names its ground")
    for name, facts in PRIVATE.items():
        assert not _fields(WORDS[name]) & facts


def test_a_problem_says_its_sentence_on_one_line_but_for_a_list_in_it() -> None:
    assert {kind.__name__ for kind in every() if "\n" in words_of(kind)} == {"NotReady"}
    detail = problem(AlreadyProposed(revision=4, awaited="approval"), "/api/v1/charters/skyline/revisions")["detail"]
    assert detail == (
        "Revision 4 says just this and waits for approval. Go on with that one, or withdraw it and propose again."
    )
    away = ViewFailed(Place("precedents", "live", 1), "no JSON")
    assert "\n" not in problem(away, "/api/v1/decisions")["detail"]


@pytest.mark.parametrize(
    ("name", "title"), [("SamePerson", "Same person"), ("NotAPage", "Not a page"), ("Outdated", "Outdated")]
)
def test_the_name_of_a_rule_reads_as_words(name: str, title: str) -> None:
    assert titled(name) == title


def test_every_problem_has_a_page_that_explains_it(stranger: TestClient) -> None:
    listing = stranger.get("/problems")
    assert listing.status_code == 200
    names = set(re.findall(r'href="/problems/(\w+)"', listing.text))
    assert {kind.__name__ for kind in every()} <= names
    page = stranger.get("/problems/CitationMissing")
    assert "Citation missing" in page.text
    assert "409" in page.text
    assert stranger.get("/problems/Nonsense").status_code == 404


def test_the_type_of_a_problem_is_the_address_of_its_page(stranger: TestClient) -> None:
    problem = stranger.get("/api/v1/me").json()
    assert problem["refusal"] == "SignInFirst"
    assert stranger.get(problem["type"]).status_code == 200


def test_what_is_not_there_is_a_problem_for_programs_and_a_page_for_people(stranger: TestClient) -> None:
    for_program, for_person = stranger.get("/api/v1/nothing"), stranger.get("/nothing")
    assert for_program.headers["content-type"] == "application/problem+json"
    assert for_program.json()["status"] == for_program.status_code == for_person.status_code == 404
    assert for_person.headers["content-type"].startswith("text/html")
    assert stranger.delete("/api/v1/me").status_code == 405


def test_who_has_to_wait_is_told_for_how_long_wherever_that_is() -> None:
    slowed = TooManyTries(wait="2 minutes", seconds=119)
    for path in ("/api/v1/decisions", "/hooks/in/zammad/x"):
        request = Request({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []})
        answer = for_api(request, slowed)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "119")
        busy = for_api(request, TooBusy(attempts=9))
        assert (busy.status_code, busy.headers["Retry-After"]) == (503, "2")
        assert "Retry-After" not in for_api(request, GroundMissing(answer="no", possible="off-brand")).headers


def test_each_address_says_that_a_wait_is_told(stranger: TestClient) -> None:
    paths = stranger.get("/api/v1/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            for code in {"429", "503"} & operation["responses"].keys():
                assert "Retry-After" in operation["responses"][code]["headers"], (method, path, code)
            assert "503" in operation["responses"]

"""Whoever comes to what is no longer there, from an old tab or an old link, reads why and where to go on."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import iter_route_contexts

from charter.people.commands import RegisterPerson
from tests.web.conftest import ADMIN, LEADER, OTHER_LEADER, REP, REVIEWER, Browse
from web.desks import admin, leader, rep, review
from web.site import Site

PEOPLE = {"desk": REP, "charter": LEADER, "review": REVIEWER, "admin": ADMIN}
GONE = {
    "code": "GONE-1",
    "number": "99",
    "decision": "0" * 32,
    "subject": "0" * 32,
    "size": "99",
    "id": "nobody",
    "act": "none",
    "name": "none",
}
DESKS = [route for desk in (rep, leader, review, admin) for route in iter_route_contexts(desk.router.routes)]
TO_GO_ON = re.compile(r'</h1>\s*<p>([^<]+)</p>\s*<p><a href="([^"]+)">([^<]+)</a> · <a href="/">')
"""What a page says of what is not there, with the first link below it."""


def stale() -> list[str]:
    """Every address of a desk about one thing, when that thing is gone; and every one that only takes a form."""
    read, sent = (
        {str(route.path) for route in DESKS if method in (getattr(route, "methods", None) or ())}
        for method in ("GET", "POST")
    )
    return sorted(path.format(**GONE) for path in read | sent if "{" in path or path not in read)


@pytest.mark.parametrize("address", stale())
def test_it_says_what_happened_and_leads_on_to_a_page_that_is_there(browse: Browse, address: str) -> None:
    person = browse(PEOPLE[address.split("/")[1]])
    answer = person.get(address)
    assert answer.status_code in (404, 405)
    for _step in range(2 if answer.status_code == 405 else 1):  # by the page with the form, where that is gone too
        [(sentence, onward, words)] = TO_GO_ON.findall(answer.text)
        assert sentence.endswith(".") and words.startswith("To ")
        answer = person.get(onward)
        if answer.status_code == 200:
            return
    raise AssertionError(onward)


@pytest.mark.parametrize(
    ("person", "address", "sentence", "onward", "words"),
    [
        (LEADER, "/charter/revisions/99", "has no revision 99.", "/charter/revisions", "To the list of revisions"),
        (LEADER, "/charter/revisions/old", "is not a whole number.", "/charter/revisions", "To the list of revisions"),
        (REP, "/desk/decisions/" + "0" * 32, "that you may see.", "/desk/mine", "To my decisions"),
        (LEADER, "/charter/revisions/3/publish", "Forms are sent", "/charter/revisions/3", "To the page with the form"),
        (ADMIN, "/admin/webhooks/1/pause", "Forms are sent", "/admin/webhooks", "To the webhooks"),
        (REVIEWER, "/review/decisions/" + "0" * 32, " 000000000000 that", "/review/decisions", "To the decisions"),
        (REVIEWER, "/review/checkpoints/99", "No checkpoint of 99", "/review/verification", "To the verification"),
        (ADMIN, "/admin/people/nobody", "is not registered here.", "/admin", "To the people"),
    ],
)
def test_an_old_link_leads_to_where_its_like_is(
    browse: Browse, person: str, address: str, sentence: str, onward: str, words: str
) -> None:
    [(said, *link)] = TO_GO_ON.findall(browse(person).get(address).text)
    assert sentence in said
    assert link == [onward, words]


def test_the_page_of_a_promise_that_another_took_out_leads_to_the_draft(browse: Browse) -> None:
    leader = browse(LEADER)
    assert leader.get("/charter/promises/REFUND-24").status_code == 200
    browse(OTHER_LEADER).post("/charter/promises/REFUND-24/retire", data={"why": "No more."})
    [found] = TO_GO_ON.findall(leader.get("/charter/promises/REFUND-24").text)
    assert found == (
        "The draft has no promise REFUND-24. It may have been taken out since.",
        "/charter",
        "To the draft",
    )


def test_who_loads_again_what_was_sent_and_refused_is_told_that_a_form_goes_there(browse: Browse) -> None:
    leader = browse(LEADER)
    assert leader.post("/charter/promises/REFUND-24/retire", data={"why": ""}).status_code == 422
    answer = leader.get("/charter/promises/REFUND-24/retire")
    assert answer.status_code == 405
    assert TO_GO_ON.findall(answer.text) == [
        (
            "Forms are sent to this address; there is nothing to read here.",
            "/charter/promises/REFUND-24",
            "To the page with the form",
        )
    ]


def test_who_may_not_come_in_or_has_no_charter_is_not_led_to_where_it_is_said_again(browse: Browse, site: Site) -> None:
    site.ledger.write(RegisterPerson(person="new.one", full_name="New One"), by=LEADER)
    for person, address, code in ((REP, "/review/log", 403), ("new.one", "/desk/mine", 409)):
        answer = browse(person).get(address)
        assert answer.status_code == code
        assert re.findall(r'</p>\s*<p><a href="([^"]+)">', answer.text) == ["/"]

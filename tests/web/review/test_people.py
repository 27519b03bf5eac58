"""What is held of a person: found without their name in any address, handed out, held, erased when that is meant."""

from __future__ import annotations

import logging
import re

import pytest

from charter.charters.commands import SetRetention
from charter.decisions.commands import PlaceHold
from charter.terms import Retained
from projections.decision_register import Filter, page
from projections.finding import meant
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Browse
from web.desks.review.people import NobodyFound, SayItIsMeant
from web.site import Site


@pytest.fixture
def customer(site: Site) -> str:
    """Somebody who asked for something."""
    return page(site.views, Filter(charter=CHARTER), None, 5).lines[-1].customer or ""


@pytest.fixture
def subject(site: Site, customer: str) -> str:
    """The id of their data."""
    [found] = meant(site.ledger, customer)
    return found


def test_somebody_is_found_by_a_name_that_is_in_no_address_and_no_log(
    browse: Browse, customer: str, subject: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = browse(REVIEWER).post("/review/subjects", data={"who": customer}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/review/subjects/{subject}")
    assert customer not in caplog.text
    assert customer.rsplit(maxsplit=1)[-1] not in str(answer.headers)


def test_nobody_and_several_people_are_told_apart(browse: Browse, site: Site) -> None:
    client = browse(ADMIN)
    nobody = client.post("/review/subjects", data={"who": "Nobody At All"})
    assert nobody.status_code == 404
    assert str(NobodyFound()) in nobody.text
    decision = page(site.views, Filter(charter=CHARTER), None, 1).lines[0].id
    both = client.post("/review/subjects", data={"who": decision})
    assert both.status_code == 200


def test_the_page_shows_all_that_is_held_with_its_words(browse: Browse, customer: str, subject: str) -> None:
    html = browse(REVIEWER).get(f"/review/subjects/{subject}").text
    assert f"<h1>{customer}</h1>" in html
    assert 'href="/review/decisions/' in html
    assert "Erase …" not in html, "only an admin erases"
    assert "Erase …" in browse(ADMIN).get(f"/review/subjects/{subject}").text
    assert browse(REVIEWER).get(f"/review/subjects/{'0' * 32}").status_code == 404
    assert browse(REVIEWER).get("/review/subjects/ann").status_code == 422


def test_it_is_handed_out_as_a_page_that_needs_nothing_else_and_as_json(
    browse: Browse, customer: str, subject: str
) -> None:
    client = browse(ADMIN)
    html, data = (client.get(f"/review/subjects/{subject}/data", params={"format": form}) for form in ("html", "json"))
    assert customer in html.text
    assert not re.findall(r'(?:src|href)="', html.text)
    assert data.json()["names"] == [customer]
    for answer in (html, data):
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        assert customer not in answer.headers["content-disposition"]


@pytest.mark.parametrize("address", ["", "/data", "/erase"])
def test_a_rep_sees_nothing_of_it(browse: Browse, subject: str, address: str) -> None:
    assert browse(REP).get(f"/review/subjects/{subject}{address}").status_code == 403


def test_somebody_is_erased_only_when_it_is_meant_and_the_reason_does_not_name_them(
    browse: Browse, site: Site, customer: str, subject: str
) -> None:
    client, address = browse(ADMIN), f"/review/subjects/{subject}/erase"
    assert "What goes" in client.get(address).text
    not_meant = client.post(address, data={"reason": "Asked for in a letter."})
    assert not_meant.status_code == 409
    assert str(SayItIsMeant()) in not_meant.text
    named = client.post(address, data={"reason": f"Asked for by {customer}.", "meant": "true"})
    assert named.status_code == 409
    assert "Say it without that" in named.text
    assert site.ledger.vault.known(subject) == "open"
    done = client.post(address, data={"reason": "Asked for in a letter.", "meant": "true"}, follow_redirects=False)
    assert done.status_code == 303
    assert site.ledger.vault.known(subject) == "erased"
    html = client.get(f"/review/subjects/{subject}").text
    assert customer not in html
    assert "Erased on" in html


def test_a_reviewer_does_not_erase_and_what_is_held_is_not_erased(browse: Browse, site: Site, subject: str) -> None:
    address, given = f"/review/subjects/{subject}/erase", {"reason": "Asked for in a letter.", "meant": "true"}
    assert browse(REVIEWER).post(address, data=given).status_code == 403
    held = next(stream for stream in site.ledger.streams_of(subject) if stream.startswith("decision/"))
    site.ledger.write(PlaceHold(decision=held.partition("/")[2], hold="claim 12", reason="Why."), by=REVIEWER)
    refused = browse(ADMIN).post(address, data=given)
    assert refused.status_code == 409
    assert "claim 12" in refused.text
    assert site.ledger.vault.known(subject) == "open"


def test_who_is_due_is_listed_by_id(browse: Browse, site: Site) -> None:
    client = browse(ADMIN)
    empty = client.get("/review/retention").text
    assert "Nobody's data is due." in empty
    assert '<a href="/admin/system">' in empty and "Leaders of the charter and admins set it" in empty
    site.ledger.write(SetRetention(charter=CHARTER, kind=Retained.REQUESTS, months=1), by=LEADER)
    html = client.get("/review/retention?first=3").text
    assert "1 month" in html
    assert len(re.findall(r'href="/review/subjects/[0-9a-f]{32}"', html)) <= 3
    assert "Adeyemi" not in html

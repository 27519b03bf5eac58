"""The rep's desk: a request is logged once with its answer, and what was refused is kept as it was typed."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from charter.charters.commands import OpenCharter
from charter.decisions.state import Stage
from charter.desk import Order
from charter.people.commands import GrantRole
from charter.terms import Answer, Ground, Role
from tests.web.conftest import ADMIN, LEADER, REP, REVIEWER, Browse
from web.site import Site

NO = {
    "request": "I want my saver ticket refunded, I bought it three weeks ago.",
    "answer": "no",
    "ground": "off-brand",
    "cite": "refund-24.1",
    "reason": "It was bought three weeks ago.",
    "customer": "C-77",
    "touchpoint": "phone",
}


def form_id(client: TestClient) -> str:
    """The id that a fresh form carries."""
    return field(client.get("/desk").text, "decision")


def field(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', html)
    assert found, name
    return found[1]


def logged(site: Site) -> int:
    """How many entries there are."""
    return site.ledger.entries_recorder.size()


def test_a_no_is_logged_and_its_words_are_ready_to_copy(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    case = form_id(rep)
    answer = rep.post("/desk", data=NO | {"decision": case}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk?logged={case}")
    kept = site.ledger.decision(case)
    assert kept.reply is not None
    assert (kept.reply.answer, kept.reply.ground, kept.reply.cited) == (Answer.NO, Ground.OFF_BRAND, ("REFUND-24.1",))
    assert kept.reply.told is not None
    assert "you can appeal" in kept.reply.told
    after = rep.get(answer.headers["location"]).text
    assert "Logged: No, off-brand, citing REFUND-24.1." in after
    assert 'data-copy="told-words"' in after
    assert re.search(r'<input[^>]* value="phone"[^>]* name="touchpoint"', after)
    assert field(after, "decision") != case


def test_a_form_that_is_sent_twice_is_logged_once(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    filled = NO | {"decision": form_id(rep)}
    first = rep.post("/desk", data=filled, follow_redirects=False)
    entries = logged(site)
    again = rep.post("/desk", data=filled, follow_redirects=False)
    assert again.headers["location"] == first.headers["location"]
    assert logged(site) == entries


def test_a_form_that_is_sent_again_with_other_words_is_not_logged_as_the_first(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    filled = NO | {"decision": form_id(rep)}
    rep.post("/desk", data=filled)
    entries = logged(site)
    again = rep.post("/desk", data=filled | {"request": "Another request altogether."})
    assert again.status_code == 422
    assert "This form was sent before" in again.text
    assert "Another request altogether." in again.text
    assert field(again.text, "decision") != filled["decision"]
    assert logged(site) == entries


def test_what_is_refused_is_said_at_its_field_and_all_is_kept(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    entries = logged(site)
    for missing, said in {
        "reason": "reason in words",
        "ground": "names its ground",
        "cite": "cites the promise",
    }.items():
        filled = {name: text for name, text in NO.items() if name != missing} | {"decision": form_id(rep)}
        answer = rep.post("/desk", data=filled)
        assert answer.status_code == 409 or answer.status_code == 422
        assert f'id="wrong-{missing}"' in answer.text
        assert said in answer.text
        assert NO["request"] in answer.text
        assert field(answer.text, "decision") == filled["decision"]
    assert logged(site) == entries
    unknown = rep.post("/desk", data=NO | {"decision": form_id(rep), "cite": "NOTHING-1"})
    assert 'id="wrong-cite"' in unknown.text
    assert "Look up the codes in the charter." in unknown.text


def test_who_may_not_bend_is_offered_to_hand_it_over_with_all_that_was_typed(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    bent = NO | {"decision": form_id(rep), "answer": "yes", "ground": "", "effect": "bent", "cite": "REFUND-24"}
    answer = rep.post("/desk", data=bent)
    assert answer.status_code == 403
    assert "Escalate is chosen below" in answer.text
    assert re.search(r'value="escalate" checked', answer.text)
    assert NO["request"] in answer.text
    assert NO["reason"] in answer.text
    then = rep.post("/desk", data=bent | {"answer": "escalate", "to": LEADER}, follow_redirects=False)
    assert then.status_code == 303
    assert site.ledger.decision(bent["decision"]).stage is Stage.ESCALATED
    waits = rep.get("/desk/open", params={"stage": "escalated"}).text
    assert f"Handed to {LEADER}" in waits


def test_handing_over_twice_is_one_escalation(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    filled = {
        "decision": form_id(rep),
        "answer": "escalate",
        "request": "May I bring a cello?",
        "reason": "Never had one.",
    }
    rep.post("/desk", data=filled)
    rep.post("/desk", data=filled)
    assert site.ledger.decision(filled["decision"]).version == 2


def test_what_applies_is_found_while_it_is_typed(browse: Browse) -> None:
    part = (
        browse(REP).post("/desk/applies", data={"request": "refund my saver ti"}, headers={"HX-Request": "true"}).text
    )
    assert "REFUND-24.1" in part
    assert "<html" not in part
    assert 1 <= part.count('class="answer"') <= 3


def test_without_a_script_a_request_is_looked_up_by_a_button_and_stays(browse: Browse) -> None:
    rep = browse(REP)
    found = rep.post("/desk", data={"request": "hold the flight for me", "look": "yes", "decision": form_id(rep)})
    assert found.status_code == 200
    assert "ONTIME-15.1" in found.text
    assert "hold the flight for me" in found.text


def test_words_that_were_typed_are_kept_as_they_are(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    case = form_id(rep)
    rep.post("/desk", data=NO | {"decision": case, "told": "I am sorry, no.", "worded": "Thank you for asking."})
    reply = site.ledger.decision(case).reply
    assert reply is not None
    assert reply.told == "I am sorry, no."


def test_nothing_is_told_when_the_words_were_taken_out(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    case = form_id(rep)
    rep.post("/desk", data=NO | {"decision": case, "told": "", "worded": "Thank you for asking."})
    reply = site.ledger.decision(case).reply
    assert reply is not None
    assert reply.told is None


def test_words_follow_from_what_was_typed_so_far(browse: Browse) -> None:
    said = browse(REP).post("/desk/words", data=NO | {"decision": "ab" * 16}).text
    assert "a saver fare is not refunded" in said
    assert "abababab" in said
    assert browse(REP).post("/desk/words", data={"request": "Anything"}).text == ""


def test_a_new_revision_is_read_and_acknowledged(site: Site, browse: Browse) -> None:
    person = next(
        each
        for each in (REP, "aiko", "priya", LEADER)
        if each not in max(site.ledger.charter("larkwing").published, key=lambda known: known.number).acknowledged_by
    )
    rep = browse(person)
    page = rep.get("/desk").text
    assert "is new to you" in page
    [button] = re.findall(r'action="(/desk/read/\d+)"', page)
    after = rep.post(button)
    assert "is new to you" not in after.text


def test_the_desk_is_not_for_reviewers(browse: Browse) -> None:
    assert browse(REVIEWER).get("/desk").status_code == 403


def test_a_decision_of_nobody_is_not_shown_as_logged(browse: Browse) -> None:
    answer = browse(REP).get("/desk", params={"logged": "ab" * 16})
    assert answer.status_code == 200
    assert 'class="logged"' not in answer.text


def test_who_belongs_to_several_charters_stays_with_the_one_that_is_shown(site: Site, browse: Browse) -> None:
    opened = OpenCharter(charter="other", brand="Other", style="Otherwise.")
    site.writer.write(Order(opened, LEADER, site.ledger.now()))
    rep = browse(REP)
    page = rep.get("/desk?charter=other").text
    assert 'action="/desk?charter=other"' in page
    assert "No revision is in force yet" in page
    refused = rep.post("/desk?charter=other", data=NO | {"decision": field(page, "decision")})
    assert refused.status_code == 409
    assert NO["request"] in refused.text
    here = rep.post("/desk?charter=larkwing", data=NO | {"decision": form_id(rep)}, follow_redirects=False)
    assert here.headers["location"].endswith("&charter=larkwing")


def test_the_words_of_a_customer_are_in_no_address(site: Site, browse: Browse) -> None:
    page = browse(REP).get("/desk?charter=larkwing").text
    assert re.findall(r'<form id="call" method="(\w+)"', page) == ["post"]
    assert "hx-get" not in page


def test_an_address_that_is_no_id_is_refused(browse: Browse) -> None:
    assert browse(REP).get("/desk", params={"logged": "../x"}).status_code == 422


def test_the_charter_goes_by_its_brand_and_in_addresses_by_its_short_name(site: Site, browse: Browse) -> None:
    site.write(GrantRole(person=ADMIN, role=Role.LEADER), LEADER)
    for slug, brand in (("finch", "Finch Air"), ("finch-usa", "Finch Air")):
        site.write(OpenCharter(charter=slug, brand=brand, style="Plain."), LEADER)
    assert "<title>Answer a request · Larkwing Air</title>" in browse(REP).get("/desk?charter=larkwing").text
    several = browse(ADMIN).get("/charter?charter=larkwing").text
    assert "<summary>Larkwing Air</summary>" in several
    assert '<a href="/charter?charter=finch">Finch Air (finch)</a>' in several
    assert '<a href="/charter?charter=finch-usa">Finch Air (finch-usa)</a>' in several
    person = browse(ADMIN).get(f"/admin/people/{ADMIN}").text
    assert '<option value="larkwing">Larkwing Air</option>' in person

"""One decision as a rep works on it: what can be done next, and that nothing of another charter is shown."""

from __future__ import annotations

import re

import pytest

from charter.charters.commands import OpenCharter
from charter.decisions.commands import LogRequest
from charter.decisions.state import Stage
from charter.desk import Order
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Cause, Kind, Role
from projections.decision_register import Filter, lines
from tests.web.conftest import CHARTER, LEADER, REP, Browse
from web.site import Site

CASE = "ab" * 16


def log(site: Site) -> str:
    """A request without an answer."""
    logged = LogRequest(decision=CASE, charter=CHARTER, request="May my saver ticket be refunded?")
    site.writer.write(Order(logged, REP, site.ledger.now()))
    return f"/desk/decisions/{CASE}"


def key(html: str) -> str:
    """What makes sure that a form counts once."""
    found = re.search(r'name="key" value="([0-9a-f]+)"', html)
    assert found
    return found[1]


def test_a_request_that_waits_is_answered_as_at_the_desk(site: Site, browse: Browse) -> None:
    here = log(site)
    rep = browse(REP)
    page = rep.get(here).text
    assert "REFUND-24.1" in page
    filled = {"answer": "no", "ground": "off-brand", "cite": "REFUND-24.1", "reason": "A saver fare.", "key": key(page)}
    for _ in range(2):
        answer = rep.post(f"{here}/answer", data=filled, follow_redirects=False)
        assert answer.headers["location"] == f"/desk?logged={CASE}"
    case = site.ledger.decision(CASE)
    assert (case.stage, case.version) == (Stage.DECIDED, 2)
    assert case.reply is not None
    assert case.reply.told is not None
    assert CASE[:8] in case.reply.told


def test_an_answer_that_is_refused_keeps_what_was_typed(site: Site, browse: Browse) -> None:
    here = log(site)
    answer = browse(REP).post(f"{here}/answer", data={"answer": "no", "reason": "A saver fare is a saver fare."})
    assert answer.status_code in (409, 422)
    assert 'id="wrong-ground"' in answer.text
    assert "A saver fare is a saver fare." in answer.text


def test_a_request_that_waits_is_handed_over(site: Site, browse: Browse) -> None:
    here = log(site)
    browse(REP).post(f"{here}/answer", data={"answer": "escalate", "to": LEADER, "reason": "Too large for me."})
    assert site.ledger.decision(CASE).stage is Stage.ESCALATED


@pytest.mark.parametrize(
    ("act", "given"),
    [
        ("ask", {"question": "When was it bought?"}),
        ("triage", {"urgency": "high", "risk": "low", "department": "Finance"}),
        ("classify", {"kind": "support"}),
        ("withdraw", {"reason": "They found another way."}),
        ("correct", {"customer": "C-9", "why": "A slip."}),
        ("cause", {"cause": "expectation-gap"}),
        ("learning", {"learning": "Say it earlier.", "with_customer": "true"}),
    ],
)
def test_what_can_be_done_with_a_request_is_done_once(
    site: Site, browse: Browse, act: str, given: dict[str, str]
) -> None:
    here = log(site)
    rep = browse(REP)
    page = rep.get(here, params={"do": act}).text
    for _ in range(2):
        answer = rep.post(f"{here}/{act}", data=given | {"key": key(page)}, follow_redirects=False)
        assert answer.status_code == 303, answer.text
    assert site.ledger.decision(CASE).version == 2


def test_what_was_done_shows(site: Site, browse: Browse) -> None:
    here = log(site)
    rep = browse(REP)
    rep.post(f"{here}/classify", data={"kind": "service"})
    rep.post(f"{here}/cause", data={"cause": "expectation-gap"})
    case = site.ledger.decision(CASE)
    assert case.asked is not None
    assert (case.asked.kind, case.cause) == (Kind.SERVICE, Cause.EXPECTATION_GAP)
    assert "expectation gap" in rep.get(here).text


def test_an_appeal_is_logged_on_a_no_and_judged_by_somebody_else(site: Site, browse: Browse) -> None:
    wanted = Filter(charter=CHARTER, rep=REP, answer="no", stage="decided")
    no = next(line.id for line in lines(site.views, wanted) if not line.appealed)
    here = f"/desk/decisions/{no}"
    rep = browse(REP)
    assert "Log the appeal" in rep.get(here).text
    refused = rep.post(f"{here}/appeal", data={})
    assert refused.status_code == 422
    rep.post(f"{here}/appeal", data={"argument": "I was told otherwise."})
    assert site.ledger.decision(no).stage is Stage.APPEALED
    assert "Uphold it" not in rep.get(here).text
    leader = browse(LEADER)
    assert "Uphold it" in leader.get(here).text
    leader.post(f"{here}/uphold", data={"reason": "It was told, in the confirmation."})
    assert site.ledger.decision(no).stage is Stage.DECIDED
    assert "Upheld after the appeal" in rep.get("/desk/mine/returned").text


def test_a_leader_reverses_what_somebody_else_answered(site: Site, browse: Browse) -> None:
    wanted = Filter(charter=CHARTER, rep=REP, answer="no", stage="decided")
    no = next(lines(site.views, wanted)).id
    given = {"answer": "yes", "effect": "upheld", "cite": "refund-24", "reason": "It was the same day."}
    leader = browse(LEADER)
    assert leader.post(f"/desk/decisions/{no}/reverse", data=given, follow_redirects=False).status_code == 303
    refused = leader.post(f"/desk/decisions/{no}/reverse", data=given)
    assert refused.status_code == 409
    assert "It was the same day." in refused.text


def test_another_charters_decision_is_not_found(site: Site, browse: Browse) -> None:
    here = log(site)
    now = site.ledger.now()
    for command in (
        OpenCharter(charter="other", brand="Other", style="Other."),
        RegisterPerson(person="olga", full_name="Olga"),
        GrantRole(person="olga", role=Role.REP, charter="other"),
    ):
        site.writer.write(Order(command, LEADER, now))
    other = browse("olga")
    for address in (here, f"{here}?charter={CHARTER}", f"/desk/decisions/{'cd' * 16}"):
        assert other.get(address).status_code == 404
        assert "saver ticket" not in other.get(address).text
    assert other.post(f"{here}/cause", data={"cause": "wrong-buyer"}).status_code == 404
    assert "saver ticket" not in other.get("/desk", params={"logged": CASE}).text
    assert other.post(f"/desk/applies?charter={CHARTER}", data={"request": "saver"}).status_code == 404
    assert "Nothing waits here" in other.get("/desk/open").text


def test_there_is_no_page_for_what_cannot_be_done(site: Site, browse: Browse) -> None:
    here = log(site)
    assert browse(REP).post(f"{here}/delete", data={}).status_code == 404

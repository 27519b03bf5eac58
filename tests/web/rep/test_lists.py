"""What waits, what somebody decided and what came back: in order, by address, a page at a time, and to take away."""

from __future__ import annotations

import csv
import re
from datetime import timedelta

from charter.decisions.commands import AppealDecision, EscalateRequest, LogRequest, TriageRequest
from charter.desk import Order
from charter.terms import Level
from projections.decision_register import Filter, lines
from projections.waiting import waiting
from tests.web.conftest import CHARTER, LEADER, REP, REVIEWER, Browse
from web.desks.rep.lists import PAGE
from web.site import Site

IDS = [f"{number:032x}" for number in range(1, 60)]


def log(site: Site, case: str, request: str = "A request", days: int = 0) -> None:
    """A request without an answer, some days old."""
    at = site.ledger.now() - timedelta(days=days)
    site.writer.write(Order(LogRequest(decision=case, charter=CHARTER, request=request), REP, at))


def ids(html: str) -> list[str]:
    """The decisions a list leads to, in its order."""
    return re.findall(r'class="when"><a href="/desk/decisions/([0-9a-f]{32})"', html)


def test_the_urgent_come_first_then_the_oldest(site: Site) -> None:
    before = [each.line.id for each in waiting(site.views, CHARTER)]
    low, old, young, high = IDS[:4]
    for case, days in ((low, 9), (old, 8), (young, 2), (high, 1)):
        log(site, case, days=days)
    for case, urgency in ((low, Level.LOW), (high, Level.HIGH)):
        triage = TriageRequest(decision=case, urgency=urgency, risk=Level.LOW, department="Operations")
        site.writer.write(Order(triage, REP, site.ledger.now()))
    found = [each.line.id for each in waiting(site.views, CHARTER) if each.line.id not in before]
    assert found == [high, old, young, low]


def test_the_queue_is_read_page_by_page_and_taken_away_whole(site: Site, browse: Browse) -> None:
    for case in IDS:
        log(site, case)
    rep = browse(REP)
    seen: list[str] = []
    address = "/desk/open?stage=open"
    for _ in range(9):
        page = rep.get(address).text
        seen += ids(page)
        following = re.search(r'href="([^"]*)" rel="next"', page)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
    expected = [each.line.id for each in waiting(site.views, CHARTER) if each.line.stage == "open"]
    assert seen == expected
    rows = list(csv.DictReader(rep.get("/desk/open?stage=open&format=csv").text.splitlines()))
    assert [row["id"] for row in rows] == expected


def test_what_was_handed_to_somebody_is_counted_for_them(site: Site, browse: Browse) -> None:
    log(site, IDS[0])
    site.writer.write(Order(EscalateRequest(decision=IDS[0], to="Mara", reason="Too large."), REP, site.ledger.now()))
    mine = [each for each in waiting(site.views, CHARTER) if (each.handed_to or "").lower() == LEADER]
    assert IDS[0] in [each.line.id for each in mine]
    assert f"{len(mine)} handed to you" in browse(LEADER).get("/desk/open").text
    assert "handed to you" not in browse(REP).get("/desk/open").text


def test_my_decisions_are_mine_and_can_be_filtered(site: Site, browse: Browse) -> None:
    rep = browse(REP)
    mine = [line.id for line in lines(site.views, Filter(charter=CHARTER, rep=REP))]
    assert len(mine) > PAGE
    assert ids(rep.get("/desk/mine").text) == mine[:PAGE]
    noes = [line.id for line in lines(site.views, Filter(charter=CHARTER, rep=REP, answer="no"))]
    assert ids(rep.get("/desk/mine?answer=no").text) == noes[:PAGE]
    taken = list(csv.DictReader(rep.get("/desk/mine?answer=no&format=csv").text.splitlines()))
    assert [row["id"] for row in taken] == noes


def test_what_is_not_narrowed_down_is_any_and_stages_are_called_as_in_lists(browse: Browse) -> None:
    for person, address in ((REP, "/desk/mine"), (REVIEWER, "/review/decisions")):
        page = browse(person).get(address).text
        [stage] = re.findall(r'<select[^>]* name="stage"[^>]*>(.*?)</select>', page, re.DOTALL)
        assert re.findall(r">([^<]+)</option>", stage) == [
            "any",
            "not answered yet",
            "waits for the customer",
            "handed over, not answered yet",
            "withdrawn by the customer",
            "answered",
            "appealed, waits for another look",
        ]
        assert "optional" not in page


def test_a_filter_that_cannot_be_read_says_so_and_is_kept(browse: Browse) -> None:
    answer = browse(REP).get("/desk/mine?since=yesterday")
    assert answer.status_code == 422
    assert "Since" in answer.text
    assert browse(REP).get("/desk/mine?after=nowhere").status_code == 422


def test_what_came_back_is_what_was_appealed_or_reversed(site: Site, browse: Browse) -> None:
    mine = list(lines(site.views, Filter(charter=CHARTER, rep=REP)))
    came_back = [line.id for line in mine if line.appealed or line.overturned]
    fresh = next(line.id for line in mine if line.answer == "no" and line.stage == "decided" and not line.appealed)
    site.writer.write(Order(AppealDecision(decision=fresh, argument="I disagree."), REP, site.ledger.now()))
    page = browse(REP).get("/desk/mine/returned").text
    assert set(ids(page)) == {*came_back, fresh}
    assert "waits for another look" in page


def test_more_that_came_back_than_a_page_holds_is_read_in_pages(site: Site, browse: Browse) -> None:
    wanted = Filter(charter=CHARTER, rep=REP, answer="no")
    for line in lines(site.views, wanted):
        if line.stage == "decided" and not line.appealed:
            appeal = AppealDecision(decision=line.id, argument="I disagree.")
            site.writer.write(Order(appeal, REP, site.ledger.now()))
    every = [
        line.id for line in lines(site.views, Filter(charter=CHARTER, rep=REP)) if line.appealed or line.overturned
    ]
    assert len(every) > PAGE
    rep = browse(REP)
    first = rep.get("/desk/mine/returned").text
    following = re.search(r'href="([^"]*)" rel="next"', first)
    assert following
    assert ids(first) + ids(rep.get(following[1]).text) == every[: 2 * PAGE]


def test_empty_lists_say_what_to_do(browse: Browse) -> None:
    nobody = browse(LEADER)
    assert "None of your decisions is like that" in nobody.get("/desk/mine?text=zzzz").text
    assert "Nothing waits here" in nobody.get("/desk/open?stage=asked").text

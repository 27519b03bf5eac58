"""Two people do the same to one decision in the same instant: one of them does it, the other is told what happened."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import NamedTuple

import pytest
from httpx import Response
from starlette.testclient import TestClient

from charter.decisions.commands import LogRequest
from charter.decisions.state import Stage
from charter.desk import Order
from projections.decision_register import Filter, lines
from tests.web.conftest import BENDING_REP, CHARTER, LEADER, OTHER_LEADER, REP, Browse
from web.site import Site

CASE = "ab" * 16
YES = {"answer": "yes", "effect": "upheld", "cite": "refund-24", "reason": "It was the same day."}
PARTLY = {"answer": "partly", "ground": "off-brand", "effect": "upheld", "cite": "refund-24", "reason": "Half of it."}
UPHOLD = {"reason": "It was told, in the confirmation."}


class Tab(NamedTuple):
    """A form that somebody has open."""

    who: TestClient
    address: str
    given: dict[str, str]

    def send(self) -> Response:
        """Send it."""
        return self.who.post(self.address, data=self.given, follow_redirects=False)


def open_tab(who: TestClient, decision: str, act: str, given: dict[str, str]) -> Tab:
    """The form with what is typed and what its page knows."""
    here = f"/desk/decisions/{decision}"
    page = who.get(here, params={} if act == "answer" else {"do": act}).text
    known = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', page))
    return Tab(who, f"{here}/{act}", known | given)


def at_once(*tabs: Tab) -> list[Response]:
    """What comes of them, sent in the same instant: those that did it come first."""
    start = Barrier(len(tabs))

    def send(tab: Tab) -> Response:
        start.wait(30)
        return tab.send()

    with ThreadPoolExecutor(len(tabs)) as threads:
        return sorted(threads.map(send, tabs), key=lambda answer: answer.status_code)


def declined(site: Site) -> str:
    """A no of a rep that nobody has looked at again."""
    wanted = Filter(charter=CHARTER, rep=REP, answer="no", stage="decided")
    return next(line.id for line in lines(site.views, wanted) if not line.appealed)


def appealed(site: Site, rep: TestClient) -> str:
    """The same, after an appeal that waits."""
    no = declined(site)
    open_tab(rep, no, "appeal", {"argument": "I was told otherwise."}).send()
    assert site.ledger.decision(no).stage is Stage.APPEALED
    return no


def test_of_two_answers_one_counts(site: Site, browse: Browse) -> None:
    site.writer.write(Order(LogRequest(decision=CASE, charter=CHARTER, request="Money?"), REP, site.ledger.now()))
    no = {"answer": "no", "ground": "off-brand", "cite": "refund-24", "reason": "It was used.", "channel": "phone"}
    tabs = [open_tab(browse(each), CASE, "answer", no) for each in (REP, BENDING_REP)]
    first, second = at_once(*tabs)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "This request was answered already: no." in second.text
    assert site.ledger.decision(CASE).version == 2


def test_of_two_appeals_one_is_logged(site: Site, browse: Browse) -> None:
    no = declined(site)
    before = site.ledger.decision(no).version
    tabs = [open_tab(browse(each), no, "appeal", {"argument": f"As {each} heard."}) for each in (REP, BENDING_REP)]
    first, second = at_once(*tabs)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "An appeal is waiting for an answer already." in second.text
    assert site.ledger.decision(no).version == before + 1


@pytest.mark.parametrize(
    ("one", "other"),
    [(("uphold", UPHOLD), ("reverse", YES)), (("reverse", YES), ("reverse", PARTLY)), (("uphold", UPHOLD),) * 2],
)
def test_of_two_who_judge_one_does_and_the_other_is_told_before_overruling_them(
    site: Site, browse: Browse, one: tuple[str, dict[str, str]], other: tuple[str, dict[str, str]]
) -> None:
    no = appealed(site, browse(REP))
    before = site.ledger.decision(no).version
    first, second = at_once(open_tab(browse(LEADER), no, *one), open_tab(browse(OTHER_LEADER), no, *other))
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Something was written about this decision since you opened this page." in second.text
    assert site.ledger.decision(no).version == before + 1


def test_who_has_read_what_the_other_did_may_judge_after_them(site: Site, browse: Browse) -> None:
    no = appealed(site, browse(REP))
    late = open_tab(browse(OTHER_LEADER), no, "reverse", YES)
    open_tab(browse(LEADER), no, "uphold", UPHOLD).send()
    told = late.send()
    assert told.status_code == 409
    assert "It was the same day." in told.text and "It was told, in the confirmation." in told.text
    seen = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', told.text))
    assert late._replace(given=YES | seen).send().status_code == 303


def test_the_same_tab_sent_twice_judges_once(site: Site, browse: Browse) -> None:
    no = appealed(site, browse(REP))
    tab = open_tab(browse(LEADER), no, "uphold", UPHOLD)
    assert [each.status_code for each in at_once(tab, tab)] == [303, 303]
    assert site.ledger.decision(no).stage is Stage.DECIDED

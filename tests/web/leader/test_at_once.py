"""Leaders at work on one charter at once: nobody overwrites or proposes unseen what another wrote meanwhile."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from starlette.testclient import TestClient

from charter.charters.commands import OnCharter, RevisePromise
from charter.desk import Order
from tests.web.conftest import CHARTER, LEADER, OTHER_LEADER, Browse
from tests.web.leader.test_leader import NEW, PROPOSAL, WHOLE, as_shown, make
from web.site import Site
from web.writer import Outcome


@pytest.fixture
def leader(browse: Browse) -> TestClient:
    """One of the leaders, signed in."""
    return browse(LEADER)


def sent(page: str, **more: str) -> dict[str, str]:
    """What a form sends: what its page showed, as it knows it, and what is typed."""
    [seen] = {*re.findall(r'name="seen" value="([^"]*)"', page)}
    return {"seen": seen} | more


def between(site: Site, monkeypatch: pytest.MonkeyPatch, theirs: OnCharter) -> None:
    """Let somebody else write in the moment in which the next order, already looked over, is on its way."""
    orders = site.writer.write_many

    def late(asked: Sequence[Order]) -> list[Outcome]:
        monkeypatch.setattr(site.writer, "write_many", orders)
        site.ledger.write(theirs, by=OTHER_LEADER)
        return orders(asked)

    monkeypatch.setattr(site.writer, "write_many", late)


def test_a_page_that_is_out_of_date_overwrites_nobodys_words_unseen(leader: TestClient, site: Site) -> None:
    make(leader)
    address = "/charter/promises/QUIET-CAR"
    stale = leader.get(address).text
    words = {"audience": "client"} | {name: value for name, value in NEW.items() if name != "code"}
    leader.post(address, data=words | {"owner": "Cabin lead", "why": "Somebody has to."})
    mine = words | {"title": "Quiet rows", "why": "Plainer."}
    answer = leader.post(address, data=mine | sent(stale))
    assert answer.status_code == 409
    assert "QUIET-CAR was reworded since you opened this page." in answer.text
    assert 'value="Quiet rows"' in answer.text
    assert site.ledger.charter(CHARTER).draft["QUIET-CAR"].owner == "Cabin lead"
    assert leader.post(f"{address}/retire", data={"why": "No."} | sent(stale)).status_code == 409
    again = leader.post(address, data=mine | sent(answer.text), follow_redirects=False)
    assert again.status_code == 303


def test_of_two_who_word_the_same_promise_the_second_sees_both_wordings_before_overwriting(
    leader: TestClient, browse: Browse, site: Site
) -> None:
    address, other = "/charter/promises/REFUND-24", browse(OTHER_LEADER)
    pages = [client.get(address).text for client in (leader, other)]
    first = leader.post(
        address, data=as_shown(pages[0], title="A day and a night", why="Clearer."), follow_redirects=False
    )
    assert first.status_code == 303
    second = other.post(address, data=as_shown(pages[1], title="One calm day", why="Warmer."))
    assert second.status_code == 409
    assert "What there is now, beside what you typed" in second.text
    beside = second.text.partition("beside what you typed")[2].partition("</table>")[0]
    now, typed = re.findall(r'<td data-label="(?:now|typed)">(.*?)</td>', beside)
    assert re.sub("<[^>]+>", "", now) == "A day and a night"
    assert re.sub("<[^>]+>", "", typed) == "One calm day"
    assert site.ledger.charter(CHARTER).draft["REFUND-24"].title == "A day and a night"


def test_the_two_wordings_pair_their_limits_as_the_ledger_will(leader: TestClient, site: Site) -> None:
    address, texts = "/charter/promises/QUIET-CAR", ["One.", "Two.", "Three.", "Four."]
    make(leader, limit_text=texts, limit_serves=["customer"] * 4, limit_code=[""] * 4)
    only = {"limit_text": ["Four."], "limit_serves": ["customer"], "limit_code": ["QUIET-CAR.4"], "why": "Enough."}
    leader.post(address, data=as_shown(leader.get(address).text) | only)
    page = leader.get(address).text
    site.ledger.write(RevisePromise(charter=CHARTER, code="QUIET-CAR", title="Theirs", why="Warmer."), by=OTHER_LEADER)
    mine = as_shown(page) | {"limit_text": ["Four.", "New."], "limit_serves": ["customer"] * 2, "why": "More."}
    answer = leader.post(address, data=mine | {"limit_code": ["QUIET-CAR.4", ""]})
    assert answer.status_code == 409
    beside = answer.text.partition("beside what you typed")[2].partition("</table>")[0]
    limits = {code: row for row in beside.split("<tr>") for code in re.findall(r"QUIET-CAR\.\d+", row)}
    assert limits.keys() == {"QUIET-CAR.5"}
    assert "New." in limits["QUIET-CAR.5"] and "Four." not in beside
    again = leader.post(address, data=mine | sent(answer.text), follow_redirects=False)
    assert again.status_code == 303
    kept = site.ledger.charter(CHARTER).draft["QUIET-CAR"].limits
    assert [(limit.code, limit.text) for limit in kept] == [("QUIET-CAR.4", "Four."), ("QUIET-CAR.5", "New.")]


def test_what_is_written_between_the_look_and_the_ledgers_own_is_not_overwritten(
    leader: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(site, monkeypatch, RevisePromise(charter=CHARTER, code="REFUND-24", title="Theirs", why="First."))
    page = leader.get("/charter/promises/REFUND-24").text
    answer = leader.post("/charter/promises/REFUND-24", data=as_shown(page, title="Mine", why="Second."))
    assert answer.status_code == 409
    assert "REFUND-24 was reworded since you opened this page." in answer.text
    assert site.ledger.charter(CHARTER).draft["REFUND-24"].title == "Theirs"


def test_what_is_written_elsewhere_in_the_charter_at_the_same_moment_is_no_hindrance(
    leader: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(site, monkeypatch, RevisePromise(charter=CHARTER, code="BAG-FIRST", title="Theirs", why="First."))
    page = leader.get("/charter/promises/REFUND-24").text
    answer = leader.post(
        "/charter/promises/REFUND-24", data=as_shown(page, title="Mine", why="Second."), follow_redirects=False
    )
    assert answer.status_code == 303
    draft = site.ledger.charter(CHARTER).draft
    assert (draft["REFUND-24"].title, draft["BAG-FIRST"].title) == ("Mine", "Theirs")


def test_a_promise_that_was_taken_out_meanwhile_can_be_made_again_as_it_was_typed(
    leader: TestClient, browse: Browse
) -> None:
    page = leader.get("/charter/promises/REFUND-24").text
    other = browse(OTHER_LEADER)
    gone = other.get("/charter/promises/REFUND-24").text
    other.post("/charter/promises/REFUND-24/retire", data={"why": "No more."} | sent(gone))
    answer = leader.post("/charter/promises/REFUND-24", data=as_shown(page, title="One calm day", why="Warmer."))
    assert answer.status_code == 404
    assert 'value="REFUND-24"' in answer.text and 'value="One calm day"' in answer.text
    assert 'action="/charter/promises/new"' in answer.text
    assert "to make it again" in answer.text
    assert "keeps its code" not in answer.text and "REFUND-24.1</label>" not in answer.text
    assert "keeps its code" in page


def test_who_takes_out_a_promise_that_is_gone_is_led_to_the_draft(leader: TestClient) -> None:
    page = leader.get("/charter/promises/REFUND-24").text
    for said in ("REFUND-24 is taken out of the draft.", "The draft has no promise REFUND-24."):
        answer = leader.post("/charter/promises/REFUND-24/retire", data=sent(page, why="No more."))
        assert (answer.status_code, answer.url.path) == (200, "/charter")
        assert said in answer.text


def test_words_that_came_into_the_draft_meanwhile_are_not_proposed_unseen(
    leader: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(leader, **WHOLE)
    page = leader.get("/charter/propose").text
    between(site, monkeypatch, RevisePromise(charter=CHARTER, code="BAG-FIRST", title="Theirs", why="First."))
    answer = leader.post("/charter/propose", data=PROPOSAL | sent(page))
    assert answer.status_code == 409
    assert "The draft was changed since you opened this page." in answer.text
    assert len(site.ledger.charter(CHARTER).revisions) == 3
    assert leader.post("/charter/propose", data=PROPOSAL | sent(answer.text), follow_redirects=False).status_code == 303


def test_the_same_proposal_from_a_second_page_is_not_made_twice_and_leads_to_the_first(
    leader: TestClient, site: Site
) -> None:
    make(leader, **WHOLE)
    page = leader.get("/charter/propose").text
    for status in (303, 409):
        answer = leader.post("/charter/propose", data=PROPOSAL | sent(page), follow_redirects=False)
        assert answer.status_code == status
    assert "Revision 4 says just this and waits for approval." in answer.text
    assert "send it once more" not in answer.text
    assert 'href="/charter/revisions/4"' in answer.text and "Tom: too few." in answer.text
    assert leader.post("/charter/propose", data=PROPOSAL | sent(answer.text)).status_code == 409
    assert len(site.ledger.charter(CHARTER).revisions) == 4


def test_another_proposal_that_came_meanwhile_is_read_before_one_more_is_made(
    leader: TestClient, browse: Browse, site: Site
) -> None:
    make(leader, **WHOLE)
    page = leader.get("/charter/propose").text
    browse(OTHER_LEADER).post("/charter/propose", data=PROPOSAL)
    site.ledger.write(RevisePromise(charter=CHARTER, code="BAG-FIRST", title="Theirs", why="First."), by=OTHER_LEADER)
    answer = leader.post("/charter/propose", data=PROPOSAL | sent(page))
    assert answer.status_code == 409
    assert "Revision 4 was proposed since you opened this page." in answer.text
    assert leader.post("/charter/propose", data=PROPOSAL | sent(answer.text), follow_redirects=False).status_code == 303

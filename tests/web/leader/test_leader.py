"""The leader's desk: a draft that says what it misses, promises worded, and a revision brought to publication."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from tests.web.conftest import CHARTER, LEADER, OTHER_LEADER, REP, REVIEWER, Browse, Served, axe
from web.site import Site

NEW = {
    "code": "QUIET-CAR",
    "title": "A quiet row",
    "statement": "Ask for a quiet row when you book, and we keep it quiet.",
    "limit_text": ["Rows near the galley are never quiet.", ""],
    "limit_serves": ["customer", "company"],
    "limit_code": ["", ""],
}
WHOLE = {
    "promise_class": "differentiator",
    "owner": "Cabin lead",
    "feels": "rest",
    "does": "books",
    "outcome": "referral",
}
PROPOSAL = {"summary": "Quiet rows.", "participants": "Mara\nInes", "options": "Do nothing", "dissent": "Tom: too few."}


@pytest.fixture
def leader(browse: Browse) -> TestClient:
    """The leader, signed in."""
    return browse(LEADER)


def make(leader: TestClient, **more: str) -> None:
    """Put the new promise into the draft."""
    assert leader.post("/charter/promises/new", data=NEW | more, follow_redirects=False).status_code == 303


def test_the_draft_says_what_it_misses_with_the_page_that_mends_it(leader: TestClient) -> None:
    make(leader)
    page = leader.get("/charter").text
    for lack in ("class", "owner", "So What chain"):
        assert f"QUIET-CAR has no {lack}." in page
    assert 'href="/charter/promises/QUIET-CAR"' in page
    for field in ("promise_class", "owner", "feels"):
        assert f'href="/charter/promises/QUIET-CAR#field-{field}"' in page
        assert f'id="field-{field}"' in leader.get("/charter/promises/QUIET-CAR").text


def test_a_new_promise_keeps_its_limits_in_order_and_drops_empty_rows(leader: TestClient, site: Site) -> None:
    make(leader)
    [limit] = site.ledger.charter(CHARTER).draft["QUIET-CAR"].limits
    assert (limit.code, limit.text, limit.serves) == (
        "QUIET-CAR.1",
        "Rows near the galley are never quiet.",
        "customer",
    )


def test_a_reworded_promise_changes_only_what_was_typed_anew(leader: TestClient, site: Site) -> None:
    make(leader, **WHOLE)
    form = NEW | WHOLE | {"limit_code": ["QUIET-CAR.1", ""], "owner": "", "title": "Quiet rows", "why": "Shorter."}
    form["audience"] = "client"
    assert leader.post("/charter/promises/QUIET-CAR", data=form, follow_redirects=False).status_code == 303
    promise = site.ledger.charter(CHARTER).draft["QUIET-CAR"]
    assert (promise.title, promise.owner, promise.feels) == ("Quiet rows", None, "rest")
    assert [limit.code for limit in promise.limits] == ["QUIET-CAR.1"]


def test_a_refused_promise_keeps_all_that_was_typed(leader: TestClient) -> None:
    answer = leader.post("/charter/promises/new", data=NEW | {"code": "quiet car"})
    assert answer.status_code == 422
    assert "Code is not a code" in answer.text
    assert "Rows near the galley are never quiet." in answer.text
    assert "we keep it quiet" in answer.text


def test_a_revision_comes_from_the_draft_to_publication_with_two_people(
    leader: TestClient, browse: Browse, site: Site
) -> None:
    make(leader, **WHOLE)
    proposed = leader.post("/charter/propose", data=PROPOSAL, follow_redirects=False)
    assert proposed.headers["location"] == "/charter/revisions/4"
    assert "It can be approved" not in leader.get("/charter/revisions/4").text
    assert 'action="/charter/revisions/4/approve"' not in leader.get("/charter/revisions/4").text  # the author's own
    reviewer = browse(REVIEWER)
    assert 'action="/charter/revisions/4/approve"' in reviewer.get("/charter/revisions/4").text
    reviewer.post("/charter/revisions/4/approve", data={"note": "Good."})
    leader.post("/charter/revisions/4/publish", data={"effective_from": ""})
    assert "QUIET-CAR" in site.ledger.charter(CHARTER).published[-1].promises[-1].code


def test_an_author_who_types_the_address_of_the_approval_is_refused_by_the_rule(leader: TestClient) -> None:
    make(leader, **WHOLE)
    leader.post("/charter/propose", data=PROPOSAL)
    answer = leader.post("/charter/revisions/4/approve", data={})
    assert answer.status_code == 409
    assert "Have somebody else approve it." in answer.text


def test_publishing_names_all_that_is_missing_at_once(leader: TestClient, browse: Browse) -> None:
    make(leader)
    leader.post("/charter/propose", data=PROPOSAL)
    browse(OTHER_LEADER).post("/charter/revisions/4/approve", data={})
    answer = leader.post("/charter/revisions/4/publish", data={})
    assert answer.status_code == 409
    assert answer.text.count("QUIET-CAR has no") >= 3


def test_two_revisions_are_shown_side_by_side(leader: TestClient) -> None:
    page = leader.get("/charter/revisions/3/diff?from=2").text
    assert "within five days</ins>" in page
    assert "PARTNER-14" in page


def test_a_rep_reads_the_draft_and_is_offered_nothing_to_change(browse: Browse) -> None:
    page = browse(REP).get("/charter").text
    assert "/charter/promises/new" not in page
    answer = browse(REP).post("/charter/promises/new", data=NEW)
    assert answer.status_code == 403


def test_revisions_are_narrowed_down_paged_and_taken_away(leader: TestClient) -> None:
    assert "/charter/revisions/2" not in leader.get("/charter/revisions?status=in+force").text.partition("<table")[2]
    assert "/charter/revisions/3" not in leader.get("/charter/revisions?before=3").text.partition("<table")[2]
    rows = leader.get("/charter/revisions?format=csv").text.splitlines()
    assert rows[0].startswith("revision,status,effective_from")
    assert [row.split(",")[0] for row in rows[1:]] == ["3", "2", "1"]


def test_who_has_read_a_revision_is_counted_by_department_and_taken_away_as_csv(leader: TestClient) -> None:
    page = leader.get("/charter/revisions/3/readers").text
    assert " of " in page
    rows = leader.get("/charter/revisions/3/readers?format=csv").text.splitlines()
    assert rows[0] == "department,person,acknowledged_at"
    assert len(rows) > 5


def test_a_revision_that_is_not_there_is_not_found_in_words(leader: TestClient) -> None:
    answer = leader.get("/charter/revisions/99")
    assert answer.status_code == 404
    assert "no revision 99" in answer.text


def sent(page: str, **more: str) -> dict[str, str]:
    """What a form sends: what its page showed, as it knows it, and what is typed."""
    [seen] = {*re.findall(r'name="seen" value="([^"]*)"', page)}
    return {"seen": seen} | more


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


def test_the_same_proposal_from_a_second_page_is_not_made_twice(leader: TestClient, site: Site) -> None:
    make(leader, **WHOLE)
    page = leader.get("/charter/propose").text
    for status in (303, 409):
        answer = leader.post("/charter/propose", data=PROPOSAL | sent(page), follow_redirects=False)
        assert answer.status_code == status
    assert "Revision 4 was proposed since you opened this page." in answer.text
    assert len(site.ledger.charter(CHARTER).revisions) == 4


def test_where_nothing_has_changed_no_form_asks_for_a_proposal(leader: TestClient) -> None:
    page = leader.get("/charter/propose").text
    assert "there is nothing to propose" in page
    assert 'name="summary"' not in page


def test_the_first_revision_is_compared_with_none(leader: TestClient) -> None:
    assert "It is the first." in leader.get("/charter/revisions/1/diff").text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 320])
def test_axe_finds_nothing_on_the_leaders_pages(served: Served, page: Page, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
    page.set_viewport_size({"width": width, "height": 800})
    served.sign_in(page, LEADER)
    for path in ("", "/promises/new", "/promises/REFUND-24", "/propose", "/revisions", "/revisions/3", "/open"):
        page.goto(f"{served.address}/charter{path}")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path

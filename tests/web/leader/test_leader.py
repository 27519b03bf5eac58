"""The leader's desk: a draft that says what it misses, promises worded, and a revision brought to publication."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from charter.charters.commands import OpenCharter
from charter.charters.promise import Promise
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from projections.plain import long_day
from tests.web.conftest import ADMIN, CHARTER, LEADER, OTHER_LEADER, REP, REVIEWER, Browse, Served
from web.pages import day
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


def make(leader: TestClient, **more: str | list[str]) -> None:
    """Put the new promise into the draft."""
    assert leader.post("/charter/promises/new", data=NEW | more, follow_redirects=False).status_code == 303


def as_shown(page: str, **more: str) -> dict[str, str | list[str]]:
    """What the form of a promise sends when nothing is typed but `more`."""
    form = page.partition('<form method="post" action="/charter/promises/')[2].partition("</form>")[0]
    found: dict[str, str | list[str]] = {"limit_code": [], "limit_text": [], "limit_serves": []}
    fields = re.findall(r'<input [^>]*?value="([^"]*)"[^>]*? name="(\w+)"', form)
    fields += [
        (text, name) for name, text in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    ]
    fields += [(value, name) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)]
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        fields += [(value, name) for value in re.findall(r'value="([^"]*)" selected', options)]
    for value, name in fields:
        known = found.get(name)
        if isinstance(known, list):
            known.append(unescape(value))
        else:
            found[name] = unescape(value)
    return found | more


def test_the_draft_says_what_it_misses_with_the_page_that_mends_it(leader: TestClient) -> None:
    make(leader)
    page = leader.get("/charter").text
    for lack in ("class", "owner", "So What chain"):
        assert f"QUIET-CAR has no {lack}." in page
    assert 'href="/charter/promises/QUIET-CAR"' in page
    mends = {
        "promise_class": "Give QUIET-CAR a class",
        "owner": "Give QUIET-CAR an owner",
        "feels": "Tell the So What chain of QUIET-CAR",
    }
    for field, button in mends.items():
        assert f'href="/charter/promises/QUIET-CAR#field-{field}">{button}</a>' in page
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


def test_every_field_that_may_be_empty_is_emptied_and_no_other_is_offered_empty(leader: TestClient, site: Site) -> None:
    make(leader, **WHOLE, measure="Rows kept quiet", target="95", unit="%", remedy="A voucher.", review_on="2027-05-01")
    page = leader.get("/charter/promises/QUIET-CAR").text
    audience = page.partition('name="audience"')[2].partition("</select>")[0]
    assert '<option value="client" selected>' in audience and 'value=""' not in audience
    assert "Audience</label>" in page  # and not: optional
    typed = as_shown(page)
    empty = {name: "" for name in typed if name not in ("title", "statement", "audience", "seen", "code")}
    rows = {name: value for name, value in typed.items() if name.startswith("limit_")} | {"limit_text": ["", "", ""]}
    answer = leader.post(
        "/charter/promises/QUIET-CAR", data=typed | empty | rows | {"why": "Less."}, follow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    promise = site.ledger.charter(CHARTER).draft["QUIET-CAR"]
    assert promise == Promise(code="QUIET-CAR", title=NEW["title"], statement=NEW["statement"])


def test_the_form_says_of_each_field_whether_it_is_needed_to_publish(leader: TestClient) -> None:
    page = leader.get("/charter/promises/new").text
    labels = re.findall(r'<label for="field-(\w+)">[^<]*<span class="optional">([^<]*)</span>', page)
    assert {name for name, note in labels if note == "needed to publish"} == set(WHOLE)
    assert ("measure", "optional") in labels
    for needed in WHOLE:
        worded = {name: text for name, text in WHOLE.items() if name != needed}
        assert Promise.model_validate({**worded, "code": "A-B", "title": "t", "statement": "s"}).missing, needed


def test_each_part_of_the_so_what_chain_asks_something_else(leader: TestClient) -> None:
    page = leader.get("/charter/promises/new").text
    asked = [re.findall(rf'<small id="field-help-{name}">([^<]*)<', page) for name in ("feels", "does", "outcome")]
    assert len({said for [said] in asked}) == 3
    assert not [said for [said] in asked if said.startswith("So what?")]


def test_the_button_that_changes_a_wording_says_so(leader: TestClient) -> None:
    make(leader)
    page = leader.get("/charter/promises/QUIET-CAR").text
    assert '<button type="submit">Put the new wording into the draft</button>' in page
    assert "Keep the wording" not in page


def test_a_revision_that_waits_names_who_may_approve_it(leader: TestClient, browse: Browse, site: Site) -> None:
    def named() -> str:
        page = leader.get("/charter/revisions/4").text
        return page.partition("<dt>Who may approve it</dt><dd>")[2].partition("</dd>")[0]

    make(leader, **WHOLE)
    leader.post("/charter/propose", data=PROPOSAL)
    assert re.findall(r"\((\w+)\)", named()) == [REVIEWER, OTHER_LEADER]  # not its author, and no rep
    site.write(OpenCharter(charter="other", brand="Other", style="Plain."), LEADER)
    for number in range(5):
        site.write(RegisterPerson(person=f"rev{number}", full_name=f"Rev {number}"), ADMIN)
        where = "other" if number == 4 else CHARTER
        site.write(GrantRole(person=f"rev{number}", role=Role.REVIEWER, charter=where), ADMIN)
    assert named().endswith("(rev0), Rev 1 (rev1), Rev 2 (rev2) and 1 more")
    browse(REVIEWER).post("/charter/revisions/4/approve", data={})
    assert "Who may approve it" not in leader.get("/charter/revisions/4").text


def test_a_refused_promise_keeps_all_that_was_typed(leader: TestClient) -> None:
    answer = leader.post("/charter/promises/new", data=NEW | {"code": "quiet car"})
    assert answer.status_code == 422
    assert "Code has to be capitals, digits and hyphens, like REFUND-30." in answer.text
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
    leader.post("/charter/revisions/4/publish", data={"effective_from": "", "meant": "true"})
    assert "QUIET-CAR" in site.ledger.charter(CHARTER).published[-1].promises[-1].code


def approved(leader: TestClient, browse: Browse) -> None:
    """Bring the draft, with its new promise, to where it can be published."""
    make(leader, **WHOLE)
    leader.post("/charter/propose", data=PROPOSAL)
    browse(REVIEWER).post("/charter/revisions/4/approve", data={})


def test_who_publishes_reads_first_what_will_happen_and_says_that_it_is_meant(
    leader: TestClient, browse: Browse, site: Site
) -> None:
    approved(leader, browse)
    page = " ".join(leader.get("/charter/revisions/4").text.split())
    today = day(site.ledger.charter(CHARTER).standing.day(site.ledger.now()))
    assert f"Revision 4 becomes the charter of Larkwing Air: at once if you choose today, {today}, or no day" in page
    assert "Until then revision 3 stays in force." in page
    assert f"{len(site.ledger.people())} people are asked to acknowledge it." in page
    answer = leader.post("/charter/revisions/4/publish", data={"effective_from": "2030-01-01"})
    assert answer.status_code == 409
    assert "Revision 4 was not published" in answer.text and 'value="2030-01-01"' in answer.text
    assert len(site.ledger.charter(CHARTER).published) == 3
    leader.post("/charter/revisions/4/publish", data={"effective_from": "2030-01-01", "meant": "true"})
    assert len(site.ledger.charter(CHARTER).published) == 4


def test_who_publishes_after_one_that_is_for_a_later_day_reads_what_is_in_force_until_when(
    leader: TestClient, browse: Browse
) -> None:
    approved(leader, browse)
    leader.post("/charter/revisions/4/publish", data={"effective_from": "2030-01-01", "meant": "true"})
    leader.post(
        "/charter/promises/QUIET-CAR",
        data=as_shown(leader.get("/charter/promises/QUIET-CAR").text, title="Hush", why="Shorter."),
    )
    leader.post("/charter/propose", data=PROPOSAL)
    browse(REVIEWER).post("/charter/revisions/5/approve", data={})
    page = leader.get("/charter/revisions/5").text
    assert "Revision 3 stays in force until 1 January 2030." in page
    assert "Revision 4 takes effect on 1 January 2030 and stays in force until the day you choose." in page
    assert "Choose 1 January 2030 or a later day." in page and "at once" not in page
    assert "today when left out" not in page
    for day_chosen, status in (("", 409), ("2029-12-31", 409), ("2030-01-01", 303)):
        answer = leader.post(
            "/charter/revisions/5/publish", data={"effective_from": day_chosen, "meant": "true"}, follow_redirects=False
        )
        assert answer.status_code == status


def test_who_publishes_once_more_is_told_so_and_shown_no_form(leader: TestClient, browse: Browse, site: Site) -> None:
    approved(leader, browse)
    for _ in range(2):
        answer = leader.post("/charter/revisions/4/publish", data={"meant": "true"}, follow_redirects=False)
    assert answer.status_code == 409
    today = long_day(site.ledger.charter(CHARTER).standing.day(site.ledger.now()))
    assert f"Revision 4 is published already, and took effect on {today}." in answer.text
    assert "becomes the charter of" not in answer.text
    assert 'action="/charter/revisions/4/publish"' not in answer.text


def test_publishing_takes_one_deliberate_step_by_keyboard_and_without_javascript(
    served: Served, browser: Browser, browse: Browse, leader: TestClient
) -> None:
    approved(leader, browse)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    served.sign_in(page, LEADER)
    page.goto(f"{served.address}/charter/revisions/4")
    box = page.get_by_label("I mean it: publish revision 4")
    expect(box).to_have_attribute("required", "")  # so that the browser sends nothing before it is ticked
    assert len(served.site.ledger.charter(CHARTER).published) == 3
    box.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Revision 4 is published.")).to_be_visible()
    assert len(served.site.ledger.charter(CHARTER).published) == 4
    context.close()


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
    answer = leader.post("/charter/revisions/4/publish", data={"meant": "true"})
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


def test_nobody_is_asked_to_read_a_revision_that_is_not_published(leader: TestClient, browse: Browse) -> None:
    approved(leader, browse)
    answer = leader.get("/charter/revisions/4/readers")
    assert answer.status_code == 404
    assert re.search(r"Revision 4 of [\w ]+ is not published, so nobody is asked to read it yet\.", answer.text)


def test_a_revision_that_is_not_there_is_not_found_in_words(leader: TestClient) -> None:
    answer = leader.get("/charter/revisions/99")
    assert answer.status_code == 404
    assert "no revision 99" in answer.text


def test_where_nothing_has_changed_no_form_asks_for_a_proposal(leader: TestClient) -> None:
    page = leader.get("/charter/propose").text
    assert "there is nothing to propose" in page
    assert 'name="summary"' not in page


def test_a_draft_that_is_proposed_already_says_which_revision_waits_and_asks_for_no_other(leader: TestClient) -> None:
    make(leader, **WHOLE)
    leader.post("/charter/propose", data=PROPOSAL)
    for address in ("/charter", "/charter/propose"):
        page = leader.get(address).text
        assert 'href="/charter/revisions/4"' in page
        assert "Revision 4 says just what the draft says, so there is nothing to propose while it waits." in page
        assert 'href="/charter/propose"' not in page and 'name="summary"' not in page
    leader.post("/charter/promises/QUIET-CAR/retire", data={"why": "No."})
    make(leader, **WHOLE | {"owner": "Crew"})
    assert 'href="/charter/propose"' in leader.get("/charter").text
    page = leader.get("/charter/propose").text
    assert 'href="/charter/revisions/4"' in page and "nothing to propose" not in page and 'name="summary"' in page


def test_the_first_revision_is_compared_with_none(leader: TestClient) -> None:
    assert "It is the first." in leader.get("/charter/revisions/1/diff").text

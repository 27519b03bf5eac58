"""From the page where one signs in to what one came for: a charter changed, and somebody let in, in a real browser.

The rep's way is walked by keyboard alone in `rep/test_by_keyboard`, the reviewer's in `review/test_browser`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from charter.terms import Role
from tests.web.conftest import ADMIN, CHARTER, OTHER_LEADER, PASSWORD, REP, REVIEWER, Served

Open = Callable[[], Page]


@pytest.fixture
def another(browser: Browser) -> Iterator[Open]:
    """Opens the browser of somebody else."""
    opened = []

    def open_it() -> Page:
        opened.append(browser.new_context(locale="en-GB"))
        return opened[-1].new_page()

    yield open_it
    for context in opened:
        context.close()


def said(page: Page, words: str) -> None:
    """The page says that it is done."""
    expect(page.get_by_role("status").first).to_contain_text(words)


def test_a_leader_words_a_promise_and_brings_it_into_force(served: Served, page: Page, another: Open) -> None:
    served.come_in(page, OTHER_LEADER)
    expect(page.get_by_role("heading", level=1)).to_have_text("The draft of Larkwing Air")
    page.get_by_role("button", name="Make a promise").click()
    page.get_by_label("Code").fill("QUIET-ROW")
    page.get_by_label("Title").fill("A quiet row")
    page.get_by_label("Statement").fill("Ask for a quiet row when you book, and we keep it quiet.")
    page.get_by_label("new limit").first.fill("Rows near the galley are never quiet.")
    page.get_by_role("button", name="Put it into the draft").click()
    said(page, "QUIET-ROW is in the draft.")
    expect(page.get_by_text("QUIET-ROW has no owner.")).to_be_visible()

    page.get_by_role("button", name="Give QUIET-ROW a class").click()
    page.get_by_label("Class").select_option("differentiator")
    page.get_by_label("Owner").fill("Cabin lead")
    page.get_by_label("What the customer feels").fill("Rest")
    page.get_by_label("What they then do").fill("Books again")
    page.get_by_label("What that brings us").select_option("referral")
    page.get_by_label("Why the wording changes").fill("It said nothing of whose it is.")
    page.get_by_role("button", name="Put the new wording into the draft").click()
    said(page, "QUIET-ROW is reworded in the draft.")
    expect(page.get_by_text("QUIET-ROW has no")).to_have_count(0)

    page.get_by_role("button", name="Propose a revision").click()
    page.get_by_label("Summary").fill("Quiet rows.")
    page.get_by_label("Participants").fill("Mara\nInes")
    page.get_by_label("Options").fill("Leave it as it is")
    page.get_by_role("button", name="Propose it").click()
    said(page, "Somebody else has to approve it.")
    expect(page.get_by_role("button", name="Publish revision 4")).to_have_count(0)

    reviewer = another()
    served.come_in(reviewer, REVIEWER)
    reviewer.get_by_role("link", name="Charter", exact=True).click()
    reviewer.get_by_role("link", name="Revision 4").click()
    reviewer.get_by_role("button", name="Approve revision 4").click()
    said(reviewer, "You have approved revision 4.")

    page.reload()
    page.get_by_label("I mean it").check()
    page.get_by_role("button", name="Publish revision 4").click()
    said(page, "Revision 4 is published.")
    page.get_by_role("link", name="The public charter").click()
    expect(page.get_by_text("Ask for a quiet row when you book")).to_be_visible()

    rep = another()
    served.come_in(rep, REP)
    rep.get_by_role("link", name="Charter", exact=True).click()
    rep.get_by_role("link", name="Revisions").click()
    rep.get_by_role("link", name="4", exact=True).click()
    rep.get_by_role("button", name="I have read it").click()
    said(rep, "You have acknowledged revision 4.")
    page.goto(f"{served.address}/charter/revisions/4/readers")
    expect(page.locator("[data-label='Who has']")).to_contain_text("Tom")


def test_an_admin_lets_somebody_in_and_shuts_them_out(served: Served, page: Page, another: Open) -> None:
    served.come_in(page, ADMIN)
    page.get_by_role("link", name="People and system").click()
    page.get_by_label("Person").fill("nora")
    page.get_by_label("Full name").fill("Nora Winter")
    page.get_by_role("button", name="Register").click()
    said(page, "nora is registered")
    page.goto(f"{served.address}/admin/people/nora")
    page.get_by_label("Role").select_option("rep")
    page.get_by_label("For", exact=True).select_option(CHARTER)
    page.get_by_role("button", name="Grant the role").click()
    page.get_by_role("button", name="Make a link to sign in").click()
    link = page.locator("#link").input_value()

    nora = another()
    nora.goto(link)
    nora.locator("#field-password").fill(PASSWORD)
    nora.get_by_role("button", name="Set the password").click()
    expect(nora.locator("#field-request")).to_be_focused()
    actor = served.site.ledger.person("nora").actor
    assert actor is not None and actor.has(Role.REP, CHARTER)

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Shut nora out").click()
    expect(page.get_by_text("cannot sign in yet")).to_be_visible()
    nora.goto(f"{served.address}/desk")
    expect(nora.get_by_role("heading", name="Sign in")).to_be_visible()

"""The very first visit, in a real browser and by the keyboard alone: from the link that is printed to being in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from charter.ledger import Ledger
from tests.web.access.looks import wrong_with
from tests.web.conftest import Served
from web.access.invitations import first_run_link

GOOD = "four unrelated garden gnomes"


@pytest.fixture
def ledger(empty: Ledger) -> Ledger:
    """A ledger in which nobody has written."""
    return empty


def test_from_the_first_link_to_an_empty_desk_by_the_keyboard_alone(ledger: Ledger, page: Page, served: Served) -> None:
    link = first_run_link(served.site)
    assert link
    page.goto(link)
    assert wrong_with(page) == []
    expect(page.locator("#field-person")).to_be_focused()
    page.keyboard.type("Ann W")
    for text in ("Ann Weaver", GOOD):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert wrong_with(page) == []
    page.locator("#field-person").fill("ann")
    page.locator("#field-password").fill(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You can sign in from now on")
    assert ledger.person("ann").registered

"""What holds on the pages of every desk: on paper, on a small screen, pressed twice, and before something is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.web.conftest import ADMIN, LEADER, REP, REVIEWER, Served
from web.access.tokens import Scope

A4 = 794
"""Pixels across a sheet, as browsers count them."""
PAGES = [
    (REP, "/desk/mine"),
    (REP, "/charter"),
    (LEADER, "/charter/revisions"),
    (LEADER, "/charter/revisions/3"),
    (LEADER, "/charter/revisions/3/readers"),
    (REVIEWER, "/review"),
    (REVIEWER, "/review/decisions"),
    (REVIEWER, "/review/log"),
    (ADMIN, "/admin/people/tom"),
    (ADMIN, "/admin/system"),
]
CONTROLS = "button, input:not([type=hidden]), select, textarea, summary, nav a, [role=button], a[href*='format=']"
LISTS = [
    (LEADER, "/charter/revisions"),
    (LEADER, "/charter/revisions/3/readers"),
    (ADMIN, "/admin"),
    (ADMIN, "/admin/access"),
    (ADMIN, "/admin/system"),
    (ADMIN, "/you"),
]
SIDEWAYS = "[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth).length"

PRESSED_TWICE = """(button) => {
  const went = [];
  window.addEventListener("submit", (event) => {
    went.push(!event.defaultPrevented);
    event.preventDefault();
  });
  button.click();
  button.click();
  return went;
}"""
"""Whether each of two presses was let go; in truth none is sent."""


@pytest.mark.parametrize(("person", "path"), PAGES)
def test_paper_shows_what_there_is_to_read_and_nothing_to_press(
    served: Served, page: Page, person: str, path: str
) -> None:
    served.sign_in(page, person)
    page.set_viewport_size({"width": A4, "height": 1123})
    page.goto(served.address + path)
    page.emulate_media(media="print", color_scheme="dark")
    assert [each.inner_text() for each in page.locator(CONTROLS).all() if each.is_visible()] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= A4
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(22, 32, 42)"  # ink, not light on dark
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.parametrize(("person", "path"), LISTS)
def test_a_list_is_read_on_a_small_screen_without_moving_it_sideways(
    served: Served, page: Page, person: str, path: str
) -> None:
    served.sign_in(page, person)
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(served.address + path)
    expect(page.locator("table.stack").first).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0


def test_what_is_pressed_twice_is_sent_once(served: Served, page: Page) -> None:
    served.sign_in(page, REP)
    page.goto(f"{served.address}/you")
    page.get_by_label("What will use it").fill("a script")
    assert page.get_by_role("button", name="Make the token").evaluate(PRESSED_TWICE) == [True, False]


@pytest.mark.parametrize("sure", [False, True])
def test_a_token_ends_only_when_it_is_meant(served: Served, page: Page, sure: bool) -> None:
    served.site.accounts.tokens.make(REP, "a script", [Scope.READ])
    served.sign_in(page, REP)
    page.goto(f"{served.address}/you")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        (dialog.accept if sure else dialog.dismiss)()

    page.on("dialog", answer)
    page.get_by_role("button", name="Revoke a script").click()
    expect(page.get_by_role("button", name="Revoke a script")).to_have_count(0 if sure else 1)
    assert asked == ["End the token a script? What uses it stops working at once."]


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A window whose browser runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_without_scripts_nothing_is_offered_that_needs_them(served: Served, plain: Page) -> None:
    served.sign_in(plain, REP)
    plain.goto(f"{served.address}/you")
    plain.get_by_label("What will use it").fill("a script")
    plain.get_by_role("button", name="Make the token").click()
    expect(plain.get_by_label("Token")).to_be_visible()
    expect(plain.get_by_text("Copy", exact=True)).to_be_hidden()

"""Coming in with a real browser, with and without JavaScript, in light, dark and on small screens."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.access.looks import wrong_with
from tests.web.conftest import Served
from web.access.invitations import invite

GOOD, BETTER = "four unrelated garden gnomes", "seven quite unlikely teapots"


def test_each_page_of_coming_in_is_well(page: Page, served: Served) -> None:
    page.goto(invite(served.site, "bob"))
    assert wrong_with(page) == []
    expect(page.locator("#field-password")).to_be_focused()
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/welcome/" not in url)
    page.goto(f"{served.address}/you")
    assert wrong_with(page) == []
    page.get_by_label("What will use it").fill("the robot")
    page.get_by_role("button", name="Make the token").click()
    token = served.site.accounts.bearer(page.locator("#new-token").input_value())
    assert token and token.person == "bob" and token.name == "the robot"
    assert wrong_with(page) == []
    page.reload()
    expect(page.get_by_text("A token is shown only once.")).to_be_visible()
    expect(page.get_by_role("cell", name="the robot", exact=True)).to_be_visible()
    assert wrong_with(page) == []
    page.get_by_label("Present password").fill(BETTER)
    page.get_by_label("New password").fill(BETTER)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_contain_text("not your present password")
    assert wrong_with(page) == []
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.goto(f"{served.address}/sign-in")
    assert wrong_with(page) == []
    page.keyboard.type("bob")
    page.keyboard.press("Tab")
    page.keyboard.type(BETTER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    assert wrong_with(page) == []
    page.goto(f"{served.address}/welcome/{'x' * 43}")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()
    assert wrong_with(page) == []


def test_without_javascript_one_comes_in_and_goes_out_and_back_shows_nothing(browser: Browser, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(invite(served.site, "bob"))
    page.locator("#field-password").fill(GOOD)
    page.get_by_role("button", name="Set the password").click()
    page.goto(f"{served.address}/you")
    expect(page.get_by_role("heading", name="Bob Field")).to_be_visible()
    page.locator("header").get_by_role("button", name="Sign out").click()
    page.goto(f"{served.address}/sign-in?next=/you")
    page.locator("#field-person").fill("bob")
    page.locator("#field-password").fill(GOOD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/you")
    page.locator("header").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="What we promise")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.reload()
    expect(page.get_by_role("status")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name="Bob Field")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("way", ["form", "fetch"])
def test_another_sites_page_can_write_nothing_in_a_signed_in_browser(page: Page, served: Served, way: str) -> None:
    served.sign_in(page, "bob")
    page.route(
        "http://evil.test/*",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{served.address}/you/sessions/end-others"><button>x</button></form>',
        ),
    )
    page.goto("http://evil.test/page")
    served.site.accounts.sessions.begin("bob", "password", None)
    if way == "form":
        page.get_by_role("button").click()
        page.wait_for_load_state()
    else:
        options = "{method: 'POST', credentials: 'include', mode: 'no-cors'}"
        page.evaluate(f"fetch('{served.address}/you/sessions/end-others', {options}).then(() => 1, () => 0)")
    assert len(served.site.accounts.sessions.of("bob")) == 2

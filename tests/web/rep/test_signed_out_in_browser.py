"""In a real browser: a session ends in the middle of a call, and not a word of it is lost or left behind."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from charter.terms import Answer
from tests.web.access.looks import wrong_with
from tests.web.conftest import LEADER, PASSWORD, REP, Served
from tests.web.rep.test_by_keyboard import REASON, REQUEST, answer_no, newest, press, write
from web.access.invitations import entry_link
from web.access.keeping import KeptPage
from web.access.kept import MOST_IN_ALL
from web.access.links import Kind


@pytest.fixture
def desk(served: Served, page: Page) -> Page:
    """The desk of a rep who has signed in, and has a password."""
    for person in (REP, LEADER):
        served.site.accounts.welcome(served.site.accounts.links.make(Kind.INVITATION, person), PASSWORD)
    served.sign_in(page, REP)
    page.goto(f"{served.address}/desk")
    return page


def is_there_again(page: Page) -> None:
    """The form with everything that was typed."""
    expect(page.locator(".said[role=status]:visible")).to_contain_text("You are signed in again")
    expect(page.locator("#field-request")).to_have_value(REQUEST)
    expect(page.locator("[name=answer][value=no]")).to_be_checked()
    expect(page.locator("[name=ground][value=off-brand]")).to_be_checked()
    expect(page.locator("#field-cite")).to_have_value("REFUND-24.1")
    expect(page.locator("#field-reason")).to_have_value(REASON)


def test_the_session_ends_on_a_call_and_it_goes_on_by_keyboard_alone(served: Served, desk: Page) -> None:
    ledger = served.site.ledger
    before = ledger.entries_recorder.size()
    answer_no(desk)
    served.site.accounts.sessions.revoke_all(REP)
    press(desk, "Enter")
    desk.wait_for_url("**/sign-in?next=**")
    assert wrong_with(desk) == []
    expect(desk.locator("#field-password")).to_be_focused()
    write(desk, PASSWORD)
    press(desk, "Enter")
    desk.wait_for_url("**/sign-in/again/*")
    is_there_again(desk)
    assert wrong_with(desk) == []
    assert ledger.entries_recorder.size() == before
    expect(desk.locator("#field-request")).to_be_focused()
    press(desk, "Enter")
    desk.wait_for_url("**/desk?logged=*")
    reply = ledger.decision(newest(served)).reply
    assert reply is not None
    assert (reply.answer, reply.cited, reply.reason) == (Answer.NO, ("REFUND-24.1",), REASON)
    once = ledger.entries_recorder.size()
    desk.go_back()
    press(desk, "Control+Enter")
    desk.wait_for_load_state()
    assert ledger.entries_recorder.size() == once


def test_who_types_on_without_a_session_is_told_and_stays_where_they_are(served: Served, desk: Page) -> None:
    served.site.accounts.sessions.revoke_all(REP)
    write(desk, REQUEST)
    expect(desk.locator("#applies .refused")).to_contain_text("What you type is not lost")
    expect(desk.locator("#field-request")).to_be_focused()
    press(desk, "Alt+n", "1")
    write(desk, "refund-24.1 ")
    with desk.expect_response("**/desk/words") as words:
        desk.locator("#field-reason").fill(REASON)
    assert words.value.status == 403
    expect(desk.locator("#field-told")).to_have_value("")
    press(desk, "Enter")
    desk.wait_for_url("**/sign-in?next=**")


def test_whoever_signs_in_in_another_tab_finds_it_where_it_was(served: Served, desk: Page) -> None:
    answer_no(desk)
    served.site.accounts.sessions.revoke_all(REP)
    other = desk.context.new_page()
    other.goto(entry_link(served.site, REP))
    other.get_by_role("button", name="Go on as").click()
    other.wait_for_url("**/desk")
    press(desk, "Enter")
    desk.wait_for_url("**/sign-in/again/*")
    is_there_again(desk)


def test_whose_form_is_one_too_many_signs_in_in_another_tab_and_loads_it_again(served: Served, desk: Page) -> None:
    for _ in range(MOST_IN_ALL):
        served.site.accounts.kept.keep(REP, KeptPage("/desk", ()))
    answer_no(desk)
    desk.context.clear_cookies(name="charter")  # as by signing out in another tab
    press(desk, "Enter")
    expect(desk.get_by_text("this one was not kept")).to_be_visible()
    assert wrong_with(desk) == []
    other = desk.context.new_page()
    other.goto(entry_link(served.site, REP))
    other.get_by_role("button", name="Go on as").click()
    other.wait_for_url("**/desk")
    desk.reload()
    desk.wait_for_url("**/sign-in/again/*")
    is_there_again(desk)


def test_of_two_tabs_each_shows_its_own_form_again(served: Served, desk: Page) -> None:
    ledger = served.site.ledger
    before = ledger.entries_recorder.size()
    other = desk.context.new_page()
    other.goto(f"{served.address}/desk")
    answer_no(desk)
    other.locator("#field-request").fill("May my dog fly?")
    served.site.accounts.sessions.revoke_all(REP)
    for tab in (desk, other):
        tab.locator("form#call").evaluate("form => form.submit()")
        tab.wait_for_url("**/sign-in?next=**")
    expect(other.locator("#field-password")).to_be_focused()
    write(other, PASSWORD)
    press(other, "Enter")
    other.wait_for_url("**/sign-in/again/*")
    expect(other.locator("#field-request")).to_have_value("May my dog fly?")
    expect(other.get_by_text("A form that you sent while you were signed out still waits")).to_be_visible()
    assert wrong_with(other) == []
    desk.reload()
    desk.wait_for_url("**/sign-in/again/*")
    is_there_again(desk)
    assert ledger.entries_recorder.size() == before


def test_the_next_person_at_the_computer_comes_upon_nothing(served: Served, desk: Page) -> None:
    answer_no(desk)
    served.site.accounts.sessions.revoke_all(REP)
    press(desk, "Enter")
    desk.wait_for_url("**/sign-in?next=**")
    assert REQUEST not in desk.content()
    stored = desk.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie, history.state])")
    assert REQUEST not in stored
    assert REQUEST.split()[0] not in repr(desk.context.cookies())
    desk.locator("#field-person").fill(LEADER)
    desk.locator("#field-password").fill(PASSWORD)
    press(desk, "Enter")
    desk.wait_for_url(lambda url: "/sign-in" not in url)
    assert REQUEST not in desk.content()
    desk.goto(f"{served.address}/sign-in/again")
    assert REQUEST not in desk.content()
    for _ in range(4):
        desk.go_back()
        assert REQUEST not in desk.content()


def test_without_javascript_nothing_is_lost_either(served: Served, desk: Page, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    served.sign_in(plain, REP)
    plain.goto(f"{served.address}/desk")
    plain.locator("#field-request").fill(REQUEST)
    plain.locator("[name=answer][value=no]").check()
    plain.locator("[name=ground][value=off-brand]").check()
    plain.locator("#field-cite").fill("REFUND-24.1")
    plain.locator("#field-reason").fill(REASON)
    served.site.accounts.sessions.revoke_all(REP)
    plain.locator("#save").click()
    plain.locator("#field-password").fill(PASSWORD)
    plain.get_by_role("button", name="Sign in").click()
    is_there_again(plain)
    plain.locator("#save").click()
    expect(plain.locator(".logged")).to_contain_text("No, off-brand, citing REFUND-24.1")
    context.close()

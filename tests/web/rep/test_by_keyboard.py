"""The rep's desk in a real browser: by keyboard alone, within the time of a call, in every light and on every width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, expect

from charter.decisions.state import Stage
from charter.terms import Answer, Effect, Ground
from projections.decision_register import Filter
from projections.decision_register import page as register
from tests.web.conftest import BENDING_REP, CHARTER, LEADER, PASSWORD, REP, Served, axe
from web.access.links import Kind

REQUEST, REASON = "refund my saver ticket", "Bought three weeks ago."
A_KEY = 0.15
"""Seconds in which somebody who types all day presses a key."""
A_CALL = 15
"""Seconds in which a practised rep logs a no."""


@pytest.fixture
def desk(served: Served, page: Page) -> Page:
    """The desk of a rep who has signed in."""
    served.sign_in(page, REP)
    page.goto(f"{served.address}/desk")
    return page


def press(page: Page, *keys: str) -> int:
    """Press keys one after the other; how many there were."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def write(page: Page, text: str) -> int:
    """Type a text; how many keys that took."""
    page.keyboard.type(text)
    return len(text)


def answer_no(page: Page) -> int:
    """Everything up to the last key of a no; how many keys that took."""
    keys = write(page, REQUEST)
    page.wait_for_selector("#applies [data-code='REFUND-24.1']")
    keys += press(page, "Enter", "n", "1", "ArrowDown", "Enter", "Enter")
    return keys + write(page, REASON)


def newest(served: Served) -> str:
    """The newest decision."""
    return register(served.site.views, Filter(charter=CHARTER), limit=1).lines[0].id


def test_from_sign_in_to_a_logged_no_by_keyboard_alone(served: Served, page: Page) -> None:
    accounts = served.site.accounts
    accounts.welcome(accounts.links.make(Kind.INVITATION, REP), PASSWORD)
    page.goto(f"{served.address}/desk")
    write(page, REP)
    press(page, "Tab")
    write(page, PASSWORD)
    press(page, "Enter")
    page.wait_for_url("**/desk")
    began = monotonic()
    keys = answer_no(page) + press(page, "Enter")
    page.wait_for_url("**/desk?logged=*")
    assert monotonic() - began + keys * A_KEY < A_CALL
    expect(page.locator("#field-request")).to_be_focused()
    expect(page.locator("#field-request")).to_have_value("")
    expect(page.locator(".logged")).to_contain_text("No, off-brand, citing REFUND-24.1")
    expect(page.locator("#told-words")).to_contain_text("you can appeal")
    reply = served.site.ledger.decision(newest(served)).reply
    assert reply is not None
    assert (reply.answer, reply.ground, reply.cited) == (Answer.NO, Ground.OFF_BRAND, ("REFUND-24.1",))
    assert reply.told is not None
    assert REASON in reply.told


def test_the_words_of_what_was_logged_are_copied_by_a_key(desk: Page) -> None:
    answer_no(desk)
    press(desk, "Enter")
    desk.wait_for_url("**/desk?logged=*")
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(desk, "Alt+c")
    expect(desk.locator("#copied")).to_be_visible()
    assert "you can appeal" in desk.evaluate("navigator.clipboard.readText()")
    expect(desk.locator("#field-request")).to_be_focused()


def test_enter_leads_to_what_is_missing_and_nothing_is_sent_before(desk: Page) -> None:
    press(desk, "Enter")
    expect(desk.locator("#field-request")).to_be_focused()
    write(desk, REQUEST)
    press(desk, "Alt+n")
    expect(desk.locator("[name=ground]").first).to_be_focused()
    press(desk, "2", "Enter")
    expect(desk.locator("#field-cite")).to_be_focused()
    write(desk, "refund-24.1")
    press(desk, "Escape", "Enter")
    expect(desk.locator("#field-reason")).to_be_focused()
    assert desk.url.endswith("/desk")


def test_enter_on_what_is_no_code_takes_the_first_that_is_offered(desk: Page) -> None:
    write(desk, REQUEST)
    press(desk, "Alt+n", "1")
    write(desk, "bag")
    first = desk.locator("#offered [data-take]").first.get_attribute("data-take")
    press(desk, "Enter")
    expect(desk.locator("#field-cite")).to_have_value(f"{first} ")
    expect(desk.locator("#field-cite")).to_be_focused()
    write(desk, "refund-24")
    press(desk, "Enter")
    expect(desk.locator("#field-cite")).to_have_value(f"{first} refund-24")
    expect(desk.locator("#field-reason")).to_be_focused()


def test_a_line_is_broken_with_shift_and_all_is_saved_with_control(served: Served, desk: Page) -> None:
    answer_no(desk)
    press(desk, "Shift+Enter")
    write(desk, "It says so on the ticket.")
    expect(desk.locator("#field-told")).to_have_value(re.compile("on the ticket"))
    desk.locator("#field-told").press("Control+End")
    write(desk, "Yours, Tom")
    press(desk, "Control+Enter")
    desk.wait_for_url("**/desk?logged=*")
    reply = served.site.ledger.decision(newest(served)).reply
    assert reply is not None
    assert reply.reason == f"{REASON}\nIt says so on the ticket."
    assert reply.told is not None
    assert reply.told.endswith("Yours, Tom")


def test_only_what_belongs_to_an_answer_is_asked_for(desk: Page) -> None:
    ground, effect = desk.locator("[name=ground]").first, desk.locator("[name=effect]").first
    cite, to = desk.locator("#field-cite"), desk.locator("#field-to")
    expected = {"y": (False, True, True), "n": (True, False, True), "p": (True, True, True), "e": (False, False, False)}
    for key, (asks_ground, asks_effect, cites) in expected.items():
        press(desk, f"Alt+{key}")
        assert ground.is_enabled() is asks_ground
        assert effect.is_enabled() is asks_effect
        assert cite.is_visible() is cites
        assert to.is_visible() is not cites


def test_nothing_moves_while_a_request_is_typed_and_answered(desk: Page) -> None:
    def places() -> list[float]:
        names = ("field-answer", "field-ground", "field-effect", "field-reason", "field-told", "save")
        boxes = [desk.locator(f"#{name}").bounding_box() for name in names]
        return [box["y"] for box in boxes if box]

    before = places()
    write(desk, REQUEST)
    desk.wait_for_selector("#applies [data-code]")
    assert places() == before
    for key in "ynpe":
        press(desk, f"Alt+{key}")
        assert places() == before


def test_a_yes_and_a_part_by_keyboard(served: Served, page: Page) -> None:
    served.sign_in(page, BENDING_REP)
    page.goto(f"{served.address}/desk")
    write(page, REQUEST)
    press(page, "Enter", "p", "4", "2")
    write(page, "refund-24, ")
    press(page, "Enter")
    write(page, REASON)
    press(page, "Enter")
    page.wait_for_url("**/desk?logged=*")
    reply = served.site.ledger.decision(newest(served)).reply
    assert reply is not None
    assert (reply.answer, reply.ground, reply.effect) == (Answer.PARTLY, Ground.NOT_AVAILABLE, Effect.BENT)


def test_who_may_not_bend_hands_it_over_with_two_more_keys(served: Served, desk: Page) -> None:
    write(desk, REQUEST)
    press(desk, "Alt+y", "2")
    write(desk, "refund-24 ")
    press(desk, "Enter", "Enter")
    expect(desk.locator(".refused")).to_contain_text("may not bend a promise alone")
    expect(desk.locator("#field-to")).to_be_focused()
    expect(desk.locator("#field-request")).to_have_value(REQUEST)
    write(desk, LEADER)
    press(desk, "Enter")
    desk.wait_for_url("**/desk?logged=*")
    assert served.site.ledger.decision(newest(served)).stage is Stage.ESCALATED


def test_what_is_refused_keeps_every_word_and_leads_to_the_field(served: Served, desk: Page) -> None:
    entries = served.site.ledger.entries_recorder.size()
    write(desk, REQUEST)
    press(desk, "Alt+n", "1")
    write(desk, "nothing-7 ")
    press(desk, "Enter")
    write(desk, REASON)
    press(desk, "Enter")
    expect(desk.locator("#wrong-cite")).to_contain_text("NOTHING-7")
    expect(desk.locator("#field-cite")).to_be_focused()
    expect(desk.locator("#field-request")).to_have_value(REQUEST)
    expect(desk.locator("#field-reason")).to_have_value(REASON)
    assert desk.locator("[name=ground]:checked").input_value() == "off-brand"
    assert axe(desk) == []
    assert served.site.ledger.entries_recorder.size() == entries


def test_two_quick_enters_log_one_decision(served: Served, desk: Page) -> None:
    entries = served.site.ledger.entries_recorder.size()
    answer_no(desk)
    press(desk, "Enter", "Enter")
    desk.wait_for_url("**/desk?logged=*")
    assert served.site.ledger.entries_recorder.size() == entries + 2


def test_letters_stop_being_keys_when_somebody_wants_that(desk: Page) -> None:
    desk.locator("summary", has_text="Keys").click()
    desk.locator("#letters").uncheck()
    desk.locator("[name=answer]").first.focus()
    press(desk, "n")
    assert desk.locator("[name=answer]:checked").count() == 0
    press(desk, "Alt+n")
    assert desk.locator("[name=answer]:checked").input_value() == "no"


def test_a_request_that_waits_is_answered_by_keyboard(served: Served, desk: Page) -> None:
    write(desk, "May I bring my cello?")
    press(desk, "Alt+e")
    write(desk, "Never had one.")
    press(desk, "Enter")
    desk.wait_for_url("**/desk?logged=*")
    case = newest(served)
    served.sign_in(desk, LEADER)
    desk.goto(f"{served.address}/desk/decisions/{case}")
    press(desk, "n", "4")
    write(desk, "bag-first.1 ")
    press(desk, "Enter")
    write(desk, "There is no seat left.")
    press(desk, "Enter")
    desk.wait_for_url("**/desk?logged=*")
    assert served.site.ledger.decision(case).stage is Stage.DECIDED


@pytest.fixture
def plain(served: Served, browser: Browser) -> Iterator[Page]:
    """The desk in a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    served.sign_in(opened, REP)
    opened.goto(f"{served.address}/desk")
    yield opened
    context.close()


def test_it_works_without_javascript(plain: Page) -> None:
    plain.locator("#field-request").fill("refund my saver ticket")
    plain.get_by_role("button", name="Look up what applies").click()
    expect(plain.locator("#applies")).to_contain_text("REFUND-24.1")
    expect(plain.locator("#field-request")).to_have_value("refund my saver ticket")
    plain.locator("[name=answer][value=no]").check()
    plain.locator("[name=ground][value=off-brand]").check()
    plain.locator("#field-cite").fill("REFUND-24.1")
    plain.locator("#field-reason").fill("A saver fare.")
    plain.locator("#field-ticket").press("Enter")
    expect(plain.locator(".logged")).to_contain_text("No, off-brand, citing REFUND-24.1")
    expect(plain.locator("#told-words")).to_contain_text("you can appeal")

"""A session that ends while somebody types in several tabs: each form is kept, and none is sent by itself."""

from __future__ import annotations

from html import unescape

from starlette.testclient import TestClient

from charter.decisions.state import Stage
from tests.web.conftest import REP
from tests.web.rep.test_desk import field, logged
from tests.web.rep.test_signed_out import (
    AGAIN,
    PASSWORD,
    desk,
    end,
    filled,
    is_filled,
    kept_cookies,
    shown,
    sign_in,
)
from web.access.kept import MOST, MOST_IN_ALL, MOST_OF_OWN
from web.site import Site

__all__ = ["desk"]


def next_of(html: str) -> dict[str, str]:
    """Where the form of the sign-in page leads on to."""
    return {"next": unescape(field(html, "next"))}


def test_what_was_sent_from_two_tabs_comes_back_in_each_of_them(site: Site, desk: TestClient) -> None:
    forms = [filled(desk, request=words) for words in ("Zebrafish", "Quokka")]
    entries = logged(site)
    end(site)
    tabs = [desk.post("/desk", data=form).headers["Location"] for form in forms]
    answer = desk.post("/sign-in", data={"person": REP, "password": PASSWORD} | next_of(desk.get(tabs[1]).text))
    second = desk.get(answer.headers["Location"])
    is_filled(second.text, forms[1])
    assert "A form that you sent while you were signed out still waits for you." in second.text
    back = desk.get(tabs[0])  # the other tab, loaded again
    first = desk.get(back.headers["Location"])
    is_filled(first.text, forms[0])
    assert "for you" not in first.text
    assert logged(site) == entries


def test_whose_tabs_are_closed_is_shown_one_form_after_the_other(site: Site, desk: TestClient) -> None:
    forms = [filled(desk, request=words) for words in ("Zebrafish", "Quokka", "Wombat")]
    end(site)
    for form in forms:
        desk.post("/desk", data=form)
    assert sign_in(desk) == AGAIN
    for left, form in zip(("2 forms", "A form", ""), forms, strict=True):
        again = shown(desk)
        is_filled(again.text, form)
        fresh = {name: field(again.text, name) for name in ("csrf", "whose")}
        after = desk.post("/desk", data=form | fresh, follow_redirects=True)
        for page in (again.text, after.text):
            assert f"{left} that you sent" in page if left else "for you" not in page
        assert site.ledger.decision(form["decision"]).stage is Stage.DECIDED


def test_two_forms_that_are_sent_in_the_same_moment_are_both_kept(site: Site, desk: TestClient) -> None:
    forms = [filled(desk, request=words) for words in ("Zebrafish", "Quokka")]
    end(site)
    before, after = dict(desk.cookies), {}
    for form in forms:  # neither is answered when the other is sent
        desk.post("/desk", data=form)
        after |= kept_cookies(desk)
        desk.cookies.clear()
        desk.cookies.update(before)
    for name, secret in after.items():
        desk.cookies.set(name, secret, domain="charter.test")
    sign_in(desk)
    for form in forms:
        is_filled(shown(desk).text, form)


def test_of_many_forms_the_newest_are_kept_and_the_browser_holds_little_more(site: Site, desk: TestClient) -> None:
    forms = [filled(desk, request=f"Request {number}") for number in range(MOST + 3)]
    end(site)
    for form in forms:
        desk.post("/desk", data=form)
    assert len(kept_cookies(desk)) <= MOST + 1
    sign_in(desk)
    for form in forms[3:]:
        is_filled(shown(desk).text, form)


def test_whoever_has_a_page_of_theirs_takes_no_form_away_without_signing_in(
    site: Site, desk: TestClient, stranger: TestClient
) -> None:
    forms = [filled(desk, request=f"Request {number}") for number in range(MOST + 1)]
    end(site)
    for form in forms[:MOST]:
        desk.post("/desk", data=form)
    for number in range(MOST_IN_ALL):
        stranger.cookies.clear()
        answer = stranger.post("/desk", data=forms[0] | {"request": f"Junk {number}"}, follow_redirects=False)
    assert answer.status_code == 409 and "this one was not kept" in answer.text
    assert not kept_cookies(stranger)
    sign_in(desk)
    is_filled(shown(desk, desk.post("/desk", data=forms[MOST] | {"csrf": ""}).headers["Location"]).text, forms[MOST])
    for form in forms[1:MOST]:
        is_filled(shown(desk).text, form)


def test_whoever_has_a_page_of_theirs_uses_up_no_room_of_the_browser_that_it_was_in(
    site: Site, desk: TestClient, stranger: TestClient
) -> None:
    form, last = filled(desk), filled(desk, request="Quokka")
    end(site)
    for number in range(MOST_IN_ALL + 1):
        stranger.cookies.clear()
        stranger.cookies.set("__Host-charter", "x" * 43)
        answer = stranger.post("/desk", data=form | {"request": f"Junk {number}"}, follow_redirects=False)
    assert answer.status_code == 409
    assert "next=" in desk.post("/desk", data=form).headers["Location"]
    desk.cookies.delete("__Host-charter")
    assert desk.post("/desk", data=last).status_code == 409  # as it would be from any other browser
    sign_in(desk)
    is_filled(shown(desk).text, form)


def test_a_browser_that_lets_go_what_it_holds_still_has_no_more_kept_than_its_own(site: Site, desk: TestClient) -> None:
    form = filled(desk)
    end(site)
    for _ in range(MOST_OF_OWN):
        assert "next=" in desk.post("/desk", data=form).headers["Location"]
        for name in kept_cookies(desk):
            desk.cookies.delete(name)
    assert desk.post("/desk", data=form).status_code == 409

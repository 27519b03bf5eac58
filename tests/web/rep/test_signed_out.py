"""A session that ends while somebody types: they sign in again, and find all of it in its form, not sent yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from charter.decisions.state import Stage
from tests.web.conftest import ADDRESS, LEADER, PASSWORD, REP, Browse
from tests.web.rep.test_desk import NO, field, logged
from web.access.invitations import entry_link
from web.access.links import Kind
from web.access.tables import KEPT
from web.site import Site

AGAIN = "/sign-in/again"
KEPT_COOKIE = "__Host-charter-kept-"


@pytest.fixture
def desk(site: Site, app: FastAPI) -> Iterator[TestClient]:
    """The browser of a rep with a password, in which nothing proves a form but the form itself."""
    for person in (REP, LEADER):
        site.accounts.welcome(site.accounts.links.make(Kind.INVITATION, person), PASSWORD)
    with TestClient(app, base_url=ADDRESS, headers={"Origin": ADDRESS}, follow_redirects=False) as client:
        sign_in(client)
        yield client


def sign_in(client: TestClient, person: str = REP) -> str:
    """Where somebody is led who signs in."""
    answer = client.post("/sign-in", data={"person": person, "password": PASSWORD})
    assert answer.status_code == 303
    return answer.headers["Location"]


def filled(client: TestClient, address: str = "/desk", **typed: str) -> dict[str, str]:
    """The form of a page as a browser sends it: with what is typed, and what it carries by itself."""
    html = client.get(address).text
    return {name: unescape(field(html, name)) for name in ("csrf", "whose", "decision")} | NO | typed


def shown(client: TestClient, address: str = AGAIN) -> Any:
    """What the browser shows of what was kept."""
    return client.get(address, follow_redirects=True)


def kept_cookies(client: TestClient) -> dict[str, str]:
    """What the browser holds of forms that are kept."""
    return {name: value for name, value in client.cookies.items() if name.startswith(KEPT_COOKIE)}


def end(site: Site, person: str = REP) -> None:
    """End all sessions of a person."""
    site.accounts.sessions.revoke_all(person)


def is_filled(html: str, typed: dict[str, str]) -> None:
    """Everything that was typed stands in the form again."""
    for name in ("request", "reason"):
        assert f">{typed[name]}</textarea>" in html
    for name in ("customer", "touchpoint"):
        assert re.search(rf'value="{typed[name]}"[^>]* name="{name}"', html), name
    assert re.search(r'name="answer" value="no" checked', html)
    assert re.search(rf'name="ground" value="{typed["ground"]}" checked', html)
    assert f'value="{typed["cite"].upper()}"' in html or f'value="{typed["cite"]}"' in html
    assert field(html, "decision") == typed["decision"]


def test_who_signs_in_again_finds_what_they_typed_and_sends_it_once(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    entries = logged(site)
    end(site)
    answer = desk.post("/desk", data=typed)
    assert answer.status_code == 303
    assert re.fullmatch("/sign-in[?]next=/sign-in/again/[0-9a-f]{16}", answer.headers["Location"])
    page = desk.get(answer.headers["Location"]).text
    assert f"sign in as {REP}" in page
    assert f'value="{REP}"' in page
    assert sign_in(desk) == AGAIN
    again = shown(desk)
    assert (again.status_code, again.headers["Cache-Control"]) == (200, "no-store")
    assert "nothing was done. You are signed in again" in again.text
    is_filled(again.text, typed)
    assert logged(site) == entries
    fresh = {name: field(again.text, name) for name in ("csrf", "whose")}
    saved = desk.post("/desk", data=typed | fresh)
    assert saved.headers["Location"] == f"/desk?logged={typed['decision']}"
    assert site.ledger.decision(typed["decision"]).stage is Stage.DECIDED
    once = logged(site)
    assert desk.post("/desk", data=typed | fresh).headers["Location"] == saved.headers["Location"]
    assert logged(site) == once


def test_a_link_signs_in_as_well(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    end(site)
    desk.post("/desk", data=typed)
    answer = desk.post(entry_link(site, REP).removeprefix(ADDRESS))
    assert answer.headers["Location"] == AGAIN
    is_filled(shown(desk).text, typed)


def test_whoever_signed_in_meanwhile_in_another_tab_goes_straight_on(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    entries = logged(site)
    sign_in(desk)  # in another tab: the form carries the proof of the session before
    answer = desk.post("/desk", data=typed)
    assert answer.headers["Location"].startswith(f"{AGAIN}/")
    is_filled(shown(desk, answer.headers["Location"]).text, typed)
    assert logged(site) == entries


def test_who_signed_out_or_closed_the_browser_is_no_worse_off(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    desk.cookies.clear()
    desk.post("/desk", data=typed)
    assert sign_in(desk) == AGAIN
    is_filled(shown(desk).text, typed)


def test_a_wrong_password_loses_nothing(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    end(site)
    desk.post("/desk", data=typed)
    wrong = desk.post("/sign-in", data={"person": REP, "password": "a wrong one that is long"})
    assert wrong.status_code == 403
    assert "What you typed is kept" in wrong.text
    assert sign_in(desk) == AGAIN


def test_somebody_else_who_signs_in_sees_nothing_of_it_and_it_is_gone(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    end(site)
    desk.post("/desk", data=typed)
    [(name, kept)] = kept_cookies(desk).items()
    assert sign_in(desk, LEADER) == "/"
    assert not kept_cookies(desk)
    desk.cookies.set(name, kept, domain="charter.test")
    for address in (AGAIN, f"{AGAIN}/{name.removeprefix(KEPT_COOKIE)}", "/desk"):
        assert NO["request"] not in desk.get(address, follow_redirects=True).text
    assert desk.post("/desk", data=typed).status_code == 403  # nor does the first one's page give it to them
    assert sign_in(desk) == "/"


def test_signing_out_leaves_nothing(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    end(site)
    desk.post("/desk", data=typed)
    sign_in(desk)
    html = shown(desk).text
    desk.post("/sign-out", data={"csrf": field(html, "csrf")})
    assert not kept_cookies(desk)
    with site.accounts.database.reading() as connection:
        assert connection.execute(select(KEPT)).all() == []


def test_no_word_gets_into_an_address_a_cookie_the_database_or_what_is_written_down(
    site: Site, desk: TestClient
) -> None:
    typed = filled(desk, request="Zebrafish", reason="Quokka", customer="Wombat")
    end(site)
    with capture_logs() as written:
        answer = desk.post("/desk", data=typed)
        sign_in(desk)
        assert "Zebrafish" in shown(desk).text
    with site.accounts.database.reading() as connection:
        rows = connection.execute(select(KEPT)).all()
    for word in ("Zebrafish", "Quokka", "Wombat"):
        for place in (answer.headers, desk.cookies.items(), written, rows):
            assert word not in str(place)
    [cookie] = [each.lower() for each in answer.headers.get_list("set-cookie") if each.startswith(KEPT_COOKIE)]
    assert {"httponly", "secure", "samesite=lax", "max-age=3600", "path=/"} <= {
        part.strip() for part in cookie.split(";")
    }


def test_what_is_typed_in_part_of_a_page_is_not_led_away(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    end(site)
    for headers in ({"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}):
        for address in ("/desk/applies", "/desk/words"):
            answer = desk.post(address, data=typed, headers=headers)
            assert answer.status_code == 403
            assert "What you type is not lost" in answer.text
            assert "HX-Redirect" not in answer.headers
    assert not kept_cookies(desk)


def test_a_forged_form_is_kept_for_nobody(site: Site, desk: TestClient, browse: Browse) -> None:
    typed = filled(desk)
    theirs = unescape(field(browse(LEADER).get("/charter").text, "whose"))
    end(site)
    for mark in ("", REP, f"{REP}.{'x' * 43}", f"{REP}.{theirs.rpartition('.')[2]}"):
        answer = desk.post("/desk", data=typed | {"whose": mark})
        assert answer.headers["Location"] == "/sign-in"
        assert not kept_cookies(desk)
    elsewhere = desk.post("/desk", data=typed, headers={"Origin": "https://evil.test"})
    assert elsewhere.status_code == 403
    sign_in(desk)
    assert desk.post("/desk", data=typed | {"whose": theirs}).status_code == 403
    assert desk.post("/desk", data=typed, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not kept_cookies(desk)


def test_whom_somebody_looks_for_is_kept_nowhere(site: Site, desk: TestClient) -> None:
    typed = {name: text for name, text in filled(desk).items() if name in ("csrf", "whose")} | {"who": "C-1042"}
    end(site)
    answer = desk.post("/review/subjects", data=typed)
    assert answer.headers["Location"] == "/sign-in"
    assert not kept_cookies(desk)
    with site.accounts.database.reading() as connection:
        assert connection.execute(select(KEPT)).all() == []


def test_without_anything_kept_one_is_led_to_the_start_page(desk: TestClient, stranger: TestClient) -> None:
    assert desk.get(AGAIN).headers["Location"] == "/"
    assert stranger.get(AGAIN, follow_redirects=False).headers["Location"] == "/sign-in"


def test_a_form_that_is_shown_again_and_loaded_again_is_still_there(site: Site, desk: TestClient) -> None:
    typed = filled(desk)
    end(site)
    desk.post("/desk", data=typed)
    sign_in(desk)
    for _ in range(2):
        is_filled(shown(desk).text, typed)

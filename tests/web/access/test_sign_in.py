"""Coming in and going out in a browser: sign-in, the first admin's link, invitations, and what is recorded of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from charter.given import UnknownPerson
from charter.ledger import Ledger
from charter.terms import Role
from tests.web.access.clock import Clock
from tests.web.access.conftest import ADDRESS, browser_of, csrf_of, give_password, site_over
from web.access.invitations import first_run_link, invite
from web.desks.sign_in.coming_in import local
from web.settings import Settings
from web.site import Site

GOOD, BETTER = "four unrelated garden gnomes", "seven quite unlikely teapots"
COOKIE = "__Host-charter"


def sign_in(client: TestClient, person: str, password: str = GOOD, **more: str) -> Any:
    """What is answered to somebody who signs in."""
    return client.post("/sign-in", data={"person": person, "password": password, **more})


def path(link: str | None) -> str:
    """A link without the site's address."""
    assert link is not None and link.startswith(ADDRESS)
    return link.removeprefix(ADDRESS)


@pytest.fixture
def anns(site: Site, visitor: TestClient) -> TestClient:
    """A browser in which ann is signed in."""
    give_password(site.accounts, "ann", GOOD)
    sign_in(visitor, "ann")
    return visitor


# Signing in


def test_who_signs_in_gets_a_cookie_that_only_this_host_sees_and_no_script(site: Site, visitor: TestClient) -> None:
    give_password(site.accounts, "ann", GOOD)
    answer = sign_in(visitor, "ann")
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    [cookie] = [given for given in answer.headers.get_list("set-cookie") if given.startswith(COOKIE)]
    name, *flags = (part.strip().lower() for part in cookie.split(";"))
    assert len(name.partition("=")[2]) == 43
    assert set(flags) == {"httponly", "path=/", "samesite=lax", "secure"}  # no Domain, and it goes with the browser
    assert answer.headers["Cache-Control"] == "no-store"
    page = visitor.get("/you")
    assert page.status_code == 200 and "Ann Weaver" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_on_loopback_the_cookie_is_one_that_browsers_keep_there(ledger: Ledger) -> None:
    with site_over(ledger, Settings(address="http://127.0.0.1:8000")) as site, browser_of(site) as client:
        give_password(site.accounts, "ann", GOOD)
        [cookie] = [c for c in sign_in(client, "ann").headers.get_list("set-cookie") if c.startswith("charter=")]
        assert "httponly" in cookie.lower() and "secure" not in cookie.lower()


def test_wrong_ones_are_told_the_same_whether_they_are_known_or_not(site: Site, visitor: TestClient) -> None:
    give_password(site.accounts, "ann", GOOD)
    answers = [sign_in(visitor, person, BETTER) for person in ("ann", "bob", "nobody.here")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    pages = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(pages) == 1 and "do not belong together" in pages.pop()
    assert all(COOKIE not in answer.headers.get("set-cookie", "") for answer in answers)


def test_whoever_tries_too_often_waits(site: Site, visitor: TestClient, clock: Clock) -> None:
    give_password(site.accounts, "ann", GOOD)
    answers = [sign_in(visitor, "ann", BETTER).status_code for _ in range(5)]
    assert answers == [403, 403, 403, 403, 429]
    slowed = sign_in(visitor, "ann")
    assert "Wait 1 second" in slowed.text
    assert slowed.headers["Retry-After"] == "1"
    clock.on(seconds=int(slowed.headers["Retry-After"]))
    assert sign_in(visitor, "ann").status_code == 303


@pytest.mark.parametrize(
    "person", ["", " ann ", "ANN", "ann\x00", "a" * 10_000, "<b>ann</b>", "ann'; DROP TABLE x", "\ud7ff"]
)
def test_whatever_is_typed_as_the_id_gets_an_answer(site: Site, visitor: TestClient, person: str) -> None:
    give_password(site.accounts, "ann", GOOD)
    answer = sign_in(visitor, person)
    assert answer.status_code == (303 if person.strip().lower() == "ann" else 403)
    assert "<b>ann" not in answer.text


def test_a_new_sign_in_ends_the_session_before(site: Site, anns: TestClient) -> None:
    before = anns.cookies[COOKIE]
    sign_in(anns, "ann")
    assert anns.cookies[COOKIE] != before
    assert site.accounts.signed_in(before) is None


def test_signing_out_ends_the_session_on_the_server_too(site: Site, anns: TestClient) -> None:
    secret = anns.cookies[COOKIE]
    assert anns.post("/sign-out").status_code == 403 and site.accounts.signed_in(secret)
    answer = anns.post("/sign-out", data={"csrf": csrf_of(anns, site)})
    assert answer.status_code == 303 and COOKIE not in anns.cookies
    assert site.accounts.signed_in(secret) is None
    assert anns.get("/you").headers["Location"] == "/sign-in?next=%2Fyou"


def test_who_signs_out_is_told_so_at_once_and_nobody_else_is(anns: TestClient, site: Site) -> None:
    stranger = browser_of(site)
    before = stranger.get("/")
    away = anns.post("/sign-out", data={"csrf": csrf_of(anns, site)}).headers["Location"]
    told = anns.get(away, headers={"If-None-Match": before.headers["ETag"]})
    assert told.status_code == 200 and ">You are signed out.</p>" in told.text
    assert told.headers["Cache-Control"] == "no-store"
    for after in (anns.get(away), stranger.get("/")):
        assert after.text == before.text
        assert after.headers["Cache-Control"] == "public, no-cache"


def test_a_session_that_was_revoked_or_is_over_is_asked_to_sign_in(site: Site, anns: TestClient, clock: Clock) -> None:
    clock.on(hours=1)
    answer = anns.get("/you")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
    sign_in(anns, "ann")
    site.accounts.sessions.revoke_all("ann")
    assert anns.get("/you").status_code == 303


def test_who_is_signed_in_already_is_led_on(anns: TestClient) -> None:
    assert anns.get("/sign-in?next=/you").headers["Location"] == "/you"


# Where one is led


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "javascript:alert(1)",
        "evil.test",
        "",
        "/sign-in?next=/",
        " /you",
        "/you\\..\\x",
        "/\u2215evil",
    ],
)
def test_nobody_is_led_elsewhere(site: Site, visitor: TestClient, wanted: str) -> None:
    give_password(site.accounts, "ann", GOOD)
    assert local(wanted) == "/"
    assert sign_in(visitor, "ann", next=wanted).headers["Location"] == "/"
    visitor.cookies.clear()
    assert 'name="next" value="/"' in visitor.get("/sign-in", params={"next": wanted}).text


@pytest.mark.parametrize("wanted", ["/", "/desk", "/review?charter=skyline&since=2026-01-01", "/c/skyline#promise-3"])
def test_everybody_comes_to_where_they_wanted(site: Site, visitor: TestClient, wanted: str) -> None:
    give_password(site.accounts, "ann", GOOD)
    assert sign_in(visitor, "ann", next=wanted).headers["Location"] == wanted


@given(st.text(st.characters(codec="utf-8"), max_size=40).map(lambda text: "/" + text))
def test_wherever_one_is_led_is_a_path_of_this_site(wanted: str) -> None:
    led = local(wanted)
    assert led.startswith("/") and not led.startswith(("//", "/\\"))
    assert "\\" not in led and led.isascii() and all(char > " " for char in led)


# The first admin


@pytest.fixture
def unused(empty: Ledger) -> Iterator[Site]:
    """A site over a ledger in which nobody has written."""
    with site_over(empty, Settings(address=ADDRESS)) as opened:
        yield opened


def test_the_first_link_registers_an_admin_once(unused: Site) -> None:
    link = path(first_run_link(unused))
    given = {"person": "ann", "full_name": "Ann Weaver", "password": GOOD}
    with browser_of(unused) as client:
        page = client.get(link)
        assert page.status_code == 200 and "Your full name" in page.text
        answer = client.post(link, data=given)
        assert answer.status_code == 303 and "Ann Weaver" in client.get("/you").text
    assert unused.ledger.person("ann").roles == frozenset((role, None) for role in Role)
    assert first_run_link(unused) is None
    with browser_of(unused) as other:
        assert other.get(link).status_code == 404
        assert other.post(link, data=given | {"person": "mallory"}).status_code == 404
        assert not unused.ledger.person("mallory").registered
        assert sign_in(other, "ann").status_code == 303


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short"}, "fewer than 12"),
        ({"password": "AnnWeaver2026!"}, "others try first"),
        ({"person": "Ann Weaver!"}, "Your id"),
        ({"person": ""}, ""),
        ({"full_name": ""}, ""),
    ],
)
def test_what_is_wrong_in_the_first_form_is_said_and_the_link_stays_good(
    unused: Site, wrong: dict[str, str], said: str
) -> None:
    link = path(first_run_link(unused))
    given = {"person": "ann", "full_name": "Ann Weaver", "password": GOOD}
    with browser_of(unused) as client:
        answer = client.post(link, data=given | wrong)
        assert answer.status_code == 422 and said in answer.text and 'role="alert"' in answer.text
        assert (given | wrong)["password"] not in answer.text
        assert unused.ledger.people() == []
        assert client.post(link, data=given).status_code == 303


def test_in_a_ledger_that_has_admins_one_of_them_takes_the_link(site: Site, visitor: TestClient) -> None:
    link = path(first_run_link(site))
    page = visitor.get(link).text
    assert '<option value="ann"' in page and "bob" not in page
    for person in ("bob", "mallory", ""):
        assert visitor.post(link, data={"person": person, "password": GOOD}).status_code == 422
    assert visitor.post(link, data={"person": "ann", "password": GOOD}).status_code == 303
    assert first_run_link(site) is None


def test_every_link_from_before_is_useless_once_somebody_can_sign_in(site: Site, visitor: TestClient) -> None:
    links = [path(first_run_link(site)) for _ in range(2)]
    assert visitor.post(links[1], data={"person": "ann", "password": GOOD}).status_code == 303
    assert visitor.get(links[0]).status_code == 404
    assert visitor.post(links[0], data={"person": "ann", "password": BETTER}).status_code == 404
    assert not site.accounts.passwords.right("ann", BETTER)


# Whoever is invited


def test_whoever_is_invited_sets_a_password_and_is_in(site: Site, visitor: TestClient) -> None:
    link = path(invite(site, "bob"))
    assert "bob" in visitor.get(link).text
    assert visitor.post(link, data={"password": "short"}).status_code == 422
    assert visitor.post(link, data={"password": "bobfield skyline"}).status_code == 422
    assert visitor.post(link, data={"password": GOOD}).status_code == 303
    assert "Bob Field" in visitor.get("/you").text
    assert visitor.get(link).status_code == 404
    assert visitor.post(link, data={"password": BETTER}).status_code == 404
    with pytest.raises(UnknownPerson):
        invite(site, "nobody")


# What is written down


def events(logged: list[Any]) -> list[tuple[Any, ...]]:
    """What was written down, by event, person and way in."""
    return [(entry["event"], entry.get("person"), entry.get("how")) for entry in logged]


def test_each_sign_in_and_refusal_is_written_down_without_secrets(site: Site, visitor: TestClient) -> None:
    give_password(site.accounts, "ann", GOOD)
    with capture_logs() as logged:
        link = path(invite(site, "bob"))
        sign_in(visitor, "ann", "a-wrong-one-that-is-long")
        sign_in(visitor, "typed.secret@example.org", "a-wrong-one-that-is-long")
        sign_in(visitor, "four unrelated garden gnomes\nevent=forged", "ann")
        sign_in(visitor, "ann")
        visitor.post("/sign-out", data={"csrf": csrf_of(visitor, site)})
        visitor.get("/you?token=in-the-address")
        visitor.get("/welcome/" + "x" * 43)
        visitor.post(link, data={"password": BETTER})
        cookie = visitor.cookies[COOKIE]
    assert events(logged) == [
        ("link_made", None, "invitation"),
        ("sign_in_failed", "ann", "password"),
        ("sign_in_failed", None, "password"),
        ("sign_in_failed", None, "password"),
        ("signed_in", "ann", "password"),
        ("signed_out", "ann", "password"),
        ("access_refused", None, None),
        ("link_refused", None, "invitation"),
        ("link_used", "bob", "invitation"),
        ("password_set", "bob", None),
        ("signed_in", "bob", "invitation"),
    ]
    written = repr(logged)
    for secret in (GOOD, BETTER, "a-wrong-one", "typed.secret", "forged", "in-the-address", "x" * 43, cookie, "Field"):
        assert secret not in written
    assert link.rpartition("/")[2] not in written and "testclient" not in written
    assert {entry["route"] for entry in logged if "route" in entry} == {
        "/sign-in",
        "/sign-out",
        "/you",
        "/welcome/{link}",
    }

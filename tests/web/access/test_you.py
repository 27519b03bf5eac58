"""A person's own page: their password, where they are signed in, and the tokens of their programs."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from tests.web.access.clock import Clock
from tests.web.access.conftest import ADDRESS, browser_of, csrf_of, give_password
from web.access.invitations import invite
from web.access.tables import MADE
from web.site import Site

GOOD, BETTER = "four unrelated garden gnomes", "seven quite unlikely teapots"


def signed_in(site: Site, person: str) -> TestClient:
    """A browser in which a person is signed in, and whose forms say so."""
    client = browser_of(site)
    if not site.accounts.passwords.has(person):
        give_password(site.accounts, person, GOOD)
    client.post("/sign-in", data={"person": person, "password": GOOD})
    client.headers["X-CSRF-Token"] = csrf_of(client, site)
    return client


def once(client: TestClient) -> str:
    """What makes the form for a token one, however often it is sent."""
    found = re.search(r'name="once" value="([^"]+)"', client.get("/you").text)
    assert found
    return found[1]


def test_it_says_who_one_is_here(site: Site) -> None:
    page = signed_in(site, "bob").get("/you").text
    assert "Bob Field" in page and "rep" in page and "Firefox 128, Linux" in page and "this one" in page
    assert "may not bend promises" in page


def test_the_password_is_changed_and_all_other_browsers_are_out(site: Site) -> None:
    here, there, bobs = signed_in(site, "ann"), signed_in(site, "ann"), signed_in(site, "bob")
    for given, status in (
        ({"present": BETTER, "password": BETTER}, 403),
        ({"present": GOOD, "password": "short"}, 422),
        ({"present": GOOD, "password": "skyline-airways-2026"}, 422),
        ({"present": GOOD}, 422),
        ({}, 403),
    ):
        answer = here.post("/you/password", data=given)
        assert answer.status_code == status and 'role="alert"' in answer.text
    assert there.get("/you").status_code == 200
    answer = here.post("/you/password", data={"present": GOOD, "password": BETTER})
    assert answer.status_code == 303
    assert here.get("/you").status_code == bobs.get("/you").status_code == 200
    assert there.get("/you").status_code == 303


def test_guessing_the_present_password_is_slowed_too(site: Site) -> None:
    client = signed_in(site, "ann")
    answers = [client.post("/you/password", data={"present": BETTER, "password": BETTER}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [403] * 4 + [429]
    assert ["Retry-After" in answer.headers for answer in answers] == [False] * 4 + [True]


@pytest.mark.parametrize("ends", [True, False])
def test_with_the_password_tokens_end_where_that_is_asked_for(site: Site, ends: bool) -> None:
    client = signed_in(site, "ann")
    assert 'name="tokens"' not in client.get("/you").text
    (anns, _), (bobs, _) = (site.accounts.tokens.make(person, "a robot") for person in ("ann", "bob"))
    assert "Your tokens stay good unless you end them" in client.get("/you").text
    asked = {"tokens": "true"} if ends else {}
    wrong = client.post("/you/password", data={"present": BETTER, "password": BETTER} | asked)
    assert ('value="true" checked> Revoke all my tokens (1)' in wrong.text) is ends
    assert site.accounts.bearer(anns)
    client.post("/you/password", data={"present": GOOD, "password": BETTER} | asked)
    assert (site.accounts.bearer(anns) is None) is ends
    assert site.accounts.bearer(bobs)
    assert ("All your tokens are revoked." in client.get("/you").text) is ends


def test_who_sets_a_new_password_by_a_link_is_told_what_ends(site: Site) -> None:
    ends = "signs you out everywhere, and revokes all tokens"
    with browser_of(site) as client:
        assert ends not in client.get(invite(site, "bob").removeprefix(ADDRESS)).text
        give_password(site.accounts, "bob", GOOD)
        assert ends in client.get(invite(site, "bob").removeprefix(ADDRESS)).text


def test_a_blank_at_the_end_belongs_to_the_password(site: Site) -> None:
    client = signed_in(site, "ann")
    client.post("/you/password", data={"present": GOOD, "password": f" {BETTER} "})
    assert site.accounts.passwords.right("ann", f" {BETTER} ")


def test_sessions_are_ended_one_by_one_or_all_others_and_never_somebody_elses(site: Site) -> None:
    here, there, third, bobs = (signed_in(site, person) for person in ("ann", "ann", "ann", "bob"))
    [bob_id] = [session.id for session in site.accounts.sessions.of("bob")]
    assert here.post(f"/you/sessions/{bob_id}/end").status_code == 404
    own = site.accounts.signed_in(there.cookies["__Host-charter"])
    assert own and here.post(f"/you/sessions/{own.id}/end").status_code == 303
    assert there.get("/you").status_code == 303 and third.get("/you").status_code == 200
    assert here.post("/you/sessions/end-others").status_code == 303
    assert third.get("/you").status_code == 303
    assert here.get("/you").status_code == bobs.get("/you").status_code == 200
    own = site.accounts.signed_in(here.cookies["__Host-charter"])
    assert own and here.post(f"/you/sessions/{own.id}/end").headers["Location"] == "/"
    assert "__Host-charter" not in here.cookies


@pytest.mark.parametrize("session", ["x", "%00", "0" * 17, "%F0%9F%98%80"])
def test_what_is_no_id_is_refused(site: Site, session: str) -> None:
    client = signed_in(site, "ann")
    assert client.post(f"/you/sessions/{session}/end").status_code == 422
    assert client.post(f"/you/tokens/{session}/revoke").status_code == 422


def test_a_token_is_shown_once_and_works_until_it_is_revoked(site: Site) -> None:
    client = signed_in(site, "bob")
    made = client.post("/you/tokens", data={"name": "the <robot>", "days": "7", "writes": "true"})
    page = client.get(made.headers["Location"])
    [text] = set(re.findall(r"chl_[\w-]{43}", page.text))
    assert page.headers["Cache-Control"] == "no-store" and "the &lt;robot&gt;" in page.text
    listing = client.get("/you").text
    assert text not in listing and text[:10] in listing and "read and write" in listing
    token = site.accounts.bearer(text)
    assert token and token.person == "bob" and token.scopes == {"read", "write"}
    assert signed_in(site, "ann").post(f"/you/tokens/{token.id}/revoke").status_code == 404
    assert client.post(f"/you/tokens/{token.id}/revoke").status_code == 303
    assert site.accounts.bearer(text) is None


def test_who_made_no_token_is_led_to_their_page_and_told_nothing_of_one(site: Site) -> None:
    client = signed_in(site, "bob")
    answer = client.get("/you/tokens/made")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/you")
    assert "shown only once" not in client.get("/you").text


def test_a_token_that_is_loaded_again_is_not_made_again_and_its_text_lies_nowhere(site: Site) -> None:
    client = signed_in(site, "bob")
    with capture_logs() as written:
        made = client.post("/you/tokens", data={"name": "the robot", "days": "7"})
        assert made.status_code == 303
        with site.accounts.database.reading() as connection:
            rows = connection.execute(select(MADE)).all()
        [text] = set(re.findall(r"chl_[\w-]{43}", client.get(made.headers["Location"]).text))
    for place in (made.headers, client.cookies.items(), rows, written):
        assert text not in str(place)
    again = client.get(made.headers["Location"])
    assert (again.status_code, again.headers["Location"]) == (303, "/you")
    assert "A token is shown only once." in client.get("/you").text
    assert len(site.accounts.tokens.of("bob")) == 1


def test_a_form_that_is_sent_twice_makes_one_token_and_shows_it_to_whoever_waits_for_the_second_answer(
    site: Site,
) -> None:
    client = signed_in(site, "bob")
    typed = {"name": "the robot", "days": "7", "once": once(client)}
    with capture_logs() as written:
        first = client.post("/you/tokens", data=typed).headers["Location"]
        client.cookies = {name: text for name, text in client.cookies.items() if "-made-" not in name}
        assert client.post("/you/tokens", data=typed).headers["Location"] == first
    assert len(re.findall(r"chl_[\w-]{43}", client.get(first).text)) == 1
    assert [each["event"] for each in written] == ["token_made"]
    assert client.get(first).headers["Location"] == "/you"
    assert client.post("/you/tokens", data=typed).headers["Location"] == first  # it was shown to nobody who looked
    assert "chl_" in client.get(first).text
    assert len(site.accounts.tokens.of("bob")) == 1
    assert once(client) != typed["once"]


def test_a_form_that_says_something_else_when_it_is_sent_again_makes_another_token(site: Site) -> None:
    """As one that was sent into another tab, and edited in its own."""
    client = signed_in(site, "bob")
    typed = {"name": "the robot", "days": "7", "once": once(client)}
    for name in ("the robot", "the other robot", "the robot"):
        client.post("/you/tokens", data=typed | {"name": name})
    assert sorted(token.name for token in site.accounts.tokens.of("bob")) == ["the other robot", "the robot"]


def test_a_form_that_is_sent_many_times_at_once_makes_one_token(site: Site) -> None:
    client = signed_in(site, "bob")
    typed = {"name": "the robot", "days": "7", "once": once(client)}
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: client.post("/you/tokens", data=typed), range(8)))
    [page] = {answer.headers["Location"] for answer in sent}
    assert len(site.accounts.tokens.of("bob")) == 1
    assert "chl_" in client.get(page).text


@pytest.mark.parametrize("none", [{}, {"once": ""}, {"once": "x"}, {"once": "x" * 300}])
def test_a_form_without_what_makes_it_one_still_makes_a_token_that_is_shown(site: Site, none: dict[str, str]) -> None:
    client = signed_in(site, "bob")
    tabs = [client.post("/you/tokens", data={"name": "the robot", "days": "7"} | none) for _ in range(2)]
    assert len({re.findall(r"chl_[\w-]{43}", client.get(tab.headers["Location"]).text)[0] for tab in tabs}) == 2


def test_what_a_form_brings_opens_nothing_to_another_person_and_hinders_nobody(site: Site) -> None:
    bob, ann = signed_in(site, "bob"), signed_in(site, "ann")
    typed = {"name": "the robot", "days": "7", "once": once(bob)}
    page = bob.post("/you/tokens", data=typed).headers["Location"]
    assert ann.get(ann.post("/you/tokens", data=typed).headers["Location"]).headers["Location"] == "/you"
    assert "chl_" in bob.get(page).text


def test_of_tokens_made_at_once_in_many_tabs_each_tab_shows_its_own(site: Site) -> None:
    client = signed_in(site, "bob")
    names = [f"robot {number}" for number in range(6)]
    tabs = {name: client.post("/you/tokens", data={"name": name, "days": "7"}).headers["Location"] for name in names}
    texts = set()
    for name, tab in tabs.items():
        page = client.get(tab).text
        texts |= set(re.findall(r"chl_[\w-]{43}", page))
        assert name in page
    assert len(texts) == len(names)
    client.post("/you/tokens", data={"name": "one more", "days": "7"})
    assert sum("-made-" in name for name in client.cookies) == 1  # what opens nothing any more is let go


def test_a_token_that_was_not_looked_at_is_shown_to_nobody_who_comes_after(site: Site) -> None:
    client = signed_in(site, "bob")
    client.post("/you/tokens", data={"name": "the robot", "days": "7"})
    client.post("/sign-out")
    with site.accounts.database.reading() as connection:
        assert connection.execute(select(MADE)).all() == []
    client = signed_in(site, "bob")
    made = client.post("/you/tokens", data={"name": "the robot", "days": "7"}).headers["Location"]
    theirs = signed_in(site, "ann")
    theirs.cookies.update({name: text for name, text in client.cookies.items() if "-made-" in name})
    assert theirs.get(made).status_code == 303
    assert "chl_" in client.get(made).text


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"days": "0"}, {"days": "366"}, {"days": "x"}, {"days": "٣"}, {"days": ""}]
)
def test_what_is_wrong_with_a_token_is_said(site: Site, wrong: dict[str, str]) -> None:
    answer = signed_in(site, "ann").post("/you/tokens", data={"name": "the robot", "days": "7"} | wrong)
    assert answer.status_code == 422 and 'role="alert"' in answer.text
    assert site.accounts.tokens.of("ann") == []


def test_a_program_cannot_give_itself_more(site: Site) -> None:
    text, _ = site.accounts.tokens.make("ann", "the robot")
    client = browser_of(site)
    client.headers["Authorization"] = f"Bearer {text}"
    for path in ("/you/tokens", "/you/password", "/you/sessions/end-others"):
        assert client.post(path, data={"name": "another", "days": "7"}).status_code == 403
    assert client.get("/you").status_code == 403
    assert len(site.accounts.tokens.of("ann")) == 1


def test_without_the_forms_token_nothing_is_done(site: Site) -> None:
    client = signed_in(site, "ann")
    del client.headers["X-CSRF-Token"]
    for path in ("/you/tokens", "/you/password", "/you/sessions/end-others", f"/you/sessions/{'0' * 16}/end"):
        assert (
            client.post(path, data={"name": "x", "days": "7", "present": GOOD, "password": BETTER}).status_code == 403
        )
    assert site.accounts.tokens.of("ann") == [] and site.accounts.passwords.right("ann", GOOD)


def test_one_without_a_password_is_told_how_they_come_in(site: Site, clock: Clock) -> None:
    client = browser_of(site)
    secret = site.accounts.sessions.begin("carl", "provider", None)
    client.cookies.set("__Host-charter", secret)
    page = client.get("/you").text
    assert "An admin can send you a link to set one." in page and 'name="present"' not in page

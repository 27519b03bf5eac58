"""Signing in with a real OpenID Connect provider: whom it vouches for comes in, and no forged word is believed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from charter.ledger import Ledger
from tests.web.access.conftest import ADDRESS, browser_of, site_over
from tests.web.access.provider import RunningProvider
from web.access.invitations import first_run_link
from web.settings import Provider, Settings
from web.site import Site

COOKIE = "__Host-charter"


@pytest.fixture(scope="module")
def running() -> Iterator[RunningProvider]:
    """The provider of all these tests."""
    started = RunningProvider()
    yield started
    started.stop()


@pytest.fixture
def provider(running: RunningProvider) -> RunningProvider:
    """The provider, which vouches for ann."""
    running.says(preferred_username="ann", sub="7001")
    return running


@pytest.fixture
def company(provider: RunningProvider) -> Provider:
    """How a site is set up for it."""
    return Provider(provider.issuer, "charter", "a-secret-of-the-site", "Skyline account")


@pytest.fixture
def site(ledger: Ledger, company: Provider) -> Iterator[Site]:
    """A site whose people sign in with the provider."""
    with site_over(ledger, Settings(address=ADDRESS, provider=company)) as opened:
        yield opened


def leave(client: TestClient, wanted: str = "/you") -> str:
    """The address at the provider that a browser is sent to."""
    answer = client.get("/sign-in/oidc", params={"next": wanted})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def come_back(address: str) -> str:
    """The path and query with which the provider sends the browser back."""
    answer = httpx.get(address)
    assert answer.status_code == 302, answer.text
    back = answer.headers["Location"]
    assert back.startswith(f"{ADDRESS}/sign-in/oidc/callback?")
    return back.removeprefix(ADDRESS)


def sign_in(client: TestClient) -> Any:
    """What is answered to who has been to the provider and back."""
    return client.get(come_back(leave(client)))


def person_in(client: TestClient, site: Site) -> str | None:
    """Who is signed in in a browser."""
    cookie = client.cookies.get(COOKIE)
    session = site.accounts.signed_in(cookie) if cookie else None
    return session.person if session else None


def test_whom_it_vouches_for_is_in_and_comes_to_where_they_wanted(site: Site, visitor: TestClient) -> None:
    assert "Sign in with Skyline account" in visitor.get("/sign-in?next=/you").text
    answer = sign_in(visitor)
    assert answer.status_code == 303 and answer.headers["Location"] == "/you"
    assert person_in(visitor, site) == "ann" and f"{COOKIE}-visit" not in visitor.cookies
    page = visitor.get("/you").text
    assert "Ann Weaver" in page and "You have none here" in page
    assert first_run_link(site) is None


def test_the_browser_takes_a_state_a_nonce_and_a_challenge_along(visitor: TestClient, company: Provider) -> None:
    answer = visitor.get("/sign-in/oidc")
    address = urlsplit(answer.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}" == company.issuer
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}/sign-in/oidc/callback" and "openid" in asked["scope"]
    assert (
        len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
        and company.client_secret not in address.query
    )
    [cookie] = [c.lower() for c in answer.headers.get_list("set-cookie")]
    assert cookie.startswith("__host-charter-visit=") and "httponly" in cookie and "secure" in cookie
    assert "samesite=lax" in cookie and "max-age=600" in cookie


def test_who_is_linked_stays_the_same_whatever_they_are_called_there(
    site: Site, visitor: TestClient, provider: RunningProvider
) -> None:
    sign_in(visitor)
    provider.says(preferred_username="bob", sub="7001")  # ann, who took bob's name there
    with browser_of(site) as again:
        sign_in(again)
        assert person_in(again, site) == "ann"
    provider.says(preferred_username="ann", sub="7002")  # somebody else, who was given ann's name
    with browser_of(site) as other:
        answer = sign_in(other)
        assert answer.status_code == 409 and "another account" in answer.text and person_in(other, site) is None


@pytest.mark.parametrize("name", ["nobody.here", "", None, "Ann Weaver", 7, ["ann"], "ann\n", "../ann"])
def test_whom_the_ledger_does_not_know_is_told_what_to_do(
    site: Site, visitor: TestClient, provider: RunningProvider, name: Any
) -> None:
    provider.says(preferred_username=name, sub="7003")
    answer = sign_in(visitor)
    if name == "ann\n":
        assert person_in(visitor, site) == "ann"
        return
    assert answer.status_code == 403 and "Ask an admin to register you" in answer.text
    assert person_in(visitor, site) is None


def test_case_makes_no_difference(site: Site, visitor: TestClient, provider: RunningProvider) -> None:
    provider.says(preferred_username="ANN", sub="7001")
    sign_in(visitor)
    assert person_in(visitor, site) == "ann"


def test_an_address_counts_only_when_the_provider_has_verified_it(
    ledger: Ledger, company: Provider, provider: RunningProvider
) -> None:
    with site_over(ledger, Settings(address=ADDRESS, provider=replace(company, claim="email"))) as site:
        for verified, status in ((None, 403), (False, 403), ("true", 403), (True, 303)):
            provider.says(email="bob", email_verified=verified, sub="7004")
            with browser_of(site) as client:
                assert sign_in(client).status_code == status


@pytest.mark.parametrize("how", ["unsigned", "tampered", "foreign", "hmac", "refuses"])
def test_no_forged_word_of_it_is_believed(site: Site, visitor: TestClient, provider: RunningProvider, how: str) -> None:
    provider.says(how, preferred_username="ann", sub="7001")
    with capture_logs() as logged:
        answer = sign_in(visitor)
    assert answer.status_code == 409 and "did not confirm" in answer.text
    assert person_in(visitor, site) is None
    assert [(entry["event"], entry["why"]) for entry in logged] == [("provider_failed", "ProviderRefused")]


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-site"},
        {"aud": None},
        {"iss": "https://evil.test"},
        {"nonce": "made up"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"sub": None},
        {"sub": ""},
        {"iat": int(time.time()) + 86_400},
    ],
    ids=str,
)
def test_a_word_that_was_meant_otherwise_is_not_believed(
    site: Site, visitor: TestClient, provider: RunningProvider, claims: dict[str, Any]
) -> None:
    provider.says(**({"preferred_username": "ann", "sub": "7001"} | claims))
    answer = sign_in(visitor)
    assert answer.status_code == 409 and person_in(visitor, site) is None


def test_it_may_change_its_keys(site: Site, visitor: TestClient, provider: RunningProvider) -> None:
    sign_in(visitor)
    provider.says(new_key=True, preferred_username="ann", sub="7001")
    with browser_of(site) as again:
        assert sign_in(again).status_code == 303 and person_in(again, site) == "ann"


def test_nobody_is_signed_in_by_anothers_visit(site: Site, visitor: TestClient) -> None:
    """What comes back is bound to the browser that left (RFC 9700, 4.7): a link with another's code does nothing."""
    back = come_back(leave(visitor))
    with browser_of(site) as victim:
        assert victim.get(back).status_code == 409 and person_in(victim, site) is None
        leave(victim)  # the victim, too, is on the way
        assert victim.get(back).status_code == 409 and person_in(victim, site) is None
    assert visitor.get(back).status_code == 303
    assert visitor.get(back).status_code == 409  # and it does it once


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied&state=x", "?code=y"])
def test_what_nobody_began_is_refused(site: Site, visitor: TestClient, query: str) -> None:
    leave(visitor)
    assert visitor.get(f"/sign-in/oidc/callback{query}").status_code == 409
    assert person_in(visitor, site) is None


def test_who_says_no_there_is_not_signed_in(site: Site, visitor: TestClient) -> None:
    [state] = (parse_qs(urlsplit(leave(visitor)).query)["state"],)
    answer = visitor.get("/sign-in/oidc/callback", params={"state": state[0], "error": "access_denied"})
    assert answer.status_code == 409 and "did not confirm" in answer.text and person_in(visitor, site) is None


def test_a_provider_that_is_away_is_said_to_be(ledger: Ledger, company: Provider) -> None:
    away = replace(company, issuer="http://127.0.0.1:9")
    with site_over(ledger, Settings(address=ADDRESS, provider=away)) as site, browser_of(site) as client:
        answer = client.get("/sign-in/oidc")
        assert answer.status_code == 409 and "Skyline account does not answer" in answer.text


def test_a_provider_that_says_it_is_another_is_not_asked(ledger: Ledger, company: Provider) -> None:
    other = replace(company, issuer=company.issuer.replace("127.0.0.1", "localhost"))
    with site_over(ledger, Settings(address=ADDRESS, provider=other)) as site, browser_of(site) as client:
        assert client.get("/sign-in/oidc").status_code == 409


def test_without_a_provider_there_is_only_the_password(ledger: Ledger) -> None:
    with site_over(ledger, Settings(address=ADDRESS)) as site, browser_of(site) as client:
        assert "oidc" not in client.get("/sign-in").text
        assert client.get("/sign-in/oidc").status_code == client.get("/sign-in/oidc/callback").status_code == 404


@pytest.mark.parametrize("wanted", ["https://evil.test", "//evil.test"])
def test_nobody_is_led_elsewhere_afterwards(visitor: TestClient, wanted: str) -> None:
    answer = visitor.get(come_back(leave(visitor, wanted)))
    assert answer.headers["Location"] == "/"


def test_what_was_typed_waits_while_one_is_at_the_provider(site: Site, visitor: TestClient) -> None:
    sign_in(visitor)
    proofs = re.findall(r'name="(csrf|whose)" value="([^"]+)"', visitor.get("/desk").text)
    site.accounts.sessions.revoke_all("ann")
    away = visitor.post("/desk", data={**dict(proofs), "request": "Zebrafish"}).headers["Location"]
    form = away.removeprefix("/sign-in?next=")
    address = leave(visitor, form)
    assert "Zebrafish" not in address
    answer = visitor.get(come_back(address))
    assert answer.headers["Location"] == form and person_in(visitor, site) == "ann"
    assert ">Zebrafish</textarea>" in visitor.get(form).text

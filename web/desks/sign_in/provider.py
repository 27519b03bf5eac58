"""Coming in with the company's own account: to the provider, and back with its word for who it is."""

from __future__ import annotations

from functools import lru_cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from charter.message import NotFound, Refused
from web.access.accounts import is_person_id
from web.access.provider import Known, NobodyHere, OpenIdProvider, ProviderRefused
from web.access.record import What, record
from web.access.secret import new_secret
from web.desks.sign_in.coming_in import agent, cookie, enter, local
from web.security import cookie_name, give_cookie, take_cookie
from web.settings import Provider, Settings
from web.site import Site, site_of

router = APIRouter(include_in_schema=False)

PATH, BACK = "/sign-in/oidc", "/sign-in/oidc/callback"
SECONDS = 600


class NoProvider(NotFound):
    """People sign in here with a password. Go back, and type yours."""


@lru_cache
def _client(provider: Provider) -> OpenIdProvider:
    return OpenIdProvider(provider)


def _provider(site: Site) -> Provider:
    if site.settings.provider is None:
        raise NoProvider
    return site.settings.provider


@router.get(PATH)
def go(request: Request, next: str = "/") -> Response:  # noqa: A002  # what stands in the address
    """Send the browser to the provider, with a state that only it can bring back."""
    site = site_of(request)
    client, browser = _client(_provider(site)), new_secret()
    client.load_server_metadata()  # nothing is begun where it does not answer
    state, visit = site.accounts.identities.leave(local(next), browser)
    response = RedirectResponse(client.address(state, visit, site.settings.address + BACK), 303)
    give_cookie(response, site.settings, _visit(site.settings), browser, SECONDS)
    return response


@router.get(BACK)
def back(request: Request, state: str = "", code: str = "") -> Response:
    """Sign in whom the provider vouches for."""
    site = site_of(request)
    provider = _provider(site)
    try:
        visit = site.accounts.identities.came_back(state, request.cookies.get(_visit(site.settings), ""))
        if not code:
            raise ProviderRefused(provider=provider.name)
        known = _client(provider).known(code, visit, site.settings.address + BACK)
        person = _person(request, site, provider, known)
    except Refused as why:
        what = What.IDENTITY_UNKNOWN if isinstance(why, NobodyHere) else What.PROVIDER_FAILED
        record(what, request, how="provider", why=type(why).__name__)
        raise
    secret = site.accounts.sessions.begin(person, "provider", agent(request), cookie(request))
    record(What.SIGNED_IN, request, person=person, how="provider")
    response = enter(request, secret, person, visit.next)
    take_cookie(response, site.settings, _visit(site.settings))
    return response


def _person(request: Request, site: Site, provider: Provider, known: Known) -> str:
    """The person of an identity, linked now if it is not yet; raises NobodyHere or LinkedOtherwise."""
    identities = site.accounts.identities
    person = identities.person(known.issuer, known.subject)
    if person is None:
        person = known.name
        if person is None or not is_person_id(person) or not site.ledger.person(person).registered:
            raise NobodyHere(provider=provider.name)
        identities.link(known.issuer, known.subject, person, provider.name)
        record(What.IDENTITY_LINKED, request, person=person, how="provider")
    return person


def _visit(settings: Settings) -> str:
    """What the cookie is called that ties a visit to the browser that began it."""
    return f"{cookie_name(settings)}-visit"

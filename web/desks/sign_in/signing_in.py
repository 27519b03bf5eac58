"""Where people come in with a password, and go out again."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from charter.message import Refused
from web import kept_forms, refusals, signed_out
from web.access.accounts import SignInRefused, is_person_id
from web.access.limits import TooManyTries
from web.access.record import What, record
from web.asking import known, sign_in_address
from web.desks.sign_in.coming_in import Entered, address, agent, cookie, enter, leave, local
from web.pages import page, then
from web.problems import SLOWED, retry_after
from web.site import site_of
from web.words import _

router = APIRouter(include_in_schema=False)

WRONG = 403


@router.get("/sign-in")
def ask(request: Request, next: str = "/") -> Response:  # noqa: A002  # what stands in the address
    """The page that asks who it is; whoever is signed in already goes on."""
    asks = known(request)
    if asks is None:
        return _ask(request, wanted=local(next))
    return then(kept_forms.after_sign_in(request, asks.person, local(next)))


@router.get(kept_forms.AGAIN)
def again(request: Request) -> Response:
    """Lead to the next form that waits in this browser for whoever asks."""
    asks = known(request)
    if asks is None:
        return then(signed_out.SIGN_IN)
    waiting = kept_forms.FORMS.waiting(request, asks.person)
    return then(kept_forms.address(waiting[0].id)) if waiting else _gone()


@router.get(kept_forms.address("{id}"))
def form_again(request: Request, id: str) -> Response:  # noqa: A002  # it stands so in the address
    """A form that somebody sent when their session had ended, filled as it was; it is not sent."""
    asks = known(request)
    if asks is None:
        return then(sign_in_address(request))
    return signed_out.shown_again(request, asks, id) or _gone()


def _gone() -> Response:
    return then("/", _("Nothing that you typed is kept here any more."))


@router.post("/sign-in")
def sign_in(request: Request, given: Entered) -> Response:
    """Sign somebody in who knows their password."""
    site = site_of(request)
    person, wanted = given.get("person", "").strip().lower(), local(given.get("next", "/"))
    try:
        secret = site.accounts.sign_in(
            person,
            given.get("password", ""),
            address=address(request),
            agent=agent(request),
            instead_of=cookie(request),
        )
    except (SignInRefused, TooManyTries) as why:
        slowed = isinstance(why, TooManyTries)
        registered = is_person_id(person) and site.ledger.person(person).registered
        what = What.SIGN_IN_SLOWED if slowed else What.SIGN_IN_FAILED
        record(what, request, how="password", person=person if registered else None)
        return _ask(request, SLOWED if slowed else WRONG, person=person, wanted=wanted, refused=why)
    record(What.SIGNED_IN, request, person=person, how="password")
    return enter(request, secret, person, wanted)


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session of this browser."""
    secret = cookie(request)
    session = site_of(request).accounts.signed_in(secret) if secret else None
    if secret:
        site_of(request).accounts.sessions.end(secret)
    if session:
        record(What.SIGNED_OUT, request, person=session.person, how=session.how)
    return leave(request, _("You are signed out."))


def _waits_for(request: Request) -> str | None:
    """Whom the form waits for that was sent last in this browser."""
    waiting = kept_forms.FORMS.waiting(request)
    return waiting[-1].person if waiting else None


def _ask(
    request: Request, status: int = 200, *, person: str | None = None, wanted: str, refused: Refused | None = None
) -> Response:
    kept = _waits_for(request)
    response = page(
        request,
        "sign_in/sign_in.html",
        status,
        person=((kept or "") if person is None else person)[:80],
        wanted=wanted,
        refused=refusals.worded(refused) if refused else "",
        provider=site_of(request).settings.provider,
        kept=kept,
    )
    response.headers.update(retry_after(refused) if refused else {})
    return response

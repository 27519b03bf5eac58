"""A secret that was just made is shown once, on the page one is led to: to load it again makes and shows no other.

Until then it waits as a form does whose session has ended, sealed under what only this browser holds. The address names
what it is and which one, so that each of several tabs shows its own, and says so when it was shown.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from web.access.kept import Kept, spoken_of
from web.asking import Asker
from web.held import Held
from web.pages import then
from web.site import site_of
from web.words import _, later

SECRETS = Held("made", lambda accounts: accounts.made)
GONE = {
    "token": later("A token is shown only once. If you have not copied it, revoke it and make another."),
    "link": later("A link to sign in is shown only once. If you have not copied it, make another: it takes its place."),
    "webhook": later(
        "The secret of a webhook is shown only once. If you have not copied it, remove the webhook and make it again."
    ),
    "helpdesk": later(
        "The address for a helpdesk, and its secret, are shown only once. If you have not copied them, remove the "
        "helpdesk and add it again."
    ),
}
"""What is made and shown once, as its page's address names it, with what is said when nothing opens it any more."""


def show(request: Request, asks: Asker, address: str, what: str, **made: str) -> Response:
    """Lead to the page, a path, that shows what was made: what it is, and what is shown of it."""
    secret = site_of(request).accounts.made.keep(asks.person, Kept(address, tuple(made.items())))
    response = then(f"{address}?{what}={spoken_of(secret)}")
    SECRETS.give(request, response, secret)
    return response


def shown(request: Request, asks: Asker) -> dict[str, Any]:
    """What this page is to show to whoever asks, and shows never again: it is `said` that it was shown.

    Nothing where the address names nothing that was made.
    """
    what = next((name for name in GONE if name in request.query_params), None)
    if what is None:
        return {}
    secret = SECRETS.secret(request, request.query_params[what])
    found = site_of(request).accounts.made.take(secret, asks.person, request.url.path) if secret else None
    return dict(found.fields) if found else {"said": _(GONE[what])}

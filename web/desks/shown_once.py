"""A secret that was just made is shown once, on the page one is led to: to load it again makes and shows no other.

Until then it waits as a form does whose session has ended, sealed under what only this browser holds: the form brings
it. So a form that is sent twice, as by a double click, makes one thing, and leads both times to the page that shows it.
The address names what it is and which one, so that each of several tabs shows its own, and says so when it was shown.
"""

from __future__ import annotations

import json
from types import TracebackType
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from web.access.keeping import KeptPage, spoken_of
from web.access.made import MadeAlready
from web.access.secret import derived, is_secret, new_secret
from web.asking import Asker
from web.held import Held
from web.pages import then
from web.site import site_of
from web.words import _, later

ONCE = "once"
"""The field of a form that brings what seals what it makes; one from before there was such a field brings none."""
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


async def _once(request: Request) -> str:
    form = await request.form()
    given = form.get(ONCE)
    if not isinstance(given, str) or not is_secret(given):
        return new_secret()
    said = sorted((name, value) for name, value in form.multi_items() if isinstance(value, str))
    return derived(given.encode(), json.dumps([request.url.path, *said]))


Once = Annotated[str, Depends(_once)]
"""What seals what a form makes: of its field `once` and all else that it says, as with other words it makes another."""


class MadeOnce:
    """What a form makes while this is entered: the page, a path, that shows it, what it is, and the form's `Once`.

    Where the form was sent before, what is done within is undone and left.
    """

    def __init__(self, request: Request, asks: Asker, address: str, what: str, once: str) -> None:
        self._request = request
        self._person = asks.person
        self._address = address
        self._what = what
        self._secret = once
        self._made = site_of(request).accounts.made

    def __enter__(self) -> MadeOnce:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        again = isinstance(error, MadeAlready)
        if again:
            self._made.show_again(self._secret, self._person)
        return again

    def keep(self, connection: Connection, **shown: str) -> None:
        """Keep what is shown of it, in the transaction in which it is made; raises MadeAlready."""
        self._made.keep_in(connection, self._secret, self._person, KeptPage(self._address, tuple(shown.items())))

    def then(self) -> Response:
        """Lead to the page."""
        response = then(f"{self._address}?{self._what}={spoken_of(self._secret)}")
        SECRETS.give(self._request, response, self._secret)
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

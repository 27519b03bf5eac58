"""Who is shown the forms that change a charter: its leaders; whoever else comes there is told so before typing.

A form knows in its field `seen` what its page showed, so that nobody overwrites unseen what came meanwhile.
"""

from __future__ import annotations

from fastapi import Depends, Request

from charter.message import Refused
from charter.phrase import Phrase
from charter.terms import Role
from web import rights
from web.asking import Asks, Here, not_yours
from web.forms import Typed

SEEN = "seen"


class ChangedMeanwhile(Refused):
    """{what} since you opened this page. What you typed is kept below: look at the draft, then send it once more if it
    still holds."""


def require_seen(given: Typed, now: str, what: str) -> None:
    """Raises ChangedMeanwhile where the page showed something else than there is `now`."""
    if given.get(SEEN, [now])[-1] != now:
        raise ChangedMeanwhile(what=what)


def leads(request: Request, asks: Asks, here: Here) -> None:
    """Raises NotYours for whoever does not lead this charter."""
    if not asks.actor.has(Role.LEADER, here):
        raise not_yours(request, asks, Phrase("leaders"))


def may_open(request: Request, asks: Asks) -> None:
    """Raises NotYours for whoever may open no charter."""
    if not rights.may_open(asks.actor):
        raise not_yours(request, asks, Phrase("leaders and admins"))


LEADS = Depends(leads)
MAY_OPEN = Depends(may_open)

"""Who is shown the forms that change a charter: its leaders; whoever else comes there is told so before typing.

A form knows in its field `seen` what its page showed, so that nobody overwrites unseen what came meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import Depends, Request

from charter.charters.commands import OnCharter
from charter.desk import Outdated
from charter.ledger import TooBusy
from charter.message import Refused
from charter.phrase import Phrase
from charter.terms import Role
from web import rights
from web.asking import Asks, Here, not_yours
from web.forms import Typed
from web.site import Site

C = TypeVar("C", bound=OnCharter)

SEEN = "seen"
LOOKS = 20
"""How often a page is held against the charter as it is, while others keep writing to it."""


class ChangedMeanwhile(Refused):
    """{what} since you opened this page. What you typed is kept below: look at the draft, then send it once more if it
    still holds."""


def require_seen(given: Typed, now: str, what: str) -> None:
    """Raises ChangedMeanwhile where the page showed something else than there is `now`."""
    if given.get(SEEN, [now])[-1] != now:
        raise ChangedMeanwhile(what=what)


def write_as_seen(site: Site, asks: Asks, here: Here, make: Callable[[], C]) -> C:
    """Write the command that `make` makes from the charter as it is, once it has looked that its page showed the same.

    The ledger takes it only if nothing was written to the charter since that look; else it is looked at again. Raises
    what `make` raises, and Refused.
    """
    for _ in range(LOOKS):
        version = site.ledger.version(f"charter/{here}")  # read first: what comes after it makes it outdated
        command = make()
        try:
            site.write(command, asks.person, expect=version)
        except Outdated:
            continue
        return command
    raise TooBusy(attempts=LOOKS)


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

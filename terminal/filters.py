"""Names that are looked for, checked before anything is read: a mistyped one would look like nothing happened."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import click

from charter.charters.promise import codes
from charter.message import NotFound
from projections.decision_register import Filter, count
from projections.wording import NO_MATCH
from terminal.mistakes import nearest
from terminal.output import tell
from terminal.session import Session


class NameUnknown(NotFound):
    """There is no {what} {name} here. {nearest}"""


def checked(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """What was typed to look for, unchanged; raises NameUnknown for a name that is nowhere in the ledger.

    History may cite codes that no revision has and name people who are not registered, so what occurs is right too.
    """
    limit = given.get("limit")
    if limit and limit.isdecimal():
        first = any(param.name == "first" for param in click.get_current_context().command.params)
        many = f" For how many lines to show: --first {limit}." if first else ""
        msg = f"--limit takes the code of a limit, for example REFUND-30.1.{many}"
        raise click.UsageError(msg)
    for name in ("promise", "limit"):
        if code := given.get(name):
            _one_of(session, name, code, _codes(session, name == "limit"), "See: charter promise list")
    if rep := given.get("rep"):
        _one_of(session, "rep", rep, session.ledger.people(), "See: charter person list")
    return given


def nothing(session: Session) -> None:
    """Say that nothing was found: because there is nothing yet, or because of what was looked for."""
    tell(NO_MATCH if count(session.views) else "No request has been logged yet.")


def known(what: str, name: str, names: Collection[str], otherwise: str) -> None:
    """Raise NameUnknown with the nearest names, unless the name is one of them."""
    if name not in names:
        raise NameUnknown(what=what, name=name, nearest=nearest(name, names) or otherwise)


def _one_of(session: Session, what: str, name: str, names: Collection[str], otherwise: str) -> None:
    if name not in names and not count(session.views, Filter.model_validate({what: name})):
        known(what, name, names, otherwise)


def _codes(session: Session, limits: bool) -> set[str]:
    """The codes of all promises there ever were in the charters that are meant, and of their limits."""
    found: set[str] = set()
    for slug in [session.known_charter] if session.chosen else session.ledger.charters():
        state = session.ledger.charter(str(slug))
        found |= {*state.last_limit, *state.draft}
        for wording in (tuple(state.draft.values()), *(revision.promises for revision in state.revisions.values())):
            found = found.union(*codes(wording))
    return found if limits else {code for code in found if "." not in code}

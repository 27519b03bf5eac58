"""What is said to somebody who was wrong: one sentence, the names that come nearest, and the exit code."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from difflib import SequenceMatcher, get_close_matches
from typing import NamedTuple

from pydantic import ValidationError

from charter.given import UnknownCharter, UnknownPerson
from charter.malformed import sentences
from charter.message import NotAllowed, NotFound, Refused
from charter.store.errors import (
    HeadDamaged,
    LedgerExists,
    NeedsUpgrade,
    NoLedger,
    StoreDamaged,
    StoreUnavailable,
    TreeDamaged,
)
from terminal.refusals import NoCharter
from terminal.session import Session
from terminal.times import shown

REFUSED, MALFORMED, NOT_FOUND, NOT_ALLOWED, DAMAGED = 1, 2, 3, 4, 5
INTERRUPTED = 130
MOST = 10
"""Charters that are named to somebody who mistyped one."""


class Told(NamedTuple):
    """A sentence for standard error, and the exit code that goes with it."""

    words: str
    code: int


def told(error: Exception, session: Session) -> Told | None:
    """What to say about an exception; None when the mistake is ours."""
    from projections.engine import ViewFailed

    match error:
        case NotFound():
            return Told(_with_nearest(error, session), NOT_FOUND)
        case NotAllowed():
            return Told(_worded(error), NOT_ALLOWED)
        case Refused():
            return Told(_worded(error), REFUSED)
        case HeadDamaged() | TreeDamaged() | StoreDamaged():
            return Told(str(error), DAMAGED)
        case LedgerExists() | NeedsUpgrade() | StoreUnavailable() | ViewFailed():
            return Told(str(error), REFUSED)
        case NoLedger():
            return Told(str(error), NOT_FOUND)
        case UnicodeEncodeError(reason="surrogates not allowed"):  # how Python reads bytes that are not UTF-8
            return Told("Something that was typed is not valid text (UTF-8). Type it again.", MALFORMED)
        case OSError(filename=str() as name, strerror=why):
            return Told(f"The file {name} cannot be used: {why}.", REFUSED)
        case ValidationError():
            return Told("\n".join(sentences(error, {})), MALFORMED)
        case _:
            return None


def _with_nearest(error: NotFound, session: Session) -> str:
    """The refusal, with the names that come nearest to an unknown one."""
    meant = ""
    if isinstance(error, UnknownCharter) and session.reads:
        return _charters(error.facts["charter"], session.ledger.charters())
    if isinstance(error, UnknownCharter):
        meant = nearest(error.facts["charter"], session.ledger.charters())
    elif isinstance(error, UnknownPerson):
        meant = nearest(error.facts["person"], session.ledger.people())
    return f"{_worded(error)}\n{meant}" if meant else _worded(error)


def _charters(name: str, known: Collection[str]) -> str:
    """What to say to somebody who reads a charter that is not there: those that are, the nearest first."""
    if not known:
        return str(NoCharter())
    alike = sorted(known, key=lambda slug: -SequenceMatcher(None, name, slug).ratio())
    more = f" and {len(alike) - MOST:,} more" if len(alike) > MOST else ""
    return f"There is no charter called {name}. The charters here: {', '.join(alike[:MOST])}{more}."


def _worded(error: Refused) -> str:
    """A refusal in its own words, with moments as they are where the user is."""
    moments = {name: fact for name, fact in error.facts.items() if isinstance(fact, datetime)}
    if not moments:
        return str(error)
    spoken = {name: shown(moment) for name, moment in moments.items()}
    if len({*spoken.values()}) < len(spoken):  # one of them lies before the other, which minutes would hide
        spoken = {name: f"{moment.astimezone():%Y-%m-%d %H:%M:%S.%f}" for name, moment in moments.items()}
    return str(type(error)(**(error.facts | spoken)))


def nearest(name: str, known: Collection[str]) -> str:
    """A question for the names that come nearest to a mistyped one; empty when none does."""
    near = get_close_matches(name, known, n=3)
    return f"Did you mean {' or '.join(near)}?" if near else ""

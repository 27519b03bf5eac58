"""What is said to somebody who was wrong: one sentence, the names that come nearest, and the exit code."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from difflib import SequenceMatcher, get_close_matches
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from charter import message
from charter.given import UnknownCharter, UnknownPerson
from charter.message import NotAllowed, NotFound, Refused
from charter.store.errors import HeadDamaged, LedgerExists, NeedsUpgrade, NoLedger, StoreUnavailable, TreeDamaged
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
        case LedgerExists() | NeedsUpgrade() | StoreUnavailable() | ViewFailed():
            return Told(str(error), REFUSED)
        case NoLedger():
            return Told(str(error), NOT_FOUND)
        case HeadDamaged() | TreeDamaged():
            return Told(str(error), DAMAGED)
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


def sentences(error: ValidationError, names: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each thing that is wrong, naming the option it was typed for."""
    for detail in error.errors(include_url=False):
        field = str(detail["loc"][0]) if detail["loc"] else ""
        yield f"{names.get(field, field) or 'This'} {_wrong(detail)}"


def _pattern(annotated: Any) -> str:
    return str(get_args(annotated)[1].pattern)


SHAPES = {
    message.NO_CONTROL: "holds a character that cannot be printed. Type it as plain text.",
    message.ONE_LINE: "has to fit on one line, without control characters.",
    _pattern(message.Slug): "is not a short name. Use small letters, digits and hyphens, for example skyline.",
    _pattern(message.PersonId): "is not an id. Use small letters, digits and . - _ @, for example j.smith.",
    _pattern(message.PromiseCode): "is not a code. Use capitals, digits and hyphens, for example REFUND-30.",
    _pattern(message.LimitCode): "is not the code of a limit, for example REFUND-30.2.",
    _pattern(message.Code): "is not the code of a promise or a limit, for example REFUND-30 or REFUND-30.2.",
    _pattern(message.CaseId): "is not the id of a decision: 32 digits and letters from a to f.",
}


def _wrong(detail: ErrorDetails) -> str:
    facts = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return "is missing."
        case "string_too_short":
            return "is empty. Write something, or leave it out."
        case "string_too_long":
            return f"is too long: {facts['max_length']:,} characters at most."
        case "string_pattern_mismatch":
            return SHAPES.get(facts["pattern"], f"does not read like {facts['pattern']}.")
        case "string_unicode":
            return "is not valid text (UTF-8)."
        case "greater_than_equal":
            return f"has to be {facts['ge']:,} or more."
        case "less_than_equal":
            return f"has to be {facts['le']:,} or less."
        case _:
            return f"cannot be used: {detail['msg'][:1].lower()}{detail['msg'][1:]}."

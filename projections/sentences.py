"""What each entry says, as one short sentence a customer could read: "ann answered no, off-brand, citing REFUND-30.2".

No sentence repeats a field that may speak of a customer (the request, the reason, what they were told), so a list of
sentences can be shown wherever the ledger can.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from textwrap import shorten
from typing import assert_never

from charter.catalogue import AnyEvent
from charter.charters.events import (
    CharterAcknowledged,
    CharterEvent,
    CharterOpened,
    PromiseMade,
    PromiseRetired,
    PromiseRevised,
    RetentionSet,
    RevisionApproved,
    RevisionProposed,
    RevisionPublished,
    RevisionRecorded,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.decisions.events import (
    CauseAssigned,
    DecisionAppealed,
    DecisionCorrected,
    DecisionEvent,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    HoldPlaced,
    HoldReleased,
    InformationAsked,
    LearningCaptured,
    RequestClassified,
    RequestCorrected,
    RequestEscalated,
    RequestLogged,
    RequestTriaged,
    RequestWithdrawn,
)
from charter.keys.events import KeyAdopted, KeyEvent, KeyRetired
from charter.keys.verifier import key_id
from charter.message import Entry
from charter.people.events import (
    AuthorityGranted,
    AuthorityRevoked,
    PersonEvent,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
)
from charter.subjects.events import ErasureCompleted, ErasureRequested, SubjectEvent
from charter.terms import Gap, Ground

BRIEF = 120
"""Characters that a sentence quotes of a longer text."""

LATE = timedelta(days=1)
"""What reached the ledger later than this after it happened is shown as recorded late."""


def sentence(entry: Entry) -> str:
    """Who did what, on one line and without a full stop."""
    event = entry.event
    assert isinstance(event, AnyEvent)
    if isinstance(event, CharterEvent):
        return f"{entry.by} {_of_charter(event, entry.key)}"
    if isinstance(event, DecisionEvent):
        return f"{entry.by} {_of_decision(event, entry.by)}"
    if isinstance(event, KeyEvent):
        return f"{entry.by} {_of_keys(event)}"
    if isinstance(event, SubjectEvent):
        return f"{entry.by} {_of_subject(event)}"
    return f"{entry.by} {_of_person(event, entry.key)}"


def recorded_late(at: datetime | None, recorded_at: datetime) -> bool:
    """Whether something was written down much later than it happened, or without saying when that was."""
    return at is None or recorded_at - at > LATE


def words(value: StrEnum) -> str:
    """A fixed value as it is read: `out-of-integrity` is out of integrity, and off-brand keeps its hyphen."""
    return value.value if value is Ground.OFF_BRAND else value.value.replace("-", " ")


def brief(text: str) -> str:
    """The beginning of a text on one line."""
    return shorten(text, BRIEF, placeholder=" …") if " " in text[:BRIEF] else text[:BRIEF]


def _of_charter(event: CharterEvent, charter: str) -> str:
    match event:
        case CharterOpened():
            return f"opened the charter {charter} for {event.brand}"
        case PromiseMade():
            return f"put {event.promise.code} into the draft of {charter}: {event.promise.title}"
        case PromiseRevised():
            return f"worded {event.promise.code} anew in the draft of {charter}: {brief(event.why)}"
        case PromiseRetired():
            return f"took {event.code} out of the draft of {charter}: {brief(event.why)}"
        case RevisionProposed():
            return f"proposed revision {event.revision} of {charter}: {brief(event.summary)}"
        case RevisionApproved():
            note = f": {brief(event.note)}" if event.note else ""
            return f"approved revision {event.revision} of {charter}{note}"
        case RevisionRejected():
            return f"rejected revision {event.revision} of {charter}: {brief(event.reason)}"
        case RevisionPublished():
            return f"published revision {event.revision} of {charter}, in force from {event.effective_from}"
        case RevisionWithdrawn():
            return f"withdrew revision {event.revision} of {charter}: {brief(event.reason)}"
        case CharterAcknowledged():
            department = f" for {event.department}" if event.department else ""
            return f"acknowledged revision {event.revision} of {charter}{department}"
        case RevisionRecorded():
            start = event.effective_from or "a day not known"
            version = f"version {event.label} of {charter} as revision {event.revision}, in force from {start}"
            return f"brought in {version}, from {event.source}{_gaps(event.gaps)}"
        case RetentionSet():
            return f"set for how long data of {event.kind} is kept under {charter}: {event.months} months"
        case _:
            assert_never(event)


def _of_decision(event: DecisionEvent, by: str) -> str:
    match event:
        case RequestLogged():
            return _logged(event)
        case RequestTriaged():
            return f"triaged the request: urgency {event.urgency}, risk {event.risk}, for {event.department}"
        case RequestClassified():
            fit = f", fit {event.fit}" if event.fit else ""
            return f"classified the request as {event.kind}{fit}"
        case InformationAsked():
            return _through(by, event.rep, "asked the customer for information") + _gaps(event.gaps)
        case RequestEscalated():
            to = f" to {event.to}" if event.to else ""
            return _through(by, event.rep, f"escalated the request{to}") + _gaps(event.gaps)
        case RequestWithdrawn():
            return f"recorded that the customer withdrew the request{_gaps(event.gaps)}"
        case DecisionMade():
            return _through(by, event.rep, f"answered {_answer(event)}") + _gaps(event.gaps)
        case DecisionAppealed():
            return "recorded that the customer appealed"
        case DecisionUpheld():
            return "upheld the decision"
        case DecisionReversed():
            return f"reversed the decision to {_answer(event)}"
        case RequestCorrected() | DecisionCorrected():
            return _corrected(event)
        case CauseAssigned():
            return f"assigned the cause: {words(event.cause)}"
        case LearningCaptured():
            together = " with the customer" if event.with_customer else ""
            return f"captured what was learned{together}"
        case HoldPlaced() | HoldReleased():
            return f"{'placed' if isinstance(event, HoldPlaced) else 'released'} the hold {event.hold}"
        case _:
            assert_never(event)


def _of_person(event: PersonEvent, person: str) -> str:
    match event:
        case PersonRegistered():
            department = f" of {event.department}" if event.department else ""
            return f"registered {person}{department}"
        case RoleGranted():
            return f"granted {person} the role {event.role}{_scope(event)}"
        case RoleRevoked():
            return f"revoked the role {event.role} of {person}{_scope(event)}"
        case AuthorityGranted():
            return f"granted {person} the authority to bend promises"
        case AuthorityRevoked():
            return f"revoked the authority of {person} to bend promises"
        case _:
            assert_never(event)


def _of_keys(event: KeyEvent) -> str:
    match event:
        case KeyAdopted():
            return f"adopted the signing key {key_id(event.key)}"
        case KeyRetired():
            return f"retired the signing key {key_id(event.key)}: {brief(event.why)}"
        case _:
            assert_never(event)


def _of_subject(event: SubjectEvent) -> str:
    match event:
        case ErasureRequested():
            return f"asked for somebody's words to be erased, for: {brief(event.reason)}"
        case ErasureCompleted():
            entries = "1 entry" if event.entries == 1 else f"{event.entries:,} entries"
            return f"had somebody's words in {entries} erased"
        case _:
            assert_never(event)


def _logged(event: RequestLogged) -> str:
    through = f" through {event.touchpoint}" if event.touchpoint else ""
    if event.source:
        row = f"row {event.row} of " if event.row else "from "
        return f"brought in a request under {event.charter}{through}, {row}{event.source}"
    return f"logged a request under {event.charter}{through}"


def _answer(reply: DecisionMade | DecisionReversed) -> str:
    parts: list[str] = [words(value) for value in (reply.answer, reply.ground, reply.effect) if value]
    if reply.cited:
        parts.append("citing " + ", ".join(reply.cited))
    return ", ".join(parts)


def _corrected(event: RequestCorrected | DecisionCorrected) -> str:
    what = "request" if isinstance(event, RequestCorrected) else "answer"
    changed = [
        "citing " + ", ".join(value) if name == "cited" else name
        for name in type(event).model_fields
        if name not in ("corrects", "why") and (value := getattr(event, name)) is not None
    ]
    return f"corrected the {what} ({'; '.join(changed)})"


def _through(by: str, rep: str | None, did: str) -> str:
    """In history one person writes what another did."""
    return did if rep in (None, by) else f"recorded that {rep} {did}"


def _scope(event: RoleGranted | RoleRevoked) -> str:
    return f" for {event.charter}" if event.charter else ""


def _gaps(gaps: Iterable[Gap]) -> str:
    listed = ", ".join(gaps)
    return f" (gaps: {listed})" if listed else ""

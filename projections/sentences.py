"""What each entry says, as one short sentence a customer could read: "ann answered no, off-brand, citing REFUND-30.2".

No sentence repeats a field that may speak of a customer (the request, the reason, what they were told), so a list of
sentences can be shown wherever the ledger can.
"""

from collections.abc import Callable
from functools import partial
from textwrap import shorten
from typing import TypeAlias, assert_never

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
from charter.decisions.events import DecisionEvent
from charter.given import scope
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
from charter.phrase import Phrase, plural
from charter.subjects.events import ErasureCompleted, ErasureRequested, SubjectEvent
from projections.decision_sentences import of_decision
from projections.wording import lacking

BRIEF = 120
"""Characters that a sentence quotes of a longer text."""

OfRevision: TypeAlias = (
    RevisionProposed | RevisionApproved | RevisionRejected | RevisionPublished | RevisionWithdrawn | CharterAcknowledged
)


def sentence(entry: Entry) -> Phrase:
    """Who did what, on one line and without a full stop."""
    event = entry.event
    assert isinstance(event, AnyEvent)
    if isinstance(event, CharterEvent):
        return _of_charter(event, entry.by, entry.key)
    if isinstance(event, DecisionEvent):
        return of_decision(event, entry.by)
    if isinstance(event, KeyEvent):
        return _of_keys(event, entry.by)
    if isinstance(event, SubjectEvent):
        return _of_subject(event, entry.by)
    return _of_person(event, entry.by, entry.key)


def brief(text: str) -> str:
    """The beginning of a text on one line."""
    return shorten(text, BRIEF, placeholder=" …") if " " in text[:BRIEF] else text[:BRIEF]


def _of_charter(event: CharterEvent, by: str, charter: str) -> Phrase:
    say = partial(Phrase, by=by, charter=charter)
    match event:
        case CharterOpened():
            return say("{by} opened the charter {charter} for {brand}", brand=event.brand)
        case PromiseMade():
            made = event.promise
            return say("{by} put {code} into the draft of {charter}: {title}", code=made.code, title=made.title)
        case PromiseRevised():
            code, why = event.promise.code, brief(event.why)
            return say("{by} worded {code} anew in the draft of {charter}: {why}", code=code, why=why)
        case PromiseRetired():
            return say("{by} took {code} out of the draft of {charter}: {why}", code=event.code, why=brief(event.why))
        case RevisionRecorded():
            return say(
                "{by} brought in version {label} of {charter} as revision {revision}, in force from {start}, "
                "from {source}{gaps}",
                label=event.label,
                revision=event.revision,
                start=event.effective_from or Phrase("a day not known"),
                source=event.source,
                gaps=lacking(event.gaps),
            )
        case RetentionSet():
            return plural(
                "{by} set for how long data of {kind} is kept under {charter}: {number} month",
                "{by} set for how long data of {kind} is kept under {charter}: {number} months",
                event.months,
                by=by,
                kind=event.kind,
                charter=charter,
            )
        case _:
            return _of_revision(event, partial(say, revision=event.revision))


def _of_revision(event: OfRevision, say: Callable[..., Phrase]) -> Phrase:
    match event:
        case RevisionProposed():
            return say("{by} proposed revision {revision} of {charter}: {summary}", summary=brief(event.summary))
        case RevisionApproved():
            note = f": {brief(event.note)}" if event.note else ""
            return say("{by} approved revision {revision} of {charter}{note}", note=note)
        case RevisionRejected():
            return say("{by} rejected revision {revision} of {charter}: {reason}", reason=brief(event.reason))
        case RevisionPublished():
            start = event.effective_from
            return say("{by} published revision {revision} of {charter}, in force from {start}", start=start)
        case RevisionWithdrawn():
            return say("{by} withdrew revision {revision} of {charter}: {reason}", reason=brief(event.reason))
        case CharterAcknowledged():
            department = Phrase(" for {department}", department=event.department) if event.department else ""
            return say("{by} acknowledged revision {revision} of {charter}{department}", department=department)
        case _:
            assert_never(event)


def _of_person(event: PersonEvent, by: str, person: str) -> Phrase:
    say = partial(Phrase, by=by, person=person)
    match event:
        case PersonRegistered():
            department = Phrase(" of {department}", department=event.department) if event.department else ""
            return say("{by} registered {person}{department}", department=department)
        case RoleGranted():
            return say("{by} granted {person} the role {role}{scope}", role=event.role, scope=scope(event.charter))
        case RoleRevoked():
            return say("{by} revoked the role {role} of {person}{scope}", role=event.role, scope=scope(event.charter))
        case AuthorityGranted():
            return say("{by} granted {person} the authority to bend promises")
        case AuthorityRevoked():
            return say("{by} revoked the authority of {person} to bend promises")
        case _:
            assert_never(event)


def _of_keys(event: KeyEvent, by: str) -> Phrase:
    say = partial(Phrase, by=by, key=key_id(event.key))
    match event:
        case KeyAdopted():
            return say("{by} adopted the signing key {key}")
        case KeyRetired():
            return say("{by} retired the signing key {key}: {why}", why=brief(event.why))
        case _:
            assert_never(event)


def _of_subject(event: SubjectEvent, by: str) -> Phrase:
    match event:
        case ErasureRequested():
            reason = brief(event.reason)
            return Phrase("{by} asked for somebody's words to be erased, for: {reason}", by=by, reason=reason)
        case ErasureCompleted():
            return plural(
                "{by} had somebody's words in {number} entry erased",
                "{by} had somebody's words in {number} entries erased",
                event.entries,
                by=by,
            )
        case _:
            assert_never(event)

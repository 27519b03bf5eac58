"""One decision's trail: everything that happened to it, under which wording, and what proves that nothing was altered.

A trail is read from the ledger itself and keeps no table. A decision has a handful of entries, which the ledger finds
at once; a copy of them could only be later, larger and less certain than they are, and would hold customers' words a
second time. The wordings it cites come from the charter as the rules see it, which the ledger has at hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from charter.catalogue import entries
from charter.charters.promise import Promise
from charter.charters.state import Charter
from charter.charters.state import evolve as evolve_charter
from charter.decisions.events import (
    DecisionCorrected,
    DecisionMade,
    DecisionReversed,
    RequestClassified,
    RequestCorrected,
    RequestLogged,
)
from charter.decisions.refusals import UnknownDecision
from charter.decisions.state import ON_REQUEST, Case, Stage, corrected, evolve
from charter.leaf import leaves, stamp
from charter.ledger import Ledger
from charter.message import Entry, Event
from charter.phrase import Phrase
from charter.privacy.vault import Vault
from charter.terms import Answer, Effect, Fit, Gap, Ground, Kind
from projections.citations import Citation, citation
from projections.engine import Views
from projections.erased import Erasure, erasures, people_in
from projections.line import Line
from projections.wording import words

LABELS = {
    "rep": Phrase("decided by"),
    "cited": Phrase("cites"),
    "told": Phrase("told the customer"),
    "to": Phrase("handed to"),
    "label": Phrase("version named"),
    "with_customer": Phrase("found with the customer"),
}
"""How the fields of an entry are called, where their own name would not be understood."""

SHOWN_ELSEWHERE = frozenset(("charter", "received_at", "corrects", "gaps"))


@dataclass(frozen=True, slots=True)
class Asked:
    """The request as it reads after all corrections; `source` and `row` say where an imported one comes from."""

    charter: str
    request: str
    customer: str | None
    touchpoint: str | None
    kind: Kind | None
    fit: Fit | None
    ticket: str | None
    received_at: datetime | None
    source: str | None
    row: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer that stands, after all corrections, pinned to a revision (None: no charter was in force)."""

    answer: Answer
    ground: Ground | None
    effect: Effect | None
    cited: tuple[str, ...]
    revision: int | None
    reason: str | None
    told: str | None
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of an entry as it is read."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Step(Line):
    """One thing that happened; `corrects` is the version of the step whose mistake it mends, `gaps` what it lacks."""

    facts: tuple[Fact, ...]
    corrects: int | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands in the ledger, and the SHA-256 hash, in hex, of the leaf that stands for it in the tree."""

    position: int
    leaf: str


@dataclass(frozen=True, slots=True)
class Trail:
    """Everything about one decision, from the request to what proves it.

    `holds` keep its words from being erased; `erased` says whose words were, when and for what.
    """

    decision: str
    stage: Stage
    asked: Asked
    answered: Answered | None
    steps: tuple[Step, ...]
    citations: tuple[Citation, ...]
    proof: tuple[Proof, ...]
    holds: tuple[str, ...] = ()
    erased: tuple[Erasure, ...] = ()


def trail(views: Views, decision: str, known_at: datetime | None = None, vault: Vault | None = None) -> Trail:
    """The trail of a decision, by its full id, as known at a time (aware; None: now). Raises UnknownDecision.

    What is sealed in it is opened with the keys of `vault` (None: the ledger's own).
    """
    rows = views.ledger.entries_recorder.stream_rows({f"decision/{decision}": 0})
    if known_at is not None:
        rows = [row for row in rows if row[4] <= stamp(known_at)]
    if not rows:
        raise UnknownDecision(decision=decision)
    history, case = list(entries(rows, vault or views.ledger.vault)), Case()
    for entry in history:
        case = evolve(case, entry.event, entry.by, entry.at)  # type: ignore[arg-type]  # a decision's stream holds nothing else
    answered = newest_answer(history)
    charter = _charter(views.ledger, case.charter, known_at)
    return Trail(
        decision=decision,
        stage=case.stage,
        asked=_asked(history),
        answered=answered,
        steps=tuple(map(_step, history)),
        citations=tuple(_citations(charter, history, answered, views.ledger.now())),
        proof=tuple(Proof(row[0], leaf.hex()) for row, leaf in zip(rows, leaves(rows), strict=True)),
        holds=case.holds,
        erased=erasures(views.ledger, people_in(history)),
    )


def _charter(ledger: Ledger, slug: str, known_at: datetime | None) -> Charter:
    """A charter as the rules see it now, or would have seen it at a recorded time."""
    if known_at is None:
        return ledger.charter(slug)
    state = Charter()
    for entry in ledger.stream(f"charter/{slug}"):
        if entry.recorded_at <= known_at:
            state = evolve_charter(state, entry.event, entry.by, entry.at)  # type: ignore[arg-type]  # as above
    return state


def _asked(history: Sequence[Entry]) -> Asked:
    fields: dict[str, Any] = {}
    for entry in history:
        match entry.event:
            case RequestLogged() as event:
                fields = dict(event)
            case RequestCorrected() as event:
                fields |= {name: value for name in ON_REQUEST if (value := getattr(event, name)) is not None}
            case RequestClassified() as event:
                fields |= {"kind": event.kind, "fit": event.fit or fields["fit"]}
    return Asked(**fields)


def newest_answer(history: Sequence[Entry]) -> Answered | None:
    """The newest answer, as corrected since."""
    answer: DecisionMade | DecisionReversed | None = None
    for entry in history:
        match entry.event:
            case DecisionMade() | DecisionReversed() as event:
                answer, by, at = event, entry.by, entry.at
            case DecisionCorrected() as event:
                assert answer is not None, f"position {entry.position} corrects an answer before there is one"
                answer = corrected(answer, event)
    if answer is None:
        return None
    return Answered(
        answer=answer.answer,
        ground=answer.ground,
        effect=answer.effect,
        cited=answer.cited,
        revision=answer.revision,
        reason=answer.reason,
        told=answer.told,
        by=answer.rep if isinstance(answer, DecisionMade) else by,
        at=at,
    )


def _citations(
    charter: Charter, history: Sequence[Entry], answered: Answered | None, now: datetime
) -> Iterator[Citation]:
    """Each code once for each revision it was cited from, in the order in which that happened."""
    cited: dict[tuple[str, int | None], None] = {}
    revision: int | None = None
    for entry in history:
        if isinstance(entry.event, DecisionMade | DecisionReversed):
            revision = entry.event.revision
        if isinstance(entry.event, DecisionMade | DecisionReversed | DecisionCorrected):
            cited |= dict.fromkeys((code, revision) for code in entry.event.cited or ())
    if not cited:
        return

    def wording(number: int) -> tuple[Promise, ...]:
        return charter.revisions[number].promises

    others = [other.revision for other in charter.standing.revisions]
    in_force = charter.standing.in_force(now)
    today = wording(in_force.revision) if in_force else ()
    for code, number in cited:
        stands = answered is not None and number == answered.revision and code in answered.cited
        yield citation(code, number, stands=stands, wording=wording, others=others, today=today)


def _step(entry: Entry) -> Step:
    return Step.of(
        entry,
        facts=tuple(_facts(entry.event)),
        corrects=getattr(entry.event, "corrects", None),
        gaps=getattr(entry.event, "gaps", ()),
    )


def _facts(event: Event) -> Iterator[Fact]:
    for name, value in event:
        if value and name not in SHOWN_ELSEWHERE:
            yield Fact(LABELS.get(name) or Phrase(name), _told(value))


def _told(value: Any) -> str:
    match value:
        case StrEnum():
            return words(value)
        case tuple():
            return ", ".join(value)
        case True:
            return Phrase("yes")
        case _:
            return str(value)

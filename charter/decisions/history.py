"""How a case from another system comes in: by the full rules, or openly as history with everything it lacks listed."""

from collections.abc import Iterator, Set
from datetime import datetime
from functools import partial

from charter.decisions.commands import OpenOutcome, RecordCase, Reply
from charter.decisions.events import (
    DecisionEvent,
    DecisionMade,
    InformationAsked,
    RequestEscalated,
    RequestLogged,
    RequestWithdrawn,
)
from charter.decisions.refusals import (
    NoCharterInForce,
    NoPerson,
    NoTime,
    ReasonMissing,
    RowChanged,
    WrongRevision,
)
from charter.decisions.reply import Fault, faults
from charter.decisions.state import Case, Stage
from charter.decisions.times import check_times
from charter.given import Actor, Given, InForce, MissingRole, Standing, UnknownPerson
from charter.message import ERASED, SEALED
from charter.terms import DESK, Gap, Role

UNREADABLE = (ERASED, SEALED)

OnlyAGap = tuple[Gap, None]
"""What history lacks, and no refusal: by the full rules nothing is wrong with it."""


def record(state: Case, command: RecordCase, given: Given) -> list[DecisionEvent]:
    """The request and what became of it; nothing when the same row was recorded before."""
    given.require(command.charter, Role.LEADER)  # what others decided is brought in by who answers for the charter
    standing = given.charter(command.charter)
    check_times(command.received_at, given.at, given.now)
    logged = RequestLogged.of(
        charter=command.charter,
        request=command.request,
        customer=command.customer,
        touchpoint=command.touchpoint,
        kind=command.kind,
        fit=command.fit,
        ticket=command.ticket,
        received_at=command.received_at,
        source=command.source,
        row=command.row,
    )
    revision = standing.in_force(given.at) if given.at else None
    if state.stage is not Stage.UNKNOWN:
        # What was admitted once is not judged again: roles and authority may have changed since.
        request = _reads_the_same(state.logged, logged)
        if request and _same(state, _outcome(command, revision, ()), given.at):
            return []
        raise RowChanged(row=command.row, source=command.source, decision=command.decision[:8])
    outcome = _outcome(command, revision, _gaps(command, given, standing, revision))
    return [logged] if outcome is None else [logged, outcome]


def _gaps(command: RecordCase, given: Given, standing: Standing, revision: InForce | None) -> tuple[Gap, ...]:
    gaps = []
    for gap, refusal in _faults(command, given, standing, revision):
        if refusal is not None and not command.as_history:
            raise refusal()
        gaps.append(gap)
    return tuple(gaps)


def _faults(
    command: RecordCase, given: Given, standing: Standing, revision: InForce | None
) -> Iterator[Fault | OnlyAGap]:
    if command.outcome is OpenOutcome.OPEN:
        return
    if given.at is None:
        yield Gap.NO_TIME, NoTime
    actor: Actor | None = None
    if command.rep is None:
        yield Gap.NO_PERSON, NoPerson
    elif (actor := given.people.get(command.rep)) is None:
        yield Gap.UNKNOWN_PERSON, lambda: UnknownPerson(person=command.rep)
    elif not actor.has_any(DESK, command.charter):
        yield Gap.NO_ROLE, lambda: MissingRole.of(actor, DESK, command.charter)
    if not isinstance(command.outcome, Reply):
        if not command.note and command.outcome is not OpenOutcome.WITHDRAWN:
            yield Gap.NO_REASON, lambda: ReasonMissing(answer=f"case that is {command.outcome}")
        return
    at = given.at
    if command.as_history and at is not None and standing.opened_at is not None and at >= standing.opened_at:
        yield Gap.AFTER_OPENING, None  # by the full rules a case may be of any time
    if at is not None and revision is None:
        yield Gap.NO_CHARTER, lambda: NoCharterInForce(charter=standing.charter, day=standing.day(at))
    if (
        revision is not None
        and command.label is not None
        and command.label != (revision.label or str(revision.revision))
    ):
        yield Gap.WRONG_REVISION, partial(_wrong_revision, command.label, standing, revision, at)
    yield from faults(command.outcome, command.decision, actor, standing, revision)


def _wrong_revision(label: str, standing: Standing, revision: InForce, at: datetime | None) -> WrongRevision:
    day = standing.day(at) if at else None
    return WrongRevision(
        label=label, revision=revision.revision, known=f"version {revision.label or revision.revision}", day=day
    )


def _outcome(command: RecordCase, revision: InForce | None, gaps: tuple[Gap, ...]) -> DecisionEvent | None:
    match command.outcome:
        case Reply() as reply:
            return DecisionMade.of(
                answer=reply.answer,
                rep=command.rep,
                ground=reply.ground,
                effect=reply.effect,
                cited=reply.cite,
                revision=revision.revision if revision else None,
                reason=reply.reason,
                told=reply.told,
                label=command.label,
                gaps=gaps,
            )
        case OpenOutcome.ESCALATED:
            return RequestEscalated(reason=command.note, rep=command.rep, gaps=gaps)
        case OpenOutcome.ASKED:
            return InformationAsked(question=command.note, rep=command.rep, gaps=gaps)
        case OpenOutcome.WITHDRAWN:
            return RequestWithdrawn(reason=command.note, gaps=gaps)
        case OpenOutcome.OPEN:
            return None


def _same(state: Case, now: DecisionEvent | None, at: datetime | None) -> bool:
    """Whether a row says what it said before; what the ledger itself adds (revision, gaps) may have changed since.

    A row without an outcome says no more than its request: it may have been answered here in the meantime.
    """
    if now is None:
        return True
    before = state.first
    if before is None or state.first_at != at:
        return False
    return _reads_the_same(before, now, {"revision", "gaps"})


def _reads_the_same(before: DecisionEvent | None, now: DecisionEvent, own: Set[str] = frozenset()) -> bool:
    """Whether two events say the same, the ledger's `own` fields aside.

    Words that were erased, or are sealed away from here, are not compared: the row that once brought them is still the
    same row, and nobody can say otherwise. So it is neither refused as changed, nor does it bring them back.
    """
    if type(before) is not type(now):
        return False
    then, today = dict(before), dict(now)
    return all(value in UNREADABLE or value == today[name] for name, value in then.items() if name not in own)

"""How a case from another system comes in: by the full rules, or openly as history with everything it lacks listed."""

from collections.abc import Iterator
from datetime import UTC, datetime

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
    BeforeRequest,
    ImpossibleTime,
    NoCharterInForce,
    NoPerson,
    NoTime,
    ReasonMissing,
    RowChanged,
    WrongRevision,
)
from charter.decisions.reply import Fault, faults
from charter.decisions.state import Case, Stage
from charter.terms import DESK, Actor, Gap, Given, InForce, InTheFuture, Role, Standing, UnknownPerson

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def record(state: Case, command: RecordCase, given: Given) -> list[DecisionEvent]:
    """The request and what became of it; nothing when the same row was recorded before."""
    given.require(command.charter, *DESK)
    standing = given.charter(command.charter)
    _possible(command, given)
    logged = RequestLogged(
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
    outcome = _outcome(command, revision, tuple(_gaps(command, given, standing, revision)))
    events: list[DecisionEvent] = [logged] if outcome is None else [logged, outcome]
    if state.stage is Stage.UNKNOWN:
        return events
    if state.logged == logged and _same(state.first, outcome):
        return []
    raise RowChanged(row=command.row, source=command.source, decision=command.decision[:8])


def _possible(command: RecordCase, given: Given) -> None:
    """Refuse what cannot have been, in history too."""
    for what, at in (("a request", command.received_at), ("a decision", given.at)):
        if at is not None:
            if at < EARLIEST:
                raise ImpossibleTime(at=at.date(), what=what)
            if at > given.now:
                raise InTheFuture(at=at)
    if given.at is not None and command.received_at is not None and given.at < command.received_at:
        raise BeforeRequest(decided=given.at, received=command.received_at)


def _gaps(command: RecordCase, given: Given, standing: Standing, revision: InForce | None) -> Iterator[Gap]:
    for gap, refusal in _faults(command, given, standing, revision):
        if not command.as_history:
            raise refusal
        yield gap


def _faults(command: RecordCase, given: Given, standing: Standing, revision: InForce | None) -> Iterator[Fault]:
    if command.outcome is OpenOutcome.OPEN:
        return
    if given.at is None:
        yield Gap.NO_TIME, NoTime()
    actor: Actor | None = None
    if command.rep is None:
        yield Gap.NO_PERSON, NoPerson()
    elif (actor := given.people.get(command.rep)) is None or not actor.has(Role.REP, command.charter):
        yield Gap.UNKNOWN_PERSON, UnknownPerson(person=command.rep)
    if not isinstance(command.outcome, Reply):
        if not command.note and command.outcome is not OpenOutcome.WITHDRAWN:
            yield Gap.NO_REASON, ReasonMissing(answer=f"case that is {command.outcome}")
        return
    if given.at is not None and revision is None:
        yield Gap.NO_CHARTER, NoCharterInForce(charter=standing.charter, day=standing.day(given.at))
    if revision is not None and command.label is not None and revision.label not in (None, command.label):
        day = standing.day(given.at) if given.at else None
        known = f"version {revision.label}"
        yield Gap.WRONG_REVISION, WrongRevision(label=command.label, revision=revision.revision, known=known, day=day)
    yield from faults(command.outcome, command.decision, actor, standing, revision)


def _outcome(command: RecordCase, revision: InForce | None, gaps: tuple[Gap, ...]) -> DecisionEvent | None:
    match command.outcome:
        case Reply() as reply:
            return DecisionMade(
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


def _same(before: DecisionEvent | None, now: DecisionEvent | None) -> bool:
    """Whether a row says what it said before; what the ledger itself adds (revision, gaps) may have changed since."""
    if before is None or now is None:
        return before is now
    own = {"revision", "gaps"}
    return type(before) is type(now) and before.model_dump(exclude=own) == now.model_dump(exclude=own)

"""How an answer is looked at again: appealed, upheld, reversed by somebody else, or corrected where a slip was made."""

from datetime import datetime
from typing import Any, assert_never

from charter.decisions.commands import AppealDecision, CorrectDecision, ReverseDecision, UpholdDecision
from charter.decisions.events import (
    DecisionAppealed,
    DecisionCorrected,
    DecisionEvent,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    RequestCorrected,
    RequestLogged,
)
from charter.decisions.refusals import (
    AboveAuthority,
    AlreadyAppealed,
    AlreadyWithdrawn,
    BeforeAnswer,
    NoCharterInForce,
    NotAnswered,
    NotAppealed,
    NothingToAppeal,
    NothingToCorrect,
    OutOfPlace,
    OwnDecision,
    PromiseMissing,
    SameAnswer,
)
from charter.decisions.reply import check, not_in
from charter.decisions.state import ON_REQUEST, Case, Stage, corrected
from charter.given import Actor, Given, MissingRole, Standing
from charter.phrase import Phrase
from charter.terms import ANYBODY, BENCH, Answer, Effect


def review(
    state: Case,
    command: AppealDecision | UpholdDecision | ReverseDecision | CorrectDecision,
    given: Given,
    now: datetime,
) -> list[DecisionEvent]:
    """The events of another look at a case; raises Refused."""
    if state.since is not None and now < state.since:
        raise BeforeAnswer(at=now, since=state.since)
    if isinstance(command, CorrectDecision):
        return _correct(state, command, given)
    if state.stage is Stage.WITHDRAWN:
        raise AlreadyWithdrawn
    if state.reply is None:
        raise NotAnswered(decision=command.decision[:8])
    match command:
        case AppealDecision():
            given.require(state.charter, *ANYBODY)
            if state.stage is Stage.APPEALED:
                raise AlreadyAppealed
            if state.reply.answer is Answer.YES:
                raise NothingToAppeal
            return [DecisionAppealed(argument=command.argument)]
        case UpholdDecision():
            _somebody_else(state, given, Phrase("uphold"))
            if state.stage is not Stage.APPEALED:
                raise NotAppealed
            return [DecisionUpheld(reason=command.reason)]
        case ReverseDecision():
            actor = _somebody_else(state, given, Phrase("reverse"))
            if command.answer is state.reply.answer:
                raise SameAnswer(answer=command.answer)
            revision = check(command, command.decision, actor, given.charter(state.charter), now)
            return [
                DecisionReversed(
                    answer=command.answer,
                    ground=command.ground,
                    effect=command.effect,
                    cited=command.cite,
                    revision=revision.revision,
                    reason=command.reason,
                    told=command.told,
                )
            ]
        case _:
            assert_never(command)


def _somebody_else(state: Case, given: Given, what: str) -> Actor:
    actor = given.require(state.charter, *BENCH)
    if given.by in state.answered_by:
        raise OwnDecision(by=given.by, what=what)
    return actor


def _correct(state: Case, command: CorrectDecision, given: Given) -> list[DecisionEvent]:
    """Up to two entries: one for what the request got wrong, one for what the answer got wrong."""
    actor = given.require(state.charter, *ANYBODY)
    events: list[DecisionEvent] = []
    if of_request := _different(state.asked, command, ON_REQUEST):
        events.append(RequestCorrected(corrects=1, why=command.why, **of_request))
    if command.ground or command.effect or command.cite or command.reason:
        if state.reply is None:
            raise NotAnswered(decision=command.decision[:8])
        _may_correct(state, command, actor)
        _fits(command, state.reply, actor, given.charter(state.charter))
        event = DecisionCorrected(
            corrects=state.answered_in,
            why=command.why,
            ground=command.ground,
            effect=command.effect,
            cited=command.cite or None,
            reason=command.reason,
        )
        if corrected(state.reply, event) != state.reply:
            events.append(event)
    if not events:
        raise NothingToCorrect
    return events


def _different(asked: RequestLogged | None, command: CorrectDecision, names: tuple[str, ...]) -> dict[str, Any]:
    given = {name: getattr(command, name) for name in names}
    return {name: value for name, value in given.items() if value is not None and value != getattr(asked, name)}


def _may_correct(state: Case, command: CorrectDecision, actor: Actor) -> None:
    """A slip is mended by who made it or by the bench; what an answer did to a promise only by somebody else."""
    own = actor.id in state.answered_by
    if own and command.effect:
        raise OwnDecision(by=actor.id, what=Phrase("correct the effect of"))
    if not own and not actor.has_any(BENCH, state.charter):
        raise MissingRole.of(actor, BENCH, state.charter)


def _fits(command: CorrectDecision, reply: DecisionMade | DecisionReversed, actor: Actor, standing: Standing) -> None:
    """Raise what the answer would be refused for if it had been given as corrected."""
    if command.ground and reply.answer is Answer.YES:
        raise OutOfPlace(answer=reply.answer, what=Phrase("ground"))
    if command.effect and reply.answer is Answer.NO:
        raise OutOfPlace(answer=reply.answer, what=Phrase("effect"))
    if command.effect is Effect.BENT and not actor.may_bend:
        raise AboveAuthority(by=actor.id, decision=command.decision[:8])
    if command.cite:
        if reply.revision is None:
            raise NoCharterInForce(charter=standing.charter, day=Phrase("the day of this decision"))
        revision = standing.numbered(reply.revision)
        if wrong := not_in(command.cite, standing, revision):
            raise wrong
        if reply.answer is not Answer.NO and revision.promises.isdisjoint(command.cite):
            raise PromiseMissing(answer=reply.answer)

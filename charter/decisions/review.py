"""How an answer is looked at again: appealed, upheld, reversed by somebody else, or corrected where a slip was made."""

from datetime import datetime
from typing import assert_never

from charter.decisions.commands import AppealDecision, CorrectDecision, ReverseDecision, UpholdDecision
from charter.decisions.events import (
    DecisionAppealed,
    DecisionCorrected,
    DecisionEvent,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    RequestCorrected,
)
from charter.decisions.refusals import (
    AboveAuthority,
    AlreadyAppealed,
    AlreadyWithdrawn,
    BeforeAnswer,
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
from charter.decisions.state import Case, Stage
from charter.terms import ANYBODY, BENCH, Actor, Answer, Effect, Given, Standing

ON_REQUEST = ("request", "customer", "touchpoint", "kind", "fit", "ticket")


def review(
    state: Case,
    command: AppealDecision | UpholdDecision | ReverseDecision | CorrectDecision,
    given: Given,
    now: datetime,
) -> list[DecisionEvent]:
    """The events of another look at a case; raises Refused."""
    if isinstance(command, CorrectDecision):
        return _correct(state, command, given)
    if state.stage is Stage.WITHDRAWN:
        raise AlreadyWithdrawn
    if state.reply is None:
        raise NotAnswered(decision=command.decision[:8])
    if state.since is not None and now < state.since:
        raise BeforeAnswer(at=now, since=state.since)
    match command:
        case AppealDecision():
            given.require(state.charter, *ANYBODY)
            if state.stage is Stage.APPEALED:
                raise AlreadyAppealed
            if state.reply.answer is Answer.YES:
                raise NothingToAppeal
            return [DecisionAppealed(argument=command.argument)]
        case UpholdDecision():
            _somebody_else(state, given, "uphold")
            if state.stage is not Stage.APPEALED:
                raise NotAppealed
            return [DecisionUpheld(reason=command.reason)]
        case ReverseDecision():
            actor = _somebody_else(state, given, "reverse")
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
    if state.decided_by == given.by:
        raise OwnDecision(by=given.by, what=what)
    return actor


def _correct(state: Case, command: CorrectDecision, given: Given) -> list[DecisionEvent]:
    """Up to two entries: one for what the request got wrong, one for what the answer got wrong."""
    actor = given.require(state.charter, *ANYBODY)
    events: list[DecisionEvent] = []
    of_request = {name: value for name in ON_REQUEST if (value := getattr(command, name)) is not None}
    if of_request:
        events.append(RequestCorrected(corrects=1, why=command.why, **of_request))
    if command.ground or command.effect or command.cite or command.reason:
        if state.reply is None:
            raise NotAnswered(decision=command.decision[:8])
        _fits(command, state.reply, actor, given.charter(state.charter))
        events.append(
            DecisionCorrected(
                corrects=state.answered_in,
                why=command.why,
                ground=command.ground,
                effect=command.effect,
                cited=command.cite or None,
                reason=command.reason,
            )
        )
    if not events:
        raise NothingToCorrect
    return events


def _fits(command: CorrectDecision, reply: DecisionMade | DecisionReversed, actor: Actor, standing: Standing) -> None:
    """Raise what the answer would be refused for if it had been given as corrected."""
    if command.ground and reply.answer is Answer.YES:
        raise OutOfPlace(answer=reply.answer, what="ground")
    if command.effect and reply.answer is Answer.NO:
        raise OutOfPlace(answer=reply.answer, what="effect")
    if command.effect is Effect.BENT and not actor.may_bend:
        raise AboveAuthority(by=actor.id, decision=command.decision[:8])
    if command.cite and reply.revision is not None:
        revision = standing.numbered(reply.revision)
        if wrong := not_in(command.cite, standing, revision):
            raise wrong
        if reply.answer is not Answer.NO and revision.promises.isdisjoint(command.cite):
            raise PromiseMissing(answer=reply.answer)

"""How an answer is looked at again: appealed, upheld, reversed by somebody else, or corrected where a slip was made."""

from datetime import datetime
from typing import assert_never

from charter.decisions.commands import AppealDecision, CorrectDecision, ReverseDecision, UpholdDecision
from charter.decisions.events import (
    DecisionAppealed,
    DecisionCorrected,
    DecisionEvent,
    DecisionReversed,
    DecisionUpheld,
    RequestCorrected,
)
from charter.decisions.refusals import (
    AlreadyAppealed,
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
from charter.terms import ANYBODY, BENCH, Actor, Answer, Given

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
    given.require(state.charter, *ANYBODY)
    events: list[DecisionEvent] = []
    of_request = {name: value for name in ON_REQUEST if (value := getattr(command, name)) is not None}
    if of_request:
        events.append(RequestCorrected(corrects=1, why=command.why, **of_request))
    if command.ground or command.cite or command.reason:
        if state.reply is None:
            raise NotAnswered(decision=command.decision[:8])
        if command.ground and state.reply.answer is Answer.YES:
            raise OutOfPlace(answer=state.reply.answer, what="ground")
        if command.cite and state.reply.revision is not None:
            standing = given.charter(state.charter)
            revision = standing.numbered(state.reply.revision)
            if wrong := not_in(command.cite, standing, revision):
                raise wrong
            if state.reply.answer is not Answer.NO and revision.promises.isdisjoint(command.cite):
                raise PromiseMissing(answer=state.reply.answer)
        events.append(
            DecisionCorrected(
                corrects=state.answered_in,
                why=command.why,
                ground=command.ground,
                cited=command.cite or None,
                reason=command.reason,
            )
        )
    if not events:
        raise NothingToCorrect
    return events

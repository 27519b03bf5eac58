"""What each entry of a case says, as one short sentence: "ann answered no, off-brand, citing REFUND-30.2"."""

from collections.abc import Iterable
from functools import partial
from typing import TypeAlias, assert_never

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
from charter.phrase import Phrase, joined
from projections.wording import lacking, words

OfAnswered: TypeAlias = (
    DecisionAppealed
    | DecisionUpheld
    | DecisionReversed
    | DecisionCorrected
    | CauseAssigned
    | LearningCaptured
    | HoldPlaced
    | HoldReleased
)


def of_decision(event: DecisionEvent, by: str) -> Phrase:
    """Who did what in a case, on one line and without a full stop."""
    say = partial(Phrase, by=by)
    match event:
        case RequestLogged():
            return _logged(event, by)
        case RequestTriaged():
            return say(
                "{by} triaged the request: urgency {urgency}, risk {risk}, for {department}",
                urgency=event.urgency,
                risk=event.risk,
                department=event.department,
            )
        case RequestClassified():
            fit = Phrase(", fit {fit}", fit=event.fit) if event.fit else ""
            return say("{by} classified the request as {kind}{fit}", kind=event.kind, fit=fit)
        case RequestCorrected():
            return say("{by} corrected the request ({fields})", fields=_corrected(event))
        case InformationAsked():
            return _through(by, event, say("{who} asked the customer for information{gaps}", **_who(by, event)))
        case RequestEscalated():
            to = Phrase(" to {person}", person=event.to) if event.to else ""
            return _through(by, event, say("{who} escalated the request{to}{gaps}", to=to, **_who(by, event)))
        case RequestWithdrawn():
            return say("{by} recorded that the customer withdrew the request{gaps}", gaps=lacking(event.gaps))
        case DecisionMade():
            answer = _answer(event)
            return _through(by, event, say("{who} answered {answer}{gaps}", answer=answer, **_who(by, event)))
        case _:
            return _of_answered(event, by)


def _of_answered(event: OfAnswered, by: str) -> Phrase:
    say = partial(Phrase, by=by)
    match event:
        case DecisionAppealed():
            return say("{by} recorded that the customer appealed")
        case DecisionUpheld():
            return say("{by} upheld the decision")
        case DecisionReversed():
            return say("{by} reversed the decision to {answer}", answer=_answer(event))
        case DecisionCorrected():
            return say("{by} corrected the answer ({fields})", fields=_corrected(event))
        case CauseAssigned():
            return say("{by} assigned the cause: {cause}", cause=words(event.cause))
        case LearningCaptured() if event.with_customer:
            return say("{by} captured what was learned with the customer")
        case LearningCaptured():
            return say("{by} captured what was learned")
        case HoldPlaced():
            return say("{by} placed the hold {hold}", hold=event.hold)
        case HoldReleased():
            return say("{by} released the hold {hold}", hold=event.hold)
        case _:
            assert_never(event)


def _logged(event: RequestLogged, by: str) -> Phrase:
    through = Phrase(" through {touchpoint}", touchpoint=event.touchpoint) if event.touchpoint else ""
    say = partial(Phrase, by=by, charter=event.charter, through=through)
    if event.source and event.row:
        return say(
            "{by} brought in a request under {charter}{through}, row {row} of {source}",
            row=event.row,
            source=event.source,
        )
    if event.source:
        return say("{by} brought in a request under {charter}{through}, from {source}", source=event.source)
    return say("{by} logged a request under {charter}{through}")


def _answer(reply: DecisionMade | DecisionReversed) -> Phrase:
    parts = [words(value) for value in (reply.answer, reply.ground, reply.effect) if value]
    if reply.cited:
        parts.append(_citing(reply.cited))
    return joined(", ", parts)


def _citing(codes: Iterable[str]) -> Phrase:
    return Phrase("citing {codes}", codes=", ".join(codes))


def _corrected(event: RequestCorrected | DecisionCorrected) -> Phrase:
    changed = (
        _citing(value) if name == "cited" else Phrase(name)
        for name in type(event).model_fields
        if name not in ("corrects", "why") and (value := getattr(event, name)) is not None
    )
    return joined("; ", changed)


def _who(by: str, event: InformationAsked | RequestEscalated | DecisionMade) -> dict[str, str]:
    return {"who": event.rep or by, "gaps": lacking(event.gaps)}


def _through(by: str, event: InformationAsked | RequestEscalated | DecisionMade, did: Phrase) -> Phrase:
    """In history one person writes what another did."""
    return did if event.rep in (None, by) else Phrase("{by} recorded that {did}", by=by, did=did)

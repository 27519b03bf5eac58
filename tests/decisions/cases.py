"""What the tests of decisions speak of: a request for a refund, and what became of it."""

from __future__ import annotations

from typing import Any

from charter.decisions.commands import AnswerRequest, DecideRequest
from charter.decisions.events import DecisionMade, RequestLogged
from charter.terms import Answer, Effect, Ground
from tests.rules import By, by, day

CASE = "3f0c" * 8
ASKED_AT = day(6, 1)

LOGGED = RequestLogged(charter="skyline", request="My flight was cancelled.", received_at=ASKED_AT)

NO: dict[str, Any] = {
    "answer": Answer.NO,
    "ground": Ground.OFF_BRAND,
    "cite": ("REFUND-30.1",),
    "reason": "The flight had departed.",
}
YES: dict[str, Any] = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",)}
PARTLY: dict[str, Any] = {
    "answer": Answer.PARTLY,
    "ground": Ground.NOT_AVAILABLE,
    "effect": Effect.UPHELD,
    "cite": ("REFUND-30", "REFUND-30.2"),
    "reason": "Half of it was used.",
}


def decide(reply: dict[str, Any], **changes: Any) -> DecideRequest:
    """Answer the request that was logged."""
    return DecideRequest(decision=CASE, **{**reply, **changes})


def answer(reply: dict[str, Any], **changes: Any) -> AnswerRequest:
    """Log a request and answer it at once."""
    words = {"decision": CASE, "charter": "skyline", "request": "My flight was cancelled."}
    return AnswerRequest(**{**words, **reply, **changes})


def made(reply: dict[str, Any], rep: str = "rita", revision: int = 2, **changes: Any) -> DecisionMade:
    """The request was answered."""
    fields = {**reply, **changes}
    return DecisionMade(rep=rep, revision=revision, cited=fields.pop("cite"), **fields)


def decided(reply: dict[str, Any], rep: str = "rita") -> tuple[RequestLogged, By]:
    """What happened to a request that somebody answered."""
    return LOGGED, by(rep, made(reply, rep))

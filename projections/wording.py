"""The product's words for an answer and what it stands on: `No, off-brand, citing REFUND-30.1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from charter.decisions.state import Stage
from charter.terms import Answer, Effect, Ground
from projections.sentences import words

if TYPE_CHECKING:
    from projections.decision_trail import Answered

STAGES = {
    Stage.OPEN: "not answered yet",
    Stage.ASKED: "waits for the customer",
    Stage.ESCALATED: "handed over, not answered yet",
    Stage.WITHDRAWN: "withdrawn by the customer",
    Stage.DECIDED: "answered",
    Stage.APPEALED: "appealed, waits for another look",
    Stage.UNKNOWN: "unknown",
}
"""Where a case stands, in words."""


def answered(answer: str, ground: str | None, effect: str | None) -> str:
    """An answer with what belongs to it: `No, off-brand`, `Yes, upheld`, `Partly, not available, bent`."""
    said = [words(Answer(answer)).capitalize()]
    if ground:
        said.append(words(Ground(ground)))
    if effect:
        said.append(words(Effect(effect)))
    return ", ".join(said)


def citing(codes: Iterable[str]) -> str:
    """The citations as a clause, empty when there are none."""
    codes = list(codes)
    return f", citing {listed(codes)}" if codes else ""


def decided(answer: Answered) -> str:
    """An answer and what it stands on: `No, off-brand, citing REFUND-30.1`."""
    return answered(answer.answer, answer.ground, answer.effect) + citing(answer.cited)


def short(decision: str) -> str:
    """The beginning of a decision's id, as people type it."""
    return decision[:8]


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its unit: 1 promise, 1,200 promises."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a sentence lists them: a, b and c."""
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))

"""The product's words for answers, grounds and effects, and what stands out because it is the alarm."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from charter.terms import Answer, Effect, Ground
from projections.sentences import words
from terminal.text import alarm, amber, listed

if TYPE_CHECKING:
    from projections.decision_trail import Answered


def answered(answer: str, ground: str | None, effect: str | None, *, coloured: bool = False) -> str:
    """An answer with what belongs to it: `No, off-brand`, `Yes, upheld`, `Partly, not available, bent`."""
    said = [words(Answer(answer)).capitalize()]
    if ground:
        said.append(words(Ground(ground)))
    if effect:
        known = Effect(effect)
        said.append(effect_words(known) if coloured else words(known))
    return ", ".join(said)


def effect_words(effect: Effect) -> str:
    """What a yes did to its promise; bent is amber, broken is the alarm, upheld is calm."""
    colour = {Effect.BENT: amber, Effect.BROKEN: alarm}.get(effect)
    return colour(words(effect)) if colour else words(effect)


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

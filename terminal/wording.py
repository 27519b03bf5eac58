"""The product's words in colour: what stands out is the alarm, or on the way to it."""

from __future__ import annotations

from charter.terms import Answer, Effect, Ground
from projections.wording import words
from terminal.text import alarm, amber


def coloured(answer: str, ground: str | None, effect: str | None) -> str:
    """An answer with what belongs to it, as `projections.wording.answered` has it."""
    said = [words(Answer(answer)).capitalize()]
    if ground:
        said.append(words(Ground(ground)))
    if effect:
        said.append(effect_words(Effect(effect)))
    return ", ".join(said)


def effect_words(effect: Effect) -> str:
    """What a yes did to its promise; bent is amber, broken is the alarm, upheld is calm."""
    colour = {Effect.BENT: amber, Effect.BROKEN: alarm}.get(effect)
    return colour(words(effect)) if colour else words(effect)

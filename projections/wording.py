"""The product's words for an answer and what it stands on: `No, off-brand, citing REFUND-30.1`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from charter.decisions.state import Stage
from charter.phrase import Phrase, joined, plural
from charter.terms import Answer, Effect, Gap, Ground

if TYPE_CHECKING:
    from projections.decision_trail import Answered

STAGES = {
    Stage.OPEN: Phrase("not answered yet"),
    Stage.ASKED: Phrase("waits for the customer"),
    Stage.ESCALATED: Phrase("handed over, not answered yet"),
    Stage.WITHDRAWN: Phrase("withdrawn by the customer"),
    Stage.DECIDED: Phrase("answered"),
    Stage.APPEALED: Phrase("appealed, waits for another look"),
    Stage.UNKNOWN: Phrase("unknown"),
}
"""Where a case stands, in words."""

ANSWERS = {Answer.YES: Phrase("Yes"), Answer.NO: Phrase("No"), Answer.PARTLY: Phrase("Partly")}
"""An answer as a sentence begins with it."""


NO_MATCH = Phrase("Nothing here matches. Leave out a filter.")


def words(value: StrEnum) -> Phrase:
    """A fixed value as it is read: `out-of-integrity` is out of integrity, and off-brand keeps its hyphen."""
    if isinstance(value, Stage):
        return STAGES[value]
    return Phrase(value.value if value is Ground.OFF_BRAND else value.value.replace("-", " "))


def answered(answer: str, ground: str | None, effect: str | None) -> Phrase:
    """An answer with what belongs to it: `No, off-brand`, `Yes, upheld`, `Partly, not available, bent`."""
    said = [ANSWERS[Answer(answer)]]
    if ground:
        said.append(words(Ground(ground)))
    if effect:
        said.append(words(Effect(effect)))
    return joined(", ", said)


def citing(codes: Iterable[str]) -> str:
    """The citations as a clause, empty when there are none."""
    codes = list(codes)
    return Phrase(", citing {codes}", codes=listed(codes)) if codes else ""


def lacking(gaps: Iterable[Gap]) -> str:
    """What an old case lacks as the end of a sentence, empty when that is nothing."""
    gaps = list(gaps)
    return Phrase(" (gaps: {gaps})", gaps=joined(", ", gaps)) if gaps else ""


def decided(answer: Answered) -> Phrase:
    """An answer and what it stands on: `No, off-brand, citing REFUND-30.1`."""
    return joined("", [answered(answer.answer, answer.ground, answer.effect), citing(answer.cited)])


def short(decision: str) -> str:
    """The beginning of a decision's id, as people type it."""
    return decision[:8]


def counted(number: int, one: str, many: str | None = None) -> Phrase:
    """A number with its unit: 1 promise, 1,200 promises."""
    return plural(f"{{number}} {one}", f"{{number}} {many or one + 's'}", number)


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: a, b and c."""
    if len(words) > 1:
        return Phrase("{some} and {last}", some=joined(", ", words[:-1]), last=words[-1])
    return words[0] if words else ""

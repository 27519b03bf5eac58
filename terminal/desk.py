"""The rep's desk: answer a request in one line, and see how such requests were answered before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from charter.decisions.commands import AnswerRequest
from charter.decisions.events import DecisionMade
from charter.decisions.refusals import AboveAuthority
from charter.desk import Written
from charter.message import NotAllowed
from charter.terms import Answer
from projections.wording import answered, citing, short
from terminal.command import Command, Word, reading
from terminal.orders import order
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import amber, cut, one_line, strong, width
from terminal.times import shown
from terminal.wording import coloured

if TYPE_CHECKING:
    from projections.precedents import Precedent

FIRST = 5
INDENT = " " * 10


def said(written: Written) -> str:
    """What was answered and where it is kept."""
    made = written.events[-1]
    assert isinstance(made, DecisionMade)
    then(f"charter decision show {short(written.key)}")
    words = answered(made.answer, made.ground, made.effect) + citing(made.cited)
    return f"{words}. Decision {short(written.key)}, under revision {made.revision}."


class HandOver(NotAllowed):
    """{by} may not bend a promise alone. Log the request and hand it over: charter decision log "…", then
    charter decision escalate ID --to PERSON --reason "…"."""


def _answer(answer: Answer, words: str, leave_out: Sequence[str], *examples: str) -> Command:
    command = order(
        AnswerRequest,
        answer.value,
        "request",
        said=said,
        examples=examples,
        dated=True,
        fixed={"answer": answer},
        leave_out=leave_out,
        words=words,
    )
    write = command.callback
    assert write is not None

    def callback(**given: Any) -> None:
        try:
            write(**given)
        except AboveAuthority as refusal:  # nothing is logged yet, so there is no decision to hand over
            raise HandOver(**refusal.facts) from None

    command.callback = callback
    return command


no = _answer(
    Answer.NO,
    "Log a request and decline it: with the ground, the promise or limit it stands on, and the reason in words.",
    ["effect"],
    'charter no "Refund my used ticket" -g off-brand -c REFUND-30.1 \\\n'
    '    -r "The flight was taken." --customer "C-1042" --touchpoint phone',
)
yes = _answer(
    Answer.YES,
    "Log a request and grant it: with the promise it keeps, and whether that promise is upheld, bent or broken.",
    ["ground"],
    'charter yes "Refund, cancelled within a day" -e upheld -c REFUND-30',
)
partly = _answer(
    Answer.PARTLY,
    "Log a request and grant a part of it: with the ground for the rest and the effect on the promise.",
    [],
    'charter partly "Refund both tickets" -g off-brand -e upheld -c REFUND-30 \\\n    -r "One of them was used."',
)


@reading(
    "precedents",
    charter="option",
    examples=['charter precedents "refund my ticket"', 'charter precedents "bring my dog" --first 10 --json'],
    params=[
        Word("text", "What the customer asks, in any words; the last one may be unfinished.", nargs=-1, required=True),
        click.Option(["--first"], type=click.IntRange(1, 100), default=FIRST, metavar="N", help=f"Else: {FIRST}."),
    ],
)
def precedents(text: tuple[str, ...], first: int) -> None:
    """Find how requests like this one were answered before, and why; the most alike first."""
    from projections.precedents import precedents as alike

    session = current()
    found = alike(session.views, " ".join(text), session.known_charter, first)
    if session.as_json:
        document(found)
        return
    if not found:
        tell("No request like this was answered before.")
        return
    lines(line for precedent in found for line in _precedent(precedent))
    then(f"charter decision show {short(found[0].decision)}")


def _precedent(known: Precedent) -> list[str]:
    """What was asked, what was answered and why, and what became of it."""
    day = shown(known.at)[:10]
    said = coloured(known.answer, known.ground, known.effect) + citing(known.cited)
    under = f" (revision {known.revision})" if known.revision else ""
    became = f", {amber(known.became)}" if known.became else ""
    return [
        f"{strong(short(known.decision))}  {day:<10}  {said}{under}{became}",
        INDENT + cut(one_line(known.request), width() - len(INDENT)),
        *([INDENT + cut(f"Because: {one_line(known.reason)}", width() - len(INDENT))] if known.reason else []),
    ]

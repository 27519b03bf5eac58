"""The decision register: find decisions by anything, and read one with its whole trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from charter.decisions.state import Stage
from projections.decision_register import Filter, Line, count, page
from projections.precedents import Became
from projections.wording import STAGES, citing, short
from terminal.command import Word, reading
from terminal.filters import checked, nothing
from terminal.letter import letter
from terminal.options import build, parameters
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import alarm, amber, cells, cut, faint, one_line, strong, width
from terminal.values import MOMENT
from terminal.wording import coloured

FIRST = 20
INDENT = " " * 10


@reading(
    "list",
    charter="option",
    examples=[
        "charter decision list",
        "charter decision list --effect broken --since 2026-01-01",
        "charter decision list --promise REFUND-30 --answer no --rep ben --first 100",
        'charter decision list --text "saver ticket" --json',
    ],
    params=[
        *parameters(Filter, leave_out=("charter",)),
        click.Option(
            ["--first"],
            type=click.IntRange(1, 1000),
            default=FIRST,
            metavar="N",
            help=f"At most so many. Else: {FIRST}.",
        ),
        click.Option(["--after"], metavar="PLACE", help="Go on after the last page; its end says where."),
    ],
)
def listing(first: int, after: str | None, **given: Any) -> None:
    """List decisions and open requests, the newest first."""
    session = current()
    wanted = build(Filter, {**checked(session, given), "charter": session.known_charter})
    found = page(session.views, wanted, after, first)
    if session.as_json:
        document(found)
        return
    if not found.lines:
        nothing(session)
        return
    lines(text for line in found.lines for text in entry(line))
    if found.next:
        total = count(session.views, wanted)
        tell(faint(f"{len(found.lines)} of {total:,}. Go on with: --after {found.next}"))
    then(f"charter decision show {short(found.lines[0].id)}")


def entry(line: Line) -> list[str]:
    """One decision on two lines: its id, day and answer; what was asked."""
    if line.answer is None:
        said: str = STAGES[line.stage]
    else:
        by = f" ({one_line(line.reversed_by or line.rep or 'nobody named')})"
        said = coloured(line.answer, line.ground, line.effect) + citing(line.cited) + by
    marks: list[str] = [alarm("overturned")] if line.overturned else [Became.UPHELD] if line.upheld else []
    if line.stage is Stage.APPEALED:
        marks.append(amber(STAGES[line.stage]))
    if line.gaps:
        marks.append(amber(f"lacks: {', '.join(line.gaps)}"))
    day = line.day.isoformat() if line.day else "no date"
    head = f"{strong(short(line.id))}  {day:<10}  {said}"
    if marks and cells(head) + sum(cells(mark) + 2 for mark in marks) <= width():
        head, marks = "  ".join([head, *marks]), []
    return [head, *(INDENT + mark for mark in marks), INDENT + cut(one_line(line.request), width() - len(INDENT))]


@reading(
    "show",
    examples=["charter decision show 3f0c", "charter decision show 3f0c --known-at 2026-03-01T12:00"],
    params=[
        Word("decision", "The decision's id, or any unique beginning of it."),
        click.Option(["--known-at"], type=MOMENT, metavar="TIME", help="As the ledger knew it at a time. Else: now."),
    ],
)
def showing(decision: str, known_at: datetime | None) -> None:
    """Show one decision with everything that happened to it, like a letter file."""
    from projections.decision_trail import trail

    session = current()
    found = trail(session.views, session.ledger.find_decision(decision), known_at)
    if session.as_json:
        document(found)
        return
    lines(letter(found))
    id_ = found.decision[:8]
    if found.answered is None:
        then(f"charter decision decide {id_} --answer …", f"charter decision escalate {id_} …")
    else:
        then(f"charter decision appeal {id_} …", f"charter decision reverse {id_} …", f"charter decision learn {id_} …")

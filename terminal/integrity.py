"""The integrity history: where the company stayed true to its promises by saying no, and where a yes bent one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from charter.terms import Ground
from projections.integrity_history import Count, Counts, Filter, Group, Summary, by, summary
from projections.integrity_sentence import WITHOUT, sentence, undated, warnings
from projections.wording import words
from terminal.chart import LETTERS, UNKNOWN, Period, chart
from terminal.command import reading
from terminal.filters import checked
from terminal.options import build, parameters
from terminal.output import document, lines, then
from terminal.session import current
from terminal.text import alarm, paragraph, table, width
from terminal.values import OneOf

if TYPE_CHECKING:
    from projections.engine import Views

GROUPS = {"month": "Month", "promise": "Promise", "rep": "Rep", "ground": "Ground"}
Columns = dict[str, Callable[[Counts], int]]
COLUMNS: Columns = {
    "Decided": lambda counts: counts.decisions,
    "True\nnoes": lambda counts: counts.to_stay_true,
    "Other\nnoes": lambda counts: counts.noes - counts.to_stay_true,
    "Partly": lambda counts: counts.partly,
    "Kept": lambda counts: counts.upheld,
    "Bent": lambda counts: counts.bent,
    "Broken": lambda counts: counts.broken,
    "Appeals": lambda counts: counts.appealed,
    "Over-\nturned": lambda counts: counts.overturned,
}
OF_NOES: Columns = {
    "Noes": lambda counts: counts.noes,
    "Appeals": lambda counts: counts.appealed,
    "Overturned": lambda counts: counts.overturned_noes,
}
"""What can be said of a ground, which only a no has."""


@reading(
    "integrity",
    charter="option",
    examples=[
        "charter integrity",
        "charter integrity --since 2026-01-01 --by promise",
        "charter integrity --promise REFUND-30 --by rep --json",
    ],
    params=[
        *parameters(Filter, leave_out=("charter",)),
        click.Option(
            ["--by", "group"],
            type=OneOf(list(GROUPS)),
            metavar="WHAT",
            default="month",
            help="Count by month, promise, rep or ground. Else: month.",
        ),
    ],
)
def integrity(group: Group, **given: Any) -> None:
    """Read the integrity history: the sentence, the line of the months, and the numbers."""
    session = current()
    wanted = build(Filter, {**checked(session, given), "charter": session.known_charter})
    if session.as_json:
        whole = summary(session.views, wanted)
        groups = [{"key": count.key, **asdict(count.counts)} for count in by(session.views, wanted, group)]
        document({"sentence": sentence(whole, wanted), "summary": whole, "by": group, "counts": groups})
        return
    lines(history(session.views, wanted, group))
    then("charter decision list --effect broken", "charter integrity --by promise")


def history(views: Views, wanted: Filter, group: Group = "month") -> list[str]:
    """The integrity history as lines: the one sentence, the chart, the table."""
    whole = summary(views, wanted)
    months = by(views, wanted, "month")
    written = paragraph(sentence(whole, wanted))
    if without_day := undated(whole):
        written += paragraph(without_day)
    for _, warning in warnings(whole):
        written += map(alarm, paragraph(f"! {warning}"))
    picture = chart(periods(months, whole), width())
    if picture:
        written += ["", *picture]
    rows = months if group == "month" else by(views, wanted, group)
    if group == "month" and whole.undated.decisions:
        rows = [*rows, Count(None, whole.undated)]
    return [*written, "", *numbers(rows, group)] if rows else written


def periods(months: Sequence[Count], whole: Summary) -> list[Period]:
    """The months as the chart needs them, each with the revisions that took effect in it."""
    found = []
    drawn = whole.revisions if len({known.charter for known in whole.revisions}) == 1 else ()  # else: R2 of which?
    for month in months:
        start = date.fromisoformat(f"{month.key}-01")
        noes = {ground: _of(month.counts, ground) for ground in LETTERS}
        numbers = tuple(known.revision for known in drawn if known.day and known.day.isoformat()[:7] == month.key)
        found.append(Period(start, f"{start:%b}", noes, month.counts.bent, month.counts.broken, numbers))
    return found


def _of(counts: Counts, ground: str) -> int:
    number: int = getattr(counts, "no_ground" if ground == UNKNOWN else ground.replace("-", "_"))
    return number


def numbers(rows: Sequence[Count], group: Group) -> list[str]:
    """The counts as a table; true noes are those that kept the charter's word, off-brand or out of integrity."""
    shown = OF_NOES if group == "ground" else COLUMNS
    counted = [(row.key, [count(row.counts) for count in shown.values()]) for row in rows]
    body = [[_key(key, group), *(f"{number:,}" for number in found)] for key, found in counted if any(found)]
    return table([GROUPS[group], *shown], body, right=range(1, len(shown) + 1), flexible=0)


def _key(key: str | None, group: Group) -> str:
    if key is None:
        return WITHOUT[group]
    return words(Ground(key)) if group == "ground" else key

"""The integrity history as bars of text: noes above the line, bent and broken below, revisions marked in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from charter.terms import Effect, Ground
from projections.wording import words
from terminal.text import alarm, amber, faint, paragraph

HEIGHT = 9
MOST = 24
NARROWEST, WIDEST = 4, 8
UNKNOWN = "no ground"
LETTERS = {
    Ground.OFF_BRAND.value: "o",
    Ground.OUT_OF_INTEGRITY.value: "i",
    Ground.NOT_OUR_CLIENT.value: "c",
    Ground.NOT_AVAILABLE.value: "a",
    Ground.NOT_PERMITTED.value: "p",
    UNKNOWN: "?",
}
BENT, BROKEN = "~", "X"


@dataclass(frozen=True, slots=True)
class Period:
    """A month (or a longer time, when there are many) with its counts; `revisions` took effect in it."""

    start: date
    label: str
    noes: Mapping[str, int] = field(default_factory=dict)
    bent: int = 0
    broken: int = 0
    revisions: tuple[int, ...] = ()

    @property
    def declined(self) -> int:
        """All noes, whatever their ground."""
        return sum(self.noes.values())


def folded(months: Sequence[Period], most: int) -> tuple[str, list[Period]]:
    """At most so many periods, and what each is: a month, else a quarter, else one or more years."""
    if len(months) <= most:
        return "month", list(months)
    quarters = _together(months, lambda day: f"Q{(day.month + 2) // 3}", lambda day: (day.year, (day.month - 1) // 3))
    if len(quarters) <= most:
        return "quarter", quarters
    first, last = months[0].start.year, months[-1].start.year
    each = -(-(last - first + 1) // most)
    years = _together(months, lambda day: f"{day:%Y}", lambda day: ((day.year - first) // each, 0))
    return "year" if each == 1 else f"{each} years", years


def _fitting(months: Sequence[Period], columns: int) -> tuple[str, list[Period], int, int]:
    """The periods that fit the columns with their numbers legible, the widest number, and the columns of each."""
    for cell in range(NARROWEST, columns):
        what, periods = folded(months, max(1, min(MOST, columns // cell)))
        highest = max((max(period.declined, period.bent + period.broken) for period in periods), default=0)
        if len(str(highest)) < cell:
            return what, periods, highest, max(cell, min(columns // max(len(periods), 1), WIDEST))
    raise AssertionError(columns)


def _together(
    months: Sequence[Period], label: Callable[[date], str], key: Callable[[date], tuple[int, int]]
) -> list[Period]:
    found = []
    for _, group in groupby(months, lambda month: key(month.start)):
        some = list(group)
        grounds = {ground: sum(month.noes.get(ground, 0) for month in some) for ground in LETTERS}
        found.append(
            Period(
                some[0].start,
                label(some[0].start),
                {ground: count for ground, count in grounds.items() if count},
                sum(month.bent for month in some),
                sum(month.broken for month in some),
                tuple(number for month in some for number in month.revisions),
            )
        )
    return found


def chart(months: Sequence[Period], columns: int) -> list[str]:
    """The chart of months without a gap, as lines that fit the columns; empty when there is nothing to show."""
    what, periods, highest, cell = _fitting(months, columns - 2)
    if not highest:
        return []
    unit = -(-highest // HEIGHT)  # rounded up
    above = [_stack([(LETTERS[ground], period.noes.get(ground, 0)) for ground in LETTERS], unit) for period in periods]
    # Rounded up each by itself: a single broken promise is never hidden by the scale.
    below = [BENT * -(-period.bent // unit) + BROKEN * -(-period.broken // unit) for period in periods]
    scale = "" if unit == 1 else f"; one row is {unit}"
    lines = [faint(f"Noes by ground in each {what}{scale}")]
    lines += _bars(above, [period.declined for period in periods], cell)
    lines.append(_line(periods, cell))
    lines += reversed(_bars(below, [period.bent + period.broken for period in periods], cell))
    lines += [*_labels(periods, cell), "", *_legend(periods, columns, cell)]
    return lines


def _stack(parts: Iterable[tuple[str, int]], unit: int) -> str:
    """A bar from the line outwards, one sign for each unit of the sum, so that bars compare."""
    bar, total = "", 0
    for sign, count in parts:
        total += count
        bar += sign * (-(-total // unit) - len(bar))
    return bar


def _bars(bars: Sequence[str], counts: Sequence[int], cell: int) -> list[str]:
    """Bars that stand on the bottom line, each with its count on top."""
    wide = max(1, min(cell - 1, 3))
    lines = []
    for row in range(max(map(len, bars)), -1, -1):
        signs = []
        for bar, count in zip(bars, counts, strict=True):
            if row < len(bar):
                signs.append(_coloured(bar[row], (bar[row] * wide).center(cell)))
            else:
                signs.append((str(count) if row == len(bar) and count else "").center(cell))
        lines.append(("  " + "".join(signs)).rstrip())
    return [line for line in lines if line]


def _coloured(sign: str, text: str) -> str:
    """The signs in their colour; blanks stay outside, so that a line can lose those at its end."""
    colour = {BENT: amber, BROKEN: alarm}.get(sign)
    return text.replace(text.strip(), colour(text.strip())) if colour else text


def _line(periods: Sequence[Period], cell: int) -> str:
    return "──" + "".join(mark.center(cell, "─") for mark in _marks(periods, cell))


def _marks(periods: Sequence[Period], cell: int) -> list[str]:
    """For each period the last revision that took effect in it, without its number where that does not fit."""
    marks = (f"R{period.revisions[-1]}" if period.revisions else "" for period in periods)
    return [mark if len(mark) <= cell else "R" for mark in marks]


def _labels(periods: Sequence[Period], cell: int) -> list[str]:
    """The names of the periods, cut to what fits, and the years under the first period of each."""
    names = "".join(period.label[: max(cell - 1, 1)].center(cell) for period in periods)
    if periods[0].label == f"{periods[0].start:%Y}":
        return ["  " + names.rstrip()]
    years, last = "", 0
    for place, period in enumerate(periods):
        if period.start.year != last and len(years) <= place * cell:
            years = years.ljust(place * cell) + str(period.start.year).center(cell).rstrip()
            last = period.start.year
    return [faint("  " + names.rstrip()), faint("  " + years)]


def _legend(periods: Sequence[Period], columns: int, cell: int) -> list[str]:
    used = [ground for ground in LETTERS if any(period.noes.get(ground) for period in periods)]
    signs = [
        f"{LETTERS[ground]}\N{NO-BREAK SPACE}{words(Ground(ground)) if ground != UNKNOWN else ground}"
        for ground in used
    ]
    lines = paragraph("   ".join(signs), indent="  above: ", hanging=" " * 9, columns=columns) if signs else []
    below = [f"{sign} {words(effect)}" for sign, effect in ((BENT, Effect.BENT), (BROKEN, Effect.BROKEN))]
    if any(period.bent or period.broken for period in periods):
        lines.append(f"  below: {'  '.join(below)}")
    marks = sorted(filter(None, _marks(periods, cell)), key=len, reverse=True)
    if marks:
        lines.append(f"  {marks[0]}: {f'revision {marks[0][1:]}' if marks[0] != 'R' else 'a revision'} took effect")
    return lines

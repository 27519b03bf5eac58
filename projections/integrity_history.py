"""The integrity history: where promises were kept by a no, bent or broken by a yes, and what became of that since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, FromClause, Row, Select, and_, or_, select

from charter.leaf import instant
from charter.terms import Answer, Ground
from projections.days import between, read, stamp
from projections.engine import Views
from projections.integrity_rows import INTEGRITY_HISTORY
from projections.integrity_sums import TO_STAY_TRUE, Counts, Filter, Group, conditions, counted, known
from projections.integrity_tables import CITED, MARK, NONE, Figure, Mark
from projections.pages import NotAPage, cursor, parts
from projections.recorded import recorded_by

__all__ = [
    "EVERYTHING",
    "Count",
    "Counts",
    "Figure",
    "Filter",
    "Group",
    "Mark",
    "MarkLine",
    "Page",
    "RevisionMark",
    "Summary",
    "by",
    "by_code",
    "marks",
    "revisions",
    "summary",
]

EVERYTHING = Filter()
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class RevisionMark:
    """A published revision in the line: when it takes effect (None: not known), and what the source called it."""

    charter: str
    revision: int
    label: str | None
    at: datetime | None
    day: date | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    """What the history comes to: what happened on days of the period, what has no day, and the revisions in it.

    `begins` is the first day of the month in which it begins, where no first day was asked for.
    """

    since: date | None
    until: date | None
    begins: date | None
    dated: Counts
    undated: Counts
    revisions: tuple[RevisionMark, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What one month (2026-11), promise, rep or ground comes to; the key is None for what has none of it."""

    key: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One thing that shows integrity or its loss, with its decision (None for a revision that takes effect).

    `answer`, `ground`, `rep` and `cited` are those of the answer the mark is about: if it was overturned, the old one.
    """

    position: int
    mark: Mark
    at: datetime | None
    day: date | None
    charter: str
    decision: str | None
    answer: Answer | None
    ground: Ground | None
    rep: str | None
    cited: tuple[str, ...]
    revision: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some marks, newest first, and where the next page begins (None: these are the last)."""

    marks: tuple[MarkLine, ...]
    next: str | None


def summary(views: Views, filter: Filter = EVERYTHING) -> Summary:  # noqa: A002
    """The counts of a period with their base; what has no day is counted apart, whatever the period."""
    with _counting(views, filter) as (connection, sums):
        months = sums("month" if filter.since is None else None)
        dated = sum(months.values(), Counts())
        begins = min((date.fromisoformat(f"{month}-01") for month in months if month), default=None)
        undated = sums(undated=True).get(None, Counts())
        return Summary(filter.since, filter.until, begins, dated, undated, _revisions(connection, filter))


def by(views: Views, filter: Filter, group: Group) -> list[Count]:  # noqa: A002
    """The counts by month (every month from the first to the last, oldest first), promise, rep or ground.

    What has no day is left out of the months, and counts elsewhere where no period is asked for. A decision that cites
    two promises counts for both.
    """
    with _counting(views, filter) as (_, sums):
        found = sums(group)
        if filter.since is None and filter.until is None and group != "month":
            for key, counts in sums(group, undated=True).items():
                found[key] = counts if key not in found else found[key] + counts
    if group == "month" and found:
        found = {month: found.get(month, Counts()) for month in _months(found)}
    return [Count(key, found[key]) for key in sorted(found, key=lambda key: (key is None, key or ""))]


def by_code(views: Views, filter: Filter) -> tuple[Counts, dict[str, Counts], Counts]:  # noqa: A002
    """What happened on days of a period, as much of it as cites each promise and each limit, and what cites nothing.

    The filter asks for none of these.
    """
    assert not filter.cited, filter
    with _counting(views, filter) as (_, sums):
        found = sums("code")
    everything, uncited = found.pop(None, Counts()), found.pop(NONE, Counts())
    return everything, {code: counts for code, counts in found.items() if code}, uncited


@contextmanager
def _counting(views: Views, wanted: Filter) -> Iterator[tuple[Connection, Callable[..., dict[str | None, Counts]]]]:
    """A moment of the history, and what counts in it."""
    with views.reading(INTEGRITY_HISTORY) as connection:
        known_to = recorded_by(views.ledger, wanted.known_at) if wanted.known_at else 0
        yield connection, partial(counted, connection, wanted, known_to=known_to)


def marks(
    views: Views,
    filter: Filter = EVERYTHING,  # noqa: A002
    after: str | None = None,
    limit: int = 50,
    mark: Mark | Figure | None = None,
) -> Page:
    """At most `limit` marks, newest first, undated ones last: of one kind, of those a figure counts, or of all.

    Each leads to its decision. Revisions are in the line where nothing is asked that only decisions have.
    `after` is the `next` of the page before; raises NotAPage for anything else.
    """
    with views.reading(INTEGRITY_HISTORY) as connection:
        rows = connection.execute(_asked(filter, after, mark).limit(limit + 1)).all()
    shown = rows[:limit]
    following = cursor(shown[-1].at, shown[-1].position, shown[-1].kind) if len(rows) > limit else None
    return Page(tuple(map(_line, shown)), following)


def all_marks(
    views: Views,
    filter: Filter = EVERYTHING,  # noqa: A002
    mark: Mark | Figure | None = None,
) -> Iterator[MarkLine]:
    """Every mark, of one kind, of a figure or of all, in the same order; read a batch at a time."""
    place: str | None = None
    while True:
        page = marks(views, filter, place, _BATCH, mark)
        yield from page.marks
        if page.next is None:
            return
        place = page.next


def revisions(views: Views, filter: Filter = EVERYTHING) -> tuple[RevisionMark, ...]:  # noqa: A002
    """The published revisions of a charter, or of all, that take effect in a period, first to last.

    The rest of the filter does not matter: they are where the line bends, whoever is looked at.
    """
    with views.reading(INTEGRITY_HISTORY) as connection:
        return _revisions(connection, filter)


def _asked(wanted: Filter, after: str | None, mark: Mark | Figure | None) -> Select[Any]:
    """The rows of these marks in their order, from a place on.

    A person's marks are few, so they lead the way; else what is cited does, where it is asked for.
    """
    lines: FromClause = MARK if wanted.known_at is None else known(stamp(wanted.known_at))
    source, order = lines, (lines.c.at, lines.c.position, lines.c.kind)
    by_code = wanted.cited and wanted.known_at is None and wanted.rep is None
    where = conditions(wanted, lines, CITED if by_code else None)
    if by_code:
        order = (CITED.c.at, CITED.c.position, CITED.c.kind)
        same = and_(lines.c.position == CITED.c.position, lines.c.kind == CITED.c.kind)
        source = CITED.join(lines, same)
        where.append(CITED.c.code == wanted.cited[0])
    at, position, kind = order
    match mark:
        case Figure.DECISIONS:
            where.append(lines.c.first)
        case Figure.TO_STAY_TRUE:
            where += [kind == Mark.NO, lines.c.ground.in_(TO_STAY_TRUE)]
        case Figure.OVERTURNED_NOES:
            where += [kind == Mark.OVERTURNED, lines.c.answer == Answer.NO]
        case Mark():
            where.append(kind == mark)
    if after is not None:
        last_at, last_position, last_kind = _place(after)
        further = or_(position < last_position, and_(position == last_position, kind < last_kind))
        where += [at <= last_at, or_(at < last_at, further)]
    return select(lines).select_from(source).where(*where).order_by(*(column.desc() for column in order))


def _place(after: str) -> tuple[str, int, str]:
    at, position, kind = parts(after, 3)
    if not position.isdecimal():
        raise NotAPage(cursor=after[:60])
    return at, int(position), kind


def _revisions(connection: Connection, wanted: Filter) -> tuple[RevisionMark, ...]:
    lines: FromClause = MARK if wanted.known_at is None else known(stamp(wanted.known_at))
    where = [lines.c.kind == Mark.REVISION, *between(lines.c.day, lines.c.at, wanted.since, wanted.until)]
    if wanted.charter is not None:
        where.append(lines.c.charter == wanted.charter)
    query = select(lines).where(*where).order_by(lines.c.at, lines.c.position)
    return tuple(
        RevisionMark(row.charter, row.revision, row.label, read(row.at), _day(row.day), instant(row.known_from))
        for row in connection.execute(query)
    )


def _months(found: dict[str | None, Counts]) -> list[str | None]:
    """Every month from the first to the last, so that what is plotted has no holes."""
    first, last = min(filter(None, found)), max(filter(None, found))
    begin, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(begin, end + 1)]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _line(row: Row[Any]) -> MarkLine:
    return MarkLine(
        position=row.position,
        mark=Mark(row.kind),
        at=read(row.at),
        day=_day(row.day),
        charter=row.charter,
        decision=row.decision,
        answer=None if row.answer is None else Answer(row.answer),
        ground=None if row.ground is None else Ground(row.ground),
        rep=row.rep,
        cited=tuple(row.cited.split()),
        revision=row.revision,
        recorded_at=instant(row.known_from),
    )

"""How the integrity history is counted: years, months and days from the tallies, anything else mark by mark."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from operator import add, attrgetter
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, case, func, select, union_all

from charter.message import Code, Moment, PromiseCode
from charter.terms import Answer, Ground
from projections.codes import cites, codes
from projections.days import between, shifted, stamp
from projections.integrity_tables import COUNTER, COUNTERS, DAYS, MARK, MONTHS, NONE, PAST, YEARS, Mark

Group = Literal["month", "promise", "rep", "ground"]


class Filter(BaseModel):
    """Which marks; whatever is left out does not matter."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    charter: str | None = Field(None, description="The charter they are about.")
    promise: PromiseCode | None = Field(None, description="A promise that is cited, itself or one of its limits.")
    limit: Code | None = Field(None, description="A limit that is cited.")
    ground: Ground | None = Field(None, description="Why the no was a no.")
    rep: str | None = Field(None, description="Who gave the answer.")
    since: date | None = Field(None, description="The first day, where the charter lives.")
    until: date | None = Field(None, description="The last day.")
    known_at: Moment | None = Field(None, description="As it was known at this time.")

    @property
    def cited(self) -> tuple[str, ...]:
        """What has to be cited: a limit's promise is, when the limit is."""
        found = (self.limit, self.promise)
        asked = tuple(code for code in found if code is not None)
        return asked[:1] if self.limit and self.promise == self.limit.partition(".")[0] else asked


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each; `decisions` is the base, each decision once, by the day of its first answer.

    Noes are told apart by their ground, `no_ground` are those of history that name none. `partly` declines in part,
    `yes` names no effect on the promise. `stood` was upheld after an appeal, `overturned_noes` are among `overturned`.
    """

    decisions: int = 0
    off_brand: int = 0
    out_of_integrity: int = 0
    not_our_client: int = 0
    not_available: int = 0
    not_permitted: int = 0
    no_ground: int = 0
    partly: int = 0
    yes: int = 0
    upheld: int = 0
    bent: int = 0
    broken: int = 0
    appealed: int = 0
    stood: int = 0
    overturned: int = 0
    overturned_noes: int = 0
    not_in_force: int = 0
    wrong_revision: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(add, _numbers(self), _numbers(other)))

    @property
    def noes(self) -> int:
        """All noes, whatever their ground."""
        return self.to_stay_true + self.not_our_client + self.not_available + self.not_permitted + self.no_ground

    @property
    def to_stay_true(self) -> int:
        """The noes that kept the charter's word: off-brand or out of integrity."""
        return self.off_brand + self.out_of_integrity

    @property
    def marks(self) -> int:
        """All marks."""
        return sum(_numbers(self)) - self.decisions - self.overturned_noes


_numbers: Callable[[Counts], tuple[int, ...]] = attrgetter(*(field.name for field in fields(Counts)))


def counted(
    connection: Connection, wanted: Filter, by: Group | None = None, *, undated: bool = False
) -> dict[str | None, Counts]:
    """Counts of what happened on a known day, or of what did not, by month, promise, rep or ground.

    The key is None where a mark has none of it, and for everything when `by` is None. A decision that cites two
    promises is in the counts of both.
    """
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    if undated:
        wanted = wanted.model_copy(update={"since": None, "until": None})
    if wanted.known_at is not None or len(wanted.cited) > 1:
        _look(connection, sums, wanted, by, known(stamp(wanted.known_at)) if wanted.known_at else MARK, undated=undated)
    elif undated:
        _read(connection, sums, wanted, by, _Piece(MONTHS, "", ""))
    else:
        is_someones = bool(wanted.rep) or by == "rep"  # who it was is not in the tallies of days
        for piece in _pieces(wanted.since, wanted.until, by_years=by != "month"):
            if piece.tally is DAYS and is_someones:
                days = {"since": date.fromisoformat(piece.first), "until": date.fromisoformat(piece.last)}
                _look(connection, sums, wanted.model_copy(update=days), by, MARK, undated=False)
            else:
                _read(connection, sums, wanted, by, piece)
    return {key: Counts(**values) for key, values in sums.items()}


_Sums = defaultdict[str | None, defaultdict[str, int]]


def known(at: str) -> FromClause:
    """The marks that were known at a recorded time."""
    names = [column.name for column in MARK.c]
    still = select(*(MARK.c[name] for name in names)).where(MARK.c.known_from <= at)
    since = (PAST.c.known_from <= at, PAST.c.known_until > at)
    return union_all(still, select(*(PAST.c[name] for name in names)).where(*since)).subquery("known")


def conditions(wanted: Filter, marks: FromClause, lead: FromClause | None = None) -> list[ColumnElement[bool]]:
    """What a filter asks of marks, but for the time at which they were known.

    `lead` is what leads the way to them: it has their times, and what is cited is asked of it.
    """
    asked = wanted.model_dump(include={"charter", "ground", "rep"}, exclude_none=True)
    found: list[ColumnElement[bool]] = [marks.c[name] == value for name, value in asked.items()]
    found += between(marks.c.day, (marks if lead is None else lead).c.at, wanted.since, wanted.until)
    return found + [cites(marks.c.cited, code) for code in wanted.cited[0 if lead is None else 1 :]]


class _Piece(NamedTuple):
    """A part of a period that a tally has: from one year, month or day to another, both included."""

    tally: Table
    first: str
    last: str


def _pieces(since: date | None, until: date | None, *, by_years: bool) -> Iterator[_Piece]:
    """A period as years, the months before and after them, and the days before and after those."""
    first, last = "0", "~"  # before and after any other
    if since is not None:
        end = since.replace(day=monthrange(since.year, since.month)[1])
        if until is not None and until < end:
            yield _Piece(DAYS, since.isoformat(), until.isoformat())
            return
        first = since.isoformat()[:7]
        if since.day > 1:
            yield _Piece(DAYS, since.isoformat(), end.isoformat())
            first = shifted(end, 1)[:7]
    if until is not None:
        last = until.isoformat()[:7]
        if until.day < monthrange(until.year, until.month)[1]:
            yield _Piece(DAYS, f"{last}-01", until.isoformat())
            last = shifted(until, -until.day)[:7]
    if first <= last:
        yield from _years(first, last) if by_years else (_Piece(MONTHS, first, last),)


def _years(first: str, last: str) -> Iterator[_Piece]:
    if first[:4] == last[:4]:
        yield _Piece(MONTHS, first, last)
        return
    begins, ends = first == "0" or first.endswith("-01"), last == "~" or last.endswith("-12")
    if not begins:
        yield _Piece(MONTHS, first, f"{first[:4]}-12")
    if not ends:
        yield _Piece(MONTHS, f"{last[:4]}-01", last)
    year = first[:4] if begins else f"{int(first[:4]) + 1:04}"
    if year <= (until := last[:4] if ends else f"{int(last[:4]) - 1:04}"):
        yield _Piece(YEARS, year, until)


def _read(connection: Connection, sums: _Sums, wanted: Filter, by: Group | None, piece: _Piece) -> None:
    """Add up one piece of a tally."""
    t = piece.tally.c
    code = wanted.cited[0] if wanted.cited else None
    where: list[ColumnElement[bool]] = [t.period >= piece.first, t.period <= piece.last]
    if piece.tally is not DAYS:
        where.append(t.rep.in_(_each(t.rep)) if by == "rep" and wanted.rep is None else t.rep == (wanted.rep or ""))
    if by == "promise" and code is None:
        where += [t.code.in_(_each(MONTHS.c.code, MONTHS.c.rep == "")), t.code.not_like("%.%")]
    else:
        where.append(t.code == (code or ""))
    if wanted.charter is not None:
        where.append(t.charter == wanted.charter)
    if wanted.ground is not None:
        where.append(t.ground == wanted.ground)
    key = t[{"month": "period", "promise": "code", "rep": "rep", "ground": "ground"}[by or "ground"]]
    # grouped by nothing but the key, whose order the tallies are in: there is nothing to sort
    noes = {_of_ground(ground): case((t.ground == ground, t.noes), else_=0) for ground in ("", *Ground)}
    numbers = noes | {name: t[name] for name in COUNTERS if name != "noes"}
    query = select(key, *(func.sum(number) for number in numbers.values())).where(*where).group_by(key)
    for found, *values in connection.execute(query):
        into = sums[_named(found, by)]
        for name, value in zip(numbers, values, strict=True):
            into[name] += int(value)


def _each(column: ColumnElement[str], *where: ColumnElement[bool]) -> Select[Any]:
    """Everybody in a tally, or every code, each found in its key right after the one before."""
    least = select(func.min(column).label("one")).where(*where)
    each = least.where(column > "").cte("each_one", recursive=True)
    following = least.where(column > each.c.one).scalar_subquery()
    each = each.union_all(select(following).where(each.c.one.is_not(None)))
    return select(each.c.one).where(each.c.one.is_not(None))


def _look(
    connection: Connection, sums: _Sums, wanted: Filter, by: Group | None, marks: FromClause, *, undated: bool
) -> None:
    """Count marks one by one, where the tallies do not say."""
    m = marks.c
    key = m[{"month": "day", "promise": "cited", "rep": "rep", "ground": "ground"}[by or "ground"]]
    columns = (key, m.kind, m.ground, m.answer, m.first)
    where = [*conditions(wanted, marks), m.kind != Mark.REVISION, m.day == "" if undated else m.day > ""]
    query = select(*columns, func.count()).where(*where).group_by(*columns)
    for found, kind, ground, answer, first, number in connection.execute(query):
        names = [_of_ground(ground) if kind == Mark.NO else COUNTER[Mark(kind)]]
        names += ["decisions"] if first else []
        names += ["overturned_noes"] if kind == Mark.OVERTURNED and answer == Answer.NO else []
        for each in _promises(found, wanted) if by == "promise" else (found,):
            for name in names:
                sums[_named(each, by)][name] += number


def _promises(cited: str, wanted: Filter) -> tuple[str, ...]:
    """The promises to count a mark under: those it cites, or the one that was asked for."""
    return wanted.cited[:1] or tuple(code for code in codes(cited) if "." not in code) or (NONE,)


def _named(key: str | None, by: Group | None) -> str | None:
    if by is None or key in (None, "", NONE):
        return None
    return {"month": key[:7], "promise": key.partition(".")[0]}.get(by, key)


def _of_ground(ground: str | None) -> str:
    return ground.replace("-", "_") if ground else "no_ground"

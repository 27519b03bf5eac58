"""How the integrity history is counted: years, months and days from the tallies, anything else mark by mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, partial
from operator import add, attrgetter
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    select,
    union_all,
)

from charter.message import Code, Moment, PromiseCode
from charter.terms import Answer, Ground
from projections.codes import cites, codes
from projections.days import between, stamp
from projections.integrity_periods import Piece, pieces
from projections.integrity_tables import CITED, COUNTER, COUNTERS, DAYS, MARK, MONTHS, NONE, PAST, Mark

Group = Literal["month", "promise", "rep", "ground"]
Whose = Group | Literal["code"]
"""What counts are told apart by: a code is a promise or one of its limits."""
TO_STAY_TRUE = (Ground.OFF_BRAND, Ground.OUT_OF_INTEGRITY)
"""The grounds of a no that kept the charter's word."""


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
        return sum(getattr(self, _of_ground(ground)) for ground in TO_STAY_TRUE)

    @property
    def marks(self) -> int:
        """All marks."""
        return sum(_numbers(self)) - self.decisions - self.overturned_noes


_numbers: Callable[[Counts], tuple[int, ...]] = attrgetter(*(field.name for field in fields(Counts)))


def counted(
    connection: Connection, wanted: Filter, by: Whose | None = None, *, undated: bool = False, known_to: int = 0
) -> dict[str | None, Counts]:
    """Counts of what happened on a known day, or of what did not, by month, promise, code, rep or ground.

    The key is None where a mark has none of it, and for everything when `by` is None; by code it is None for
    everything, and NONE where none is cited. A decision that cites two promises is in the counts of both. Where a
    time is asked for at which it was known, `known_to` is the position of the last entry that was recorded by then.
    """
    sums: _Sums = defaultdict(lambda: defaultdict(int))
    if undated:
        wanted = wanted.model_copy(update={"since": None, "until": None})
    look = partial(_look, connection, sums, wanted, by, undated=undated)
    if wanted.known_at is None:
        _add_up(connection, sums, wanted, by, undated=undated)
    elif 2 * known_to < connection.execute(select(func.coalesce(func.max(MARK.c.position), 0))).scalar_one():
        look(known(stamp(wanted.known_at)))
    else:  # what came since is less than what was there: as it is now, without that and with what it took the place of
        at = stamp(wanted.known_at)
        _add_up(connection, sums, wanted, by, undated=undated)
        changed = select(PAST.c.position).where(PAST.c.known_until > at)
        look(MARK, MARK.c.position > known_to, sign=-1)
        look(MARK, MARK.c.position <= known_to, MARK.c.known_from > at, MARK.c.position.in_(changed), sign=-1)
        look(PAST, PAST.c.known_from <= at, PAST.c.known_until > at)
    return {key: Counts(**values) for key, values in sums.items() if any(values.values())}


_Sums = defaultdict[str | None, defaultdict[str, int]]


def _add_up(connection: Connection, sums: _Sums, wanted: Filter, by: Whose | None, *, undated: bool) -> None:
    """What is known now, from the tallies as far as they say it."""
    look = partial(_look, connection, sums, by=by, undated=undated)
    if len(wanted.cited) > 1:
        look(wanted=wanted, marks=MARK, lead=CITED)
    elif undated:
        _read(connection, sums, wanted, by, Piece(MONTHS, "", ""))
    else:
        is_someones = bool(wanted.rep) or by == "rep"  # who it was is not in the tallies of days
        for piece in pieces(wanted.since, wanted.until, by_years=by != "month"):
            if piece.tally is DAYS and is_someones:
                days = {"since": date.fromisoformat(piece.first), "until": date.fromisoformat(piece.last)}
                look(wanted=wanted.model_copy(update=days), marks=MARK)
            else:
                _read(connection, sums, wanted, by, piece)


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


def _read(connection: Connection, sums: _Sums, wanted: Filter, by: Whose | None, piece: Piece) -> None:
    """Add up one piece of a tally."""
    given = {"charter": wanted.charter, "ground": wanted.ground, "code": wanted.cited[0] if wanted.cited else None}
    if piece.tally is not DAYS:
        given["rep"] = wanted.rep
    asked = {name: value for name, value in given.items() if value is not None}
    query = _added_up(piece.tally, by, frozenset(asked))
    for found, *values in connection.execute(query, asked | {"first": piece.first, "last": piece.last}):
        into = sums[_named(found, by)]
        for name, value in zip(_NUMBERS, values, strict=True):
            into[name] += int(value)


@cache  # to make it takes as long as to answer it
def _added_up(tally: Table, by: Whose | None, asked: frozenset[str]) -> Select[Any]:
    """The question for the sums of a tally from `first` to `last`, of each of a group and of what is `asked`."""
    t = tally.c
    where: list[ColumnElement[bool]] = [t.period >= bindparam("first"), t.period <= bindparam("last")]
    where += [t[name] == bindparam(name) for name in sorted(asked)]
    if tally is not DAYS and "rep" not in asked:
        where.append(t.rep.in_(_each(t.rep)) if by == "rep" else t.rep == "")
    if "code" not in asked:
        known = partial(_each, MONTHS.c.code, MONTHS.c.rep == "")
        match by:
            case "promise":
                where += [t.code.in_(known()), t.code.not_like("%.%")]
            case "code":  # empty, which stands for everything, is one of them
                where.append(t.code.in_(known(beyond=None)))
            case _:
                where.append(t.code == "")
    key = t[{"month": "period", "promise": "code"}.get(by or "ground", by or "ground")]
    # grouped by nothing but the key, whose order the tallies are in: there is nothing to sort
    noes = (case((t.ground == ground, t.noes), else_=0) for ground in _GROUNDS)
    rest = (t[name] for name in COUNTERS if name != "noes")
    return select(key, *map(func.sum, (*noes, *rest))).where(*where).group_by(key)


def _each(column: ColumnElement[str], *where: ColumnElement[bool], beyond: str | None = "") -> Select[Any]:
    """Everybody in a tally, or every code, each found in its key right after the one before."""
    least = select(func.min(column).label("one")).where(*where)
    each = (least if beyond is None else least.where(column > beyond)).cte("each_one", recursive=True)
    following = least.where(column > each.c.one).scalar_subquery()
    each = each.union_all(select(following).where(each.c.one.is_not(None)))
    return select(each.c.one).where(each.c.one.is_not(None))


def _look(
    connection: Connection,
    sums: _Sums,
    wanted: Filter,
    by: Whose | None,
    marks: FromClause,
    *more: ColumnElement[bool],
    undated: bool,
    lead: Table | None = None,
    sign: int = 1,
) -> None:
    """Count marks one by one, where the tallies do not say; `lead` leads the way to those that cite a code."""
    m, source = marks.c, marks
    key = m[{"month": "day", "promise": "cited", "code": "cited"}.get(by or "ground", by or "ground")]
    columns = (key, m.kind, m.ground, m.answer, m.first)
    where = [*conditions(wanted, marks, lead), *more, m.kind != Mark.REVISION, m.day == "" if undated else m.day > ""]
    if lead is not None:
        source = lead.join(marks, and_(m.position == lead.c.position, m.kind == lead.c.kind))
        where.append(lead.c.code == wanted.cited[0])
    query = select(*columns, func.count()).select_from(source).where(*where).group_by(*columns)
    for found, kind, ground, answer, first, number in connection.execute(query):
        names = [_of_ground(ground) if kind == Mark.NO else COUNTER[Mark(kind)]]
        names += ["decisions"] if first else []
        names += ["overturned_noes"] if kind == Mark.OVERTURNED and answer == Answer.NO else []
        for each in _cited(found, wanted, by) if by in ("promise", "code") else (found,):
            for name in names:
                sums[_named(each, by)][name] += sign * number


def _cited(cited: str, wanted: Filter, by: Whose) -> tuple[str, ...]:
    """What to count a mark under: the promises it cites, or the one that was asked for; or each code and all."""
    if by == "code":
        return ("", *(codes(cited) or (NONE,)))
    return wanted.cited[:1] or tuple(code for code in codes(cited) if "." not in code) or (NONE,)


def _named(key: str | None, by: Whose | None) -> str | None:
    if by is None or key in (None, "") or (key == NONE and by != "code"):
        return None
    return {"month": key[:7], "promise": key.partition(".")[0]}.get(by, key)


def _of_ground(ground: str | None) -> str:
    return ground.replace("-", "_") if ground else "no_ground"


_GROUNDS = ("", *Ground)
_NUMBERS = (*map(_of_ground, _GROUNDS), *(name for name in COUNTERS if name != "noes"))

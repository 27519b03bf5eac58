"""The register of decisions: every request with its answer, found by whatever is known of it, now or at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, literal_column, or_, select, union_all

from charter.decisions.state import Stage
from charter.leaf import instant, stamp
from charter.message import Code, Moment, PromiseCode
from charter.store.database import is_sqlite
from charter.terms import Answer, Cause, Effect, Fit, Gap, Ground, Kind
from projections.codes import cites
from projections.days import between, read
from projections.engine import Views
from projections.pages import cursor, parts
from projections.register_rows import (
    CITATION,
    COUNTED,
    DECISION,
    DECISION_REGISTER,
    PAST,
    TALLY,
    UNSETTLED,
)
from projections.stored import unlisted


class Filter(BaseModel):
    """Which decisions; whatever is left out does not matter."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    charter: str | None = Field(None, description="The charter they were decided under.")
    promise: PromiseCode | None = Field(None, description="A promise they cite, itself or one of its limits.")
    limit: Code | None = Field(None, description="A limit they cite.")
    answer: Answer | None = Field(None, description="yes, no or partly.")
    ground: Ground | None = Field(None, description="Why a no was a no.")
    effect: Effect | None = Field(None, description="What a yes did to the promise.")
    rep: str | None = Field(None, description="Who decided.")
    touchpoint: str | None = Field(None, description="Where the request reached us.")
    kind: Kind | None = Field(None, description="support or service.")
    fit: Fit | None = Field(None, description="How well the customer fits.")
    stage: Stage | None = Field(None, description="How far the request has come.")
    since: date | None = Field(None, description="The first day, where the charter lives.")
    until: date | None = Field(None, description="The last day.")
    text: str | None = Field(None, description="Words in the request, the reason, the customer or the ticket.")
    known_at: Moment | None = Field(None, description="As it was known at this time.")


EVERYTHING = Filter()
_AT_ONCE = 1_000
"""Lines that are read in one go where all are wanted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request and what became of it.

    `at` is when it was decided or, before that, reached the stage it is in (None: not known); `recorded_at` when the
    ledger learned of it. `rep` gave the first answer, `reversed_by` replaced it. What is missing is listed in `gaps`.
    """

    id: str
    charter: str
    stage: Stage
    at: datetime | None
    day: date | None
    received_at: datetime | None
    recorded_at: datetime
    answer: Answer | None
    ground: Ground | None
    effect: Effect | None
    first_answer: Answer | None
    revision: int | None
    label: str | None
    rep: str | None
    reversed_by: str | None
    customer: str | None
    touchpoint: str | None
    kind: Kind | None
    fit: Fit | None
    ticket: str | None
    request: str
    reason: str | None
    cited: tuple[str, ...]
    cause: Cause | None
    gaps: tuple[Gap, ...]
    source: str | None
    source_row: str | None
    appealed: bool
    overturned: bool

    @property
    def upheld(self) -> bool:
        """Whether it stood when it was looked at again after an appeal."""
        return self.appealed and not self.overturned and self.stage is Stage.DECIDED


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, newest first, and where the next page begins (None: these are the last)."""

    lines: tuple[Line, ...]
    next: str | None


def page(
    views: Views,
    filter: Filter = EVERYTHING,  # noqa: A002
    after: str | None = None,
    limit: int = 50,
    *,
    came_back: bool = False,
) -> Page:
    """At most `limit` lines, newest first, undated ones last; `after` is the `next` of the page before.

    With `came_back`, only what was appealed or overturned. Raises NotAPage for anything else given as `after`.
    """
    with views.reading(DECISION_REGISTER) as connection:
        rows = connection.execute(_asked(connection, filter, after, came_back=came_back).limit(limit + 1)).all()
    shown = rows[:limit]
    following = cursor(shown[-1].at, shown[-1].id) if len(rows) > limit else None
    return Page(tuple(map(line, shown)), following)


def count(views: Views, filter: Filter = EVERYTHING) -> int:  # noqa: A002
    """How many lines there are."""
    asked = filter.model_dump(exclude_none=True)
    with views.reading(DECISION_REGISTER) as connection:
        if asked.keys() <= set(COUNTED):
            alike = (TALLY.c[name] == value for name, value in asked.items())
            summed = select(func.coalesce(func.sum(TALLY.c.requests), 0)).where(*alike)
            return int(connection.execute(summed).scalar_one())
        asked_of = (_asked(connection, filter, None, known).order_by(None) for known in _known(filter))
        ones = (lines.with_only_columns(literal_column("1")).subquery() for lines in asked_of)
        return sum(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in ones)


def lines(views: Views, filter: Filter = EVERYTHING, *, came_back: bool = False) -> Iterator[Line]:  # noqa: A002
    """All lines, newest first, with the memory of a few; read in pages, so that a slow reader keeps nobody waiting."""
    after = None
    while True:
        found = page(views, filter, after, _AT_ONCE, came_back=came_back)
        yield from found.lines
        after = found.next
        if after is None:
            return


def named(views: Views, decisions: Collection[str]) -> dict[str, Line]:
    """The lines of some decisions, by their full ids; those that are unknown are missing."""
    with views.reading(DECISION_REGISTER) as connection:
        rows = connection.execute(select(DECISION).where(DECISION.c.id.in_(decisions))).all()
    return {row.id: line(row) for row in rows}


def _asked(
    connection: Connection,
    wanted: Filter,
    after: str | None,
    known: Select[Any] | None = None,
    *,
    came_back: bool = False,
) -> Select[Any]:
    """The rows of these lines in their order, from a place on.

    One person's decisions are few, so they lead the way where somebody is asked for, and else what is cited.
    """
    lines: FromClause = DECISION
    if wanted.known_at is not None:
        lines = (union_all(*_known(wanted)) if known is None else known).subquery("known")
    cited = [code for code in (wanted.limit, wanted.promise) if code is not None]
    source: FromClause = lines
    at, id_ = lines.c.at, lines.c.id
    conditions = _conditions(connection, wanted, lines)
    if cited and wanted.known_at is None and wanted.rep is None:
        source = CITATION.join(lines, lines.c.id == CITATION.c.decision)
        at, id_ = CITATION.c.at, CITATION.c.decision
        conditions.append(CITATION.c.code == cited.pop(0))
    conditions += [cites(lines.c.cited, code) for code in cited]
    conditions += between(lines.c.day, at, wanted.since, wanted.until)
    if after is not None:
        last_at, last_id = parts(after, 2)
        # two conditions and no row value: both databases know how to go on in an index from this
        conditions += [at <= last_at, or_(at < last_at, id_ < last_id)]
    if wanted.known_at is None and wanted.stage not in (None, Stage.DECIDED):
        conditions.append(UNSETTLED)
    if came_back:
        conditions.append(or_(lines.c.appealed, lines.c.overturned))
    columns = [column for column in lines.c if column.name not in ("known_from", "known_until")]
    return select(*columns).select_from(source).where(*conditions).order_by(at.desc(), id_.desc())


def _conditions(connection: Connection, wanted: Filter, lines: FromClause) -> list[ColumnElement[bool]]:
    asked = wanted.model_dump(include=_EQUAL, exclude_none=True)
    found: list[ColumnElement[bool]] = [lines.c[name] == value for name, value in asked.items()]
    if wanted.text:
        # SQLite's LIKE takes no notice of case, but in ASCII only: other letters are looked for as they may be written
        ways = {wanted.text, wanted.text.lower(), wanted.text.upper(), wanted.text.capitalize()}
        ways = ways if not wanted.text.isascii() else {wanted.text}
        texts = (lines.c.request, lines.c.reason, lines.c.customer, lines.c.ticket)
        has = "contains" if is_sqlite(connection.engine) else "icontains"
        each = (getattr(column, has)(way, autoescape=True) for way in sorted(ways) for column in texts)
        found.append(or_(*each))
    return found


_EQUAL = {"charter", "answer", "ground", "effect", "rep", "touchpoint", "kind", "fit", "stage"}


def _known(wanted: Filter) -> list[Select[Any]]:
    """What was known at the time asked for: today's rows that are so old, and those that have been replaced since."""
    still = select(DECISION)
    if wanted.known_at is None:
        return [still]
    at = stamp(wanted.known_at)
    past = select(*(PAST.c[column.name] for column in DECISION.c))
    return [still.where(DECISION.c.known_from <= at), past.where(PAST.c.known_from <= at, PAST.c.known_until > at)]


def line(row: Row[Any]) -> Line:
    """A line as it is told, from a row that has its columns."""

    def maybe(kind: Any, value: str | None) -> Any:
        return None if value is None else kind(value)

    return Line(
        id=row.id,
        charter=row.charter,
        stage=Stage(row.stage),
        at=read(row.at),
        day=date.fromisoformat(row.day) if row.day else None,
        received_at=read(row.received_at),
        recorded_at=instant(row.recorded_at),
        answer=maybe(Answer, row.answer),
        ground=maybe(Ground, row.ground),
        effect=maybe(Effect, row.effect),
        first_answer=maybe(Answer, row.first_answer),
        revision=row.revision,
        label=row.label,
        rep=row.rep,
        reversed_by=row.reversed_by,
        customer=row.customer,
        touchpoint=row.touchpoint,
        kind=maybe(Kind, row.kind),
        fit=maybe(Fit, row.fit),
        ticket=row.ticket,
        request=row.request,
        reason=row.reason,
        cited=tuple(row.cited.split()),
        cause=maybe(Cause, row.cause),
        gaps=unlisted(row.gaps),
        source=row.source,
        source_row=row.source_row,
        appealed=bool(row.appealed),
        overturned=bool(row.overturned),
    )

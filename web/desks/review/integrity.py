"""The integrity history: one sentence, the picture of it, its numbers, and the decisions behind each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any, NamedTuple

from babel.dates import format_date
from fastapi import APIRouter, Request, Response

from charter.terms import Ground
from projections.days import month_end
from projections.integrity_history import Count, Counts, Figure, Filter, Group, Mark, Summary, by, summary
from projections.integrity_sentence import WITHOUT, sentence, undated, warnings
from projections.wording import words
from web.asking import Here
from web.charts.integrity import integrity_chart
from web.charts.periods import Point, Shown, history
from web.desks.review.asked import asked, filled, link, typed
from web.desks.review.marks import filter_form
from web.desks.review.sentences import linked
from web.download import csv
from web.forms import Malformed, Typed
from web.pages import is_part, page
from web.problems import status
from web.site import site_of
from web.words import LANGUAGE, _, begun, said

router = APIRouter(prefix="/review", include_in_schema=False)

GROUPS: tuple[Group, ...] = ("month", "promise", "ground", "rep")
SHOWN: dict[Shown, tuple[Mark, Ground | None]] = {
    Shown.OFF_BRAND: (Mark.NO, Ground.OFF_BRAND),
    Shown.OUT_OF_INTEGRITY: (Mark.NO, Ground.OUT_OF_INTEGRITY),
    Shown.NOT_OUR_CLIENT: (Mark.NO, Ground.NOT_OUR_CLIENT),
    Shown.NOT_AVAILABLE: (Mark.NO, Ground.NOT_AVAILABLE),
    Shown.NOT_PERMITTED: (Mark.NO, Ground.NOT_PERMITTED),
    Shown.NO_GROUND: (Mark.NO, None),
    Shown.BENT: (Mark.BENT, None),
    Shown.BROKEN: (Mark.BROKEN, None),
    Shown.OVERTURNED: (Mark.OVERTURNED, None),
}


class Column(NamedTuple):
    """A column of the numbers: its heading, which of the counts it shows, and the marks behind it."""

    heading: str
    counter: str
    mark: Mark | Figure
    ground: Ground | None = None
    alarm: str = ""

    def of(self, counts: Counts) -> int:
        """The number in it."""
        number: int = getattr(counts, self.counter)
        return number


class Cell(NamedTuple):
    """A number and the address of what it counts."""

    number: int
    address: str
    alarm: str = ""


class Row(NamedTuple):
    """What one month, promise, ground or rep comes to."""

    name: str
    cells: tuple[Cell, ...]


def columns() -> tuple[Column, ...]:
    """The columns of the numbers, in the order of the picture."""
    of_ground = (Column(begun(words(ground)), ground.value.replace("-", "_"), Mark.NO, ground) for ground in Ground)
    return (
        Column(_("Decided"), "decisions", Figure.DECISIONS),
        *of_ground,
        Column(_("No ground"), "no_ground", Mark.NO),
        Column(_("Partly"), "partly", Mark.PARTLY),
        Column(_("Kept"), "upheld", Mark.UPHELD),
        Column(_("Bent"), "bent", Mark.BENT, alarm="bent"),
        Column(_("Broken"), "broken", Mark.BROKEN, alarm="broken"),
        Column(_("Appeals"), "appealed", Mark.APPEALED),
        Column(_("Overturned"), "overturned", Mark.OVERTURNED, alarm="overturned"),
    )


@router.get("")
def show(request: Request, here: Here) -> Response:
    """The history: sentence, picture and numbers, as filtered and grouped by the address."""
    site, given = site_of(request), typed(request, Filter)
    group = _group(request)
    try:
        wanted = asked(request, Filter, given, charter=here)
    except Malformed as wrong:
        return page(request, "review/integrity.html", status(wrong), **_nothing(request, given, wrong, group))
    counts = by(site.views, wanted, group)
    if request.query_params.get("format") == "csv":
        names = [field.name for field in fields(Counts)]
        return csv(
            f"integrity-{here}-by-{group}",
            [group, *names],
            ([count.key or "", *(getattr(count.counts, name) for name in names)] for count in counts),
        )
    whole = summary(site.views, wanted)
    drawn = history(site.views, wanted)
    query = filled(given)
    chart = integrity_chart(
        drawn,
        lambda point: _of_point(request, query, point),
        lambda number: link(request, f"/charter/revisions/{number}", {}),
    )
    dated = _dated(whole, query)
    heads, rows = table(request, counts, group, query)
    context = {
        **_nothing(request, given, None, group),
        "sentence": linked(sentence(whole, wanted), lambda mark: _marks(request, dated, mark)),
        "warnings": list(warnings(whole)),
        "undated": undated(whole),
        "chart": chart,
        "heads": heads,
        "rows": rows,
        "whole": _row(request, Count(None, whole.dated), group, dated, heads, _("All months"))
        if group == "month"
        else None,
    }
    template = "review/integrity_part.html" if is_part(request) else "review/integrity.html"
    return page(request, template, **context)


def table(
    request: Request, counts: Sequence[Count], group: Group, query: dict[str, str]
) -> tuple[list[Column], list[Row]]:
    """The numbers as a table; a column in which all are nought is left out."""
    used = [column for column in columns() if any(column.of(count.counts) for count in counts)]
    return used, [_row(request, count, group, query, used) for count in counts]


def _row(
    request: Request, count: Count, group: Group, query: dict[str, str], used: Sequence[Column], name: str = ""
) -> Row:
    cells = []
    behind = query if name else _behind(count, group, query)
    for column in used:
        number = column.of(count.counts)
        address = _marks(request, behind, column.mark, column.ground) if number and behind is not None else ""
        cells.append(Cell(number, address, column.alarm if number else ""))
    return Row(name or _named(count.key, group), tuple(cells))


def _behind(count: Count, group: Group, query: dict[str, str]) -> dict[str, str] | None:
    """What asks for the marks of a row; None for what has no month, promise or person to ask for."""
    if count.key is None:
        return None
    if group == "month":
        first = date.fromisoformat(f"{count.key}-01")
        return _within(query, first, month_end(first))
    return query | {group: count.key}


def _within(query: dict[str, str], first: date, last: date) -> dict[str, str]:
    """A filter of no more than some days."""
    since, until = max(first.isoformat(), query.get("since", "")), min(last.isoformat(), query.get("until", "9"))
    return query | {"since": since, "until": until}


def _dated(whole: Summary, query: dict[str, str]) -> dict[str, str]:
    """A filter of what has a day; all of it has, where nothing is counted apart."""
    if whole.begins is None or whole.undated == Counts():
        return query
    return query | {"since": whole.begins.isoformat()}


def _marks(request: Request, query: dict[str, str], mark: Mark | Figure, ground: Ground | None = None) -> str:
    """The address of the decisions behind a number."""
    return link(request, "/review/marks", query | ({"ground": ground} if ground else {}), mark=mark)


def _of_point(request: Request, query: dict[str, str], point: Point) -> str:
    return _marks(request, _within(query, point.since, point.until), *SHOWN[point.shown])


def _group(request: Request) -> Group:
    found = request.query_params.get("by", "month")
    return next((group for group in GROUPS if group == found), "month")


def _nothing(request: Request, given: Typed, wrong: Malformed | None, group: Group) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "sentence": "",
        "warnings": [],
        "undated": "",
        "chart": "",
        "heads": [],
        "rows": [],
        "whole": None,
    }
    return {**empty, **filter_form(request, given, wrong), "group": group, "groups": group_names()}


def group_names() -> dict[str, str]:
    """By what the numbers can be told apart."""
    return {"month": _("Month"), "promise": _("Promise"), "ground": _("Ground"), "rep": _("Person")}


def _named(key: str | None, group: Group) -> str:
    if key is None:
        return f"{said(WITHOUT[group])}"
    if group == "month":
        return format_date(date.fromisoformat(f"{key}-01"), "MMM y", LANGUAGE)
    return begun(words(Ground(key))) if group == "ground" else key

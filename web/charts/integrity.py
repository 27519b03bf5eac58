"""The integrity history as a picture: noes by ground above the line, bent and broken below, revisions across it.

What is drawn has a shape or a pattern of its own as well as a colour. Each part leads to its decisions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from math import ceil, floor
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from web.charts.look import ALARM, COLOUR, FAINT, INK, LINE, PAPER, fill, key, named, patterns
from web.charts.periods import NOES, History, Period, Point, Shown
from web.charts.picture import place, svg
from web.words import LANGUAGE, _

WIDTH, HEIGHT = 760, 250
Link = Callable[[Point], str]
"""Gives the address of the list of decisions behind a number."""


def integrity_chart(
    history: History, link: Link, revision_link: Callable[[int], str], ident: str = "integrity", height: int = HEIGHT
) -> Markup:
    """The picture with its key, as an HTML figure; empty where nothing happened. `ident` is its own on its page."""
    if not history.periods:
        return Markup()
    links: list[tuple[str, str]] = []
    spec = _spec(history, link, revision_link, links, ident, height)
    picture = svg(
        spec,
        ident=ident,
        title=_("The integrity history"),
        description=_description(history),
        links=links,
        patterns="".join(patterns(ident)),
    )
    there = _("The picture, which scrolls sideways")
    return Markup(
        '<figure class="chart"><ul class="chart-key">{key}</ul>'
        '<div class="chart-scroll" role="group" tabindex="0" aria-label="{there}">{picture}</div></figure>'
    ).format(key=Markup().join(key(history, ident)), there=there, picture=Markup(picture))  # noqa: S704  # escaped by svg


def when(period: Period | Point) -> str:
    """A period as a table names it: May 2026, Jan to Mar 2026, 2019 to 2021."""
    since, until = period.since, period.until
    if (since.year, since.month) == (until.year, until.month):
        return format_date(since, "MMMM y", LANGUAGE)
    if (since.month, until.month) == (1, 12):
        whole = f"{since.year}" if since.year == until.year else ""
        return whole or _("{first} to {last}").format(first=since.year, last=until.year)
    first = format_date(since, "MMM" if since.year == until.year else "MMM y", LANGUAGE)
    return _("{first} to {last}").format(first=first, last=format_date(until, "MMM y", LANGUAGE))


def _description(history: History) -> str:
    counts = ", ".join(f"{named(shown)}: {count:,}" for shown, count in history.totals.items() if count)
    first, last = history.periods[0], history.periods[-1]
    said = _("From {first} to {last}. {counts}. The table has the same numbers and links.")
    return said.format(first=when(first), last=when(last), counts=counts or _("Nothing to show"))


def _spec(
    history: History,
    link: Link,
    revision_link: Callable[[int], str],
    links: list[tuple[str, str]],
    ident: str,
    height: int,
) -> dict[str, Any]:
    """The chart in Vega-Lite: across are the periods, each one wide, so that a day has its place in them."""

    def leads(address: str, words: str) -> str:
        links.append((address, words))
        return place(len(links) - 1)

    bars = list(_bars(history, link, leads, ident))
    overturned = list(_overturned(history, link, leads))
    rules = list(_rules(history, revision_link, leads))
    up = max([bar["high"] for bar in bars] + [mark["at"] + 0.5 for mark in overturned] + [1])
    down = min([bar["low"] for bar in bars] + [-1]) - (up / 40)
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [0, len(history.periods)], "nice": False}}
    y = {"type": "quantitative", "scale": {"domain": [down, up], "nice": False}}
    across = {"values": [at + 0.5 for at in range(len(history.periods))], "labelExpr": _labels(history)}
    upright = {"values": _whole(down, up), "labelExpr": "format(abs(datum.value), ',')", "grid": True}
    axes = {"x": x | {"axis": across | {"ticks": False, "grid": False}, "title": None}}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTH,
        "height": height,
        "background": None,
        "padding": {"left": 2, "right": 6, "top": 4, "bottom": 2},
        "layer": [
            {
                "data": {"values": bars},
                "mark": {"type": "rect", "strokeWidth": 1, "cornerRadius": 0},
                "encoding": axes
                | {
                    "x2": {"field": "x2"},
                    "y": y | {"field": "low", "axis": upright, "title": None},
                    "y2": {"field": "high"},
                    "fill": {"field": "fill", "type": "nominal", "scale": None},
                    "stroke": {"field": "stroke", "type": "nominal", "scale": None},
                    "href": {"field": "href"},
                },
            },
            {
                "data": {"values": [{"zero": 0}]},
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.25},
                "encoding": {"y": y | {"field": "zero"}},
            },
            {
                "data": {"values": rules},
                "mark": {"type": "rule", "color": PAPER, "strokeWidth": 3.5},
                "encoding": {"x": x},
            },
            {
                "data": {"values": rules},
                "mark": {"type": "rule", "color": INK, "strokeDash": [2, 3], "strokeWidth": 1.25},
                "encoding": {"x": x},
            },
            {
                "data": {"values": rules},
                "mark": {"type": "text", "dy": -7, "color": INK, "fontSize": 11, "fontWeight": "bold"},
                "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "name"}, "href": {"field": "href"}},
            },
            {
                "data": {"values": overturned},
                "mark": {"type": "point", "shape": "diamond", "size": 70, "filled": True, "color": ALARM, "opacity": 1},
                "encoding": {"x": x, "y": {"field": "at"} | y, "href": {"field": "href"}},
            },
        ],
        "config": {
            "font": "system-ui",
            "view": {"stroke": None},
            "axis": {"labelColor": FAINT, "labelFontSize": 11, "gridColor": LINE, "domain": False, "tickColor": LINE},
        },
    }


def _whole(down: float, up: float) -> list[int]:
    """The whole numbers at which there is a line: nobody says no half a time."""
    step = next(each for at in count() for each in (10**at, 2 * 10**at, 5 * 10**at) if up - down <= 8 * each)
    return list(range(ceil(down / step) * step, floor(up / step) * step + 1, step))


def _bars(history: History, link: Link, leads: Callable[[str, str], str], ident: str) -> Iterator[dict[str, Any]]:
    """Noes upwards from the line, bent and broken downwards, each on top of the one before."""
    for at, period in enumerate(history.periods):
        above = below = 0
        for point in period.points:
            if not point.count or point.shown is Shown.OVERTURNED:
                continue
            if point.shown in NOES:
                low, high = above, above + point.count
                above = high
            else:
                low, high = below - point.count, below
                below = low
            yield {
                "x": at + 0.14,
                "x2": at + 0.86,
                "low": low,
                "high": high,
                "fill": fill(point.shown, ident),
                "stroke": COLOUR[point.shown],
                "href": leads(link(point), f"{when(point)}: {named(point.shown)}, {point.count:,}"),
            }


def _overturned(history: History, link: Link, leads: Callable[[str, str], str]) -> Iterator[dict[str, Any]]:
    """A mark above the noes of a period in which appeals overturned some."""
    highest = max((_height(period) for period in history.periods), default=0)
    for at, period in enumerate(history.periods):
        point = period.points[-1]
        if point.count:
            words = f"{when(point)}: {named(point.shown)}, {point.count:,}"
            yield {"x": at + 0.5, "at": _height(period) + max(highest, 4) * 0.06, "href": leads(link(point), words)}


def _rules(
    history: History, revision_link: Callable[[int], str], leads: Callable[[str, str], str]
) -> Iterator[dict[str, Any]]:
    """Where in its period each revision took effect; none where they are of several charters."""
    if len({mark.charter for mark in history.revisions}) != 1:
        return
    for mark in history.revisions:
        for at, period in enumerate(history.periods):
            if mark.day and period.since <= mark.day <= period.until:
                part = (mark.day - period.since).days / ((period.until - period.since).days + 1)
                words = _("Revision {number}, in force since {day}").format(
                    number=mark.revision, day=format_date(mark.day, "d MMMM y", LANGUAGE)
                )
                href = leads(revision_link(mark.revision), words)
                yield {"x": at + part, "name": _("R{number}").format(number=mark.revision), "href": href}


def _labels(history: History) -> str:
    """What stands under the periods, as Vega asks for it: the year under the first and under each January."""
    labels: list[list[str]] = []
    for at, period in enumerate(history.periods):
        name, is_new_year = _short(period), at == 0 or period.since.year != history.periods[at - 1].since.year
        labels.append([name, f"{period.since.year}"] if is_new_year and name != f"{period.since.year}" else [name])
    return f"{json.dumps(labels)}[floor(datum.value)]"


def _short(period: Period) -> str:
    months = (period.until.year - period.since.year) * 12 + period.until.month - period.since.month + 1
    if months == 1:
        return format_date(period.since, "MMM", LANGUAGE)
    is_quarter = months <= 3 and period.since.year == period.until.year
    return _("Q{number}").format(number=(period.since.month + 2) // 3) if is_quarter else f"{period.since.year}"


def _height(period: Period) -> int:
    return sum(point.count for point in period.points if point.shown in NOES)

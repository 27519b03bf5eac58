"""How the integrity history looks: a colour for each thing it shows, and a pattern or a shape that says the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

from web.charts.periods import History, Shown
from web.words import _

INK, FAINT, LINE = "var(--chart-ink, #26241f)", "var(--chart-faint, #5f5b53)", "var(--chart-line, #dcd7cb)"
PAPER = "var(--chart-paper, #fff)"
ALARM = "var(--chart-alarm, #b3261e)"

COLOUR: Mapping[Shown, str] = {
    Shown.OFF_BRAND: "var(--chart-1, #27445c)",
    Shown.OUT_OF_INTEGRITY: "var(--chart-2, #4f7391)",
    Shown.NOT_OUR_CLIENT: "var(--chart-3, #6d6a62)",
    Shown.NOT_AVAILABLE: "var(--chart-4, #8a867c)",
    Shown.NOT_PERMITTED: "var(--chart-5, #4a4842)",
    Shown.NO_GROUND: "var(--chart-6, #8a867c)",
    Shown.BENT: "var(--chart-amber, #b26a00)",
    Shown.BROKEN: ALARM,
}
_GROUND = '<path d="M0,0h8v8h-8z" fill="{paper}"/>'
_TILE = '<pattern id="{ident}-{shown}" width="8" height="8" patternUnits="userSpaceOnUse"{turned}>{inside}</pattern>'
_INSIDE: Mapping[Shown, tuple[str, str]] = {
    Shown.OUT_OF_INTEGRITY: ("45", _GROUND + '<path d="M0,0h5v8h-5z" fill="{colour}"/>'),
    Shown.NOT_OUR_CLIENT: (
        "",
        '<path d="M0,0h8v8h-8z" fill="{paper}"/><circle cx="4" cy="4" r="2.6" fill="{colour}"/>',
    ),
    Shown.NOT_AVAILABLE: ("", _GROUND + '<path d="M0,2h8v4h-8z" fill="{colour}"/>'),
    Shown.NOT_PERMITTED: (
        "45",
        '<path d="M0,0h8v8h-8z" fill="{colour}"/><path d="M2,2h4v4h-4z" fill="{paper}"/>',
    ),
    Shown.NO_GROUND: ("", _GROUND),
    Shown.BENT: ("-45", _GROUND + '<path d="M0,0h5v8h-5z" fill="{colour}"/>'),
}
"""What stands beside a colour: stripes, dots, bars, squares or nothing; off-brand and broken are solid."""


def named(shown: Shown) -> str:
    """What is counted, as a heading."""
    names = {
        Shown.OFF_BRAND: _("No, off-brand"),
        Shown.OUT_OF_INTEGRITY: _("No, out of integrity"),
        Shown.NOT_OUR_CLIENT: _("No, not our client"),
        Shown.NOT_AVAILABLE: _("No, not available"),
        Shown.NOT_PERMITTED: _("No, not permitted"),
        Shown.NO_GROUND: _("No, without a ground"),
        Shown.BENT: _("Bent"),
        Shown.BROKEN: _("Broken"),
        Shown.OVERTURNED: _("Overturned"),
    }
    return names[shown]


def fill(shown: Shown, ident: str) -> str:
    """What a thing is filled with in the picture of that name: its pattern, else its colour."""
    return f"url(#{ident}-{shown})" if shown in _INSIDE else COLOUR[shown]


def patterns(ident: str) -> Iterator[str]:
    """The patterns of the picture of that name, as SVG."""
    for shown, (angle, inside) in _INSIDE.items():
        turned = f' patternTransform="rotate({angle})"' if angle else ""
        yield _TILE.format(
            ident=ident, shown=shown, turned=turned, inside=inside.format(colour=COLOUR[shown], paper=PAPER)
        )


def key(history: History, ident: str) -> Iterator[Markup]:
    """What each colour and pattern means, for what there is of it."""
    item = Markup('<li><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{}</svg> {}</li>')
    for shown, count in history.totals.items():
        if count:
            yield item.format(_swatch(shown, ident), named(shown))
    if len({mark.charter for mark in history.revisions}) == 1:
        rule = Markup('<path d="M8,0v16" stroke="{}" stroke-dasharray="2 3" stroke-width="1.5"/>').format(INK)
        yield item.format(rule, _("A revision takes effect"))


def _swatch(shown: Shown, ident: str) -> Markup:
    if shown is Shown.OVERTURNED:
        return Markup('<path d="M8,2l5,6l-5,6l-5,-6z" fill="{}"/>').format(ALARM)
    box = Markup('<rect x="1" y="1" width="14" height="14" fill="{}" stroke="{}"/>')
    return box.format(escape(fill(shown, ident)), COLOUR[shown])

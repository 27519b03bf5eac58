"""A Vega-Lite chart as an SVG that a page can hold: no script, no style, nothing from elsewhere, links that lead on.

Colours are CSS variables, so that a picture is as readable in the dark as on paper; each has a value of its own for
where there is no style sheet. The numbers stand in a table beside every picture, so a screen reader is told what the
picture shows and is spared its hundred parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

import vl_convert
from pydantic_core import to_json

VERSION = "6.4"
SVG = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"
PLACE = "https://place.invalid/"
"""Stands for a link in a chart, with its number behind it."""

_SHAPE = ("transform", "d", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "width", "height", "text-anchor", "font-size")
_COLOUR = ("fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "opacity")
_KEPT = frozenset((*_SHAPE, *_COLOUR, "font-weight", "stroke-linecap", "stroke-miterlimit"))
_IN_SVG = f"{{{SVG}}}"
_DRAWN = frozenset(_IN_SVG + tag for tag in ("g", "path", "line", "rect", "text", "tspan", "circle", "a"))


def place(number: int) -> str:
    """What a chart has in its `href` for the link of that number."""
    return f"{PLACE}{number}"


def svg(
    spec: Mapping[str, Any],
    *,
    ident: str,
    title: str,
    description: str,
    links: Sequence[tuple[str, str]] = (),
    patterns: str = "",
) -> str:
    """The picture of a chart; `ident` tells it from others on its page.

    `links` are addresses with their words, by the numbers that `place` gave; `patterns` are SVG patterns that the chart
    fills with. All words are escaped. Raises ValueError for a chart that Vega-Lite cannot draw.
    """
    drawn = ET.fromstring(_drawn(to_json(spec)))  # noqa: S314  # made here, a moment ago
    root = ET.Element("svg", {"xmlns": SVG, "viewBox": drawn.get("viewBox", ""), "class": "chart-picture"})
    root.attrib |= {"role": "group" if links else "img", "aria-labelledby": f"{ident}-title {ident}-told"}
    root.attrib |= {"width": drawn.get("width", ""), "height": drawn.get("height", "")}
    ET.SubElement(root, "title", {"id": f"{ident}-title"}).text = title
    ET.SubElement(root, "desc", {"id": f"{ident}-told"}).text = description
    if patterns:
        root.append(ET.fromstring(f"<defs>{patterns}</defs>"))  # noqa: S314  # ours
    inner = ET.SubElement(root, "g", {"aria-hidden": "true"})
    inner.extend(part for child in drawn if (part := _plain(child, links)) is not None)
    return ET.tostring(root, encoding="unicode")


@lru_cache(maxsize=64)
def _drawn(spec: bytes) -> str:
    """What Vega-Lite draws; nothing is fetched from anywhere."""
    made = vl_convert.vegalite_to_svg(spec.decode(), vl_version=VERSION, allowed_base_urls=[])
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", made)


def _plain(drawn: ET.Element, links: Sequence[tuple[str, str]]) -> ET.Element | None:
    """A drawn part with nothing but its shape and its colour; None where there is nothing to see."""
    if drawn.tag not in _DRAWN or drawn.get("d") == "" or drawn.get("display") == "none":
        return None
    if (drawn.get("class") or "") in ("background", "foreground"):
        return None
    tag = drawn.tag.removeprefix(_IN_SVG)
    made = ET.Element(tag, {name: value for name, value in drawn.attrib.items() if name in _KEPT})
    made.text = drawn.text
    if tag == "a":
        address, words = links[int((drawn.get(XLINK) or "").removeprefix(PLACE))]
        made.attrib |= {"href": address, "tabindex": "-1"}  # the table's links are for those who go by keys
        ET.SubElement(made, "title").text = words
    made.extend(part for child in drawn if (part := _plain(child, links)) is not None)
    if tag == "g" and not len(made):
        return None
    return made

"""The revisions of a charter as an Atom feed (RFC 4287): who subscribes reads each new wording when it is out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from projections.plain import one_line, plain

ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed; `ident` never changes, `address` is where it is read, `content` is HTML."""

    ident: str
    title: str
    address: str
    published: datetime
    summary: str
    content: str


def ident(*parts: str) -> str:
    """A name for good for what these parts say, wherever it is read: a UUID of version 5 (RFC 9562)."""
    return uuid5(NAMESPACE_URL, "charter-ledger:" + "/".join(parts)).urn


def feed(
    *, ident: str, title: str, author: str, address: str, page: str, items: Iterable[Item], language: str
) -> bytes:
    """The feed, newest item first; `address` is its own, `page` that of what it is about. It has to have an item."""
    entries = sorted(items, key=lambda item: item.published, reverse=True)
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _text(root, "id", ident)
    _text(root, "title", title)
    _text(root, "updated", _stamp(entries[0].published))
    _text(ET.SubElement(root, "author"), "name", author)
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": address})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": page})
    for item in entries:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", item.ident)
        _text(entry, "title", item.title)
        _text(entry, "published", _stamp(item.published))
        _text(entry, "updated", _stamp(item.published))
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": item.address})
        _text(entry, "summary", item.summary)
        _text(entry, "content", item.content).set("type", "html")
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, name)
    made.text = plain(text) if name == "content" else one_line(text)
    return made


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

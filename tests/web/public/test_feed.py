"""The feed of revisions is one that a feed reader takes (RFC 4287)."""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as ET

from starlette.testclient import TestClient

from tests.projections.airline import Airline
from tests.web.conftest import ADDRESS
from tests.web.public.conftest import EVIL, reader

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/c/skyline/feed.atom"


def feed(anybody: TestClient) -> ET.Element:
    """The feed, parsed."""
    response = anybody.get(FEED)
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(response.content)  # noqa: S314  # ours


def only(parent: ET.Element, name: str) -> str:
    """The text of an element that has to be there once."""
    [found] = parent.findall(ATOM + name)
    return found.text or ""


def test_the_feed_is_complete(anybody: TestClient) -> None:
    """Everything RFC 4287 §4.1 asks of a feed and of an entry, with times in UTC and absolute links."""
    root = feed(anybody)
    assert root.tag == f"{ATOM}feed"
    assert only(root, "id").startswith("urn:uuid:")
    assert only(root, "title") == "Skyline Air: the revisions of our charter"
    [author] = root.findall(f"{ATOM}author")
    assert only(author, "name") == "Skyline Air"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": ADDRESS + FEED, "alternate": f"{ADDRESS}/c/skyline"}
    entries = root.findall(f"{ATOM}entry")
    assert [only(entry, "title") for entry in entries] == [
        "Revision 2, in force from 1 March 2024",
        "Revision 1, in force from 2 January 2024",
    ]
    assert only(root, "updated") == only(entries[0], "updated") == "2024-03-01T12:00:00Z"
    for entry in entries:
        assert datetime.fromisoformat(only(entry, "published")).tzinfo is not None
        [link] = entry.findall(f"{ATOM}link")
        assert link.get("rel") == "alternate"
    assert only(entries[0], "summary") == "Refunds in 14 days."
    [content] = entries[0].findall(f"{ATOM}content")
    assert content.get("type") == "html"
    assert "We refund within <ins>14</ins> days." in (content.text or "")


def test_an_entry_keeps_its_id(anybody: TestClient, airline: Airline) -> None:
    """After more revisions, and when the site moves; and no other charter has the same."""
    before = {only(entry, "id") for entry in feed(anybody).findall(f"{ATOM}entry")}
    airline.revise("BAG-FREE", statement="Two bags fly free.")
    airline.publish()
    after = [only(entry, "id") for entry in feed(anybody).findall(f"{ATOM}entry")]
    assert len(set(after)) == 3
    assert before == set(after[1:])
    airline.open("cabin")
    airline.promise("QUIET")
    airline.publish()
    other = ET.fromstring(anybody.get("/c/cabin/feed.atom").content)  # noqa: S314  # ours
    assert only(other.findall(f"{ATOM}entry")[0], "id") not in after


def test_what_a_promise_says_is_no_markup_in_a_feed(airline: Airline) -> None:
    """Twice escaped, as a feed reader unescapes once and reads HTML."""
    airline.revise("BAG-FREE", statement=EVIL)
    airline.publish(airline.propose(EVIL))
    with reader(airline) as client:
        entry = feed(client).findall(f"{ATOM}entry")[0]
        client.app.state.site.close()  # type: ignore[attr-defined]  # it is our application
    assert only(entry, "summary") == EVIL
    assert "<script" not in only(entry, "content")
    assert "&lt;script&gt;" in only(entry, "content")

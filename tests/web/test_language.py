"""Every text that people read is in the catalogue: in a made-up language, nothing on any page is English but data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from enum import StrEnum
from gettext import NullTranslations
from html import escape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile

import pytest
from babel import dates
from babel.messages.pofile import read_po
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from charter.decisions.events import DecisionAppealed
from charter.ledger import Ledger
from projections.sentences import sentence
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, REVIEWER, Browse, Program
from tests.web.review import conftest as reviewing
from web import words
from web.site import Site

publish = reviewing.publish
POT = Path(words.__file__).parent / "translations" / "messages.pot"
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in map(chr, range(0x21, 0x7F)) if letter.isalpha()}
"""Each letter as a wide one, which nothing in the demo has."""
KEPT = re.compile(r"%\(\w+\)s|\{\w*(?:[!:][^{}]*)?\}|<[^>]*>|&\w+;")
"""What a translator leaves as it is: what is filled in, and marks."""
PUBLIC = ("/c/", "/problems", "/sign-in", "/nowhere")
"""What is the same whoever looks at it."""
NAMES = ("Markdown", "Zammad", "Chatwoot", "Zendesk", "north", "south", "both")
PLAIN = re.compile(r"(?<![\w./@:…-])[A-Za-z]?[a-z]+(?![\w./@:…-]*[\w/@…])")
"""A word that is no part of a code, an address or a name with signs in it."""
MONTHS = [name for width in ("wide", "abbreviated") for name in dates.get_month_names(width).values()]
EDGES = re.compile(r"^\W+|[^\w…]+$")
DAY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?|" rf"\b(?:\d+ )?(?:{'|'.join(MONTHS)})\b")
NAMED = re.compile(r"[0-9a-f]{6,}|\b\d+|[A-Z0-9]+-[A-Z0-9-]+|(?<=/people/)\w+|(?<=/problems/)\w+")
"""What an address names: pages that differ in nothing else are of one kind."""
FILES = ("/api", "/static", "/log/")
PER_KIND = 2
"""Pages of a kind that are looked at for each role."""


class Wide(NullTranslations):
    """The catalogue, translated letter by letter; what is not in it stays as it is."""

    def __init__(self) -> None:
        super().__init__()
        with POT.open("rb") as file:
            found = [message.id for message in read_po(file) if message.id]
        self.known = {text for each in found for text in ([each] if isinstance(each, str) else each)}

    def gettext(self, message: str) -> str:
        """A text of the catalogue in wide letters."""
        return wide(message) if message in self.known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """One of two texts in wide letters."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def wide(text: str) -> str:
    """A text with its letters made wide, apart from what a translator leaves as it is."""
    said = KEPT.split(text)
    kept = [*KEPT.findall(text), ""]
    return "".join(part.translate(WIDE) + as_it_is for part, as_it_is in zip(said, kept, strict=True))


class Read(HTMLParser):
    """What is read on a page, each text apart, and where it leads."""

    SILENT = ("script", "style", "code", "pre", "time", "kbd", "ins", "del", "mark")
    """What is no text of ours: codes, times, and words that were put beside others."""
    SAID = ("title", "aria-label", "aria-description", "placeholder", "alt")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self._silent: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes are read too; those of times say them in another form."""
        given = {name: value or "" for name, value in attrs}
        if tag in self.SILENT:
            self._silent.append(tag)
        elif not self._silent:
            self.texts += [given[name] for name in self.SAID if name in given]
            if tag == "input" and given.get("type") in ("submit", "button"):
                self.texts.append(given.get("value", ""))
        self.links += [given[name] for name in ("href", "hx-get", "xlink:href") if name in given]

    def handle_endtag(self, tag: str) -> None:
        """What comes after is read again."""
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        """A text between two tags."""
        if not self._silent:
            self.texts.append(" ".join(data.split()))


class Data:
    """What the ledger says itself, which is in no catalogue."""

    def __init__(self, ledger: Ledger) -> None:
        entries = list(ledger.entries())
        found = {text for entry in entries for text in _texts(entry.event)}
        found |= {part for entry in entries for part in (*entry.stream.split("/"), entry.by, entry.stream, entry.type)}
        self.whole = {" ".join(text.split()) for text in (*found, *NAMES)}
        self.prose = "\n".join(self.whole)
        self._several = sorted((text for text in self.whole if " " in text), key=len, reverse=True)

    def with_typed(self, texts: Iterable[str]) -> Data:
        """The same with what somebody typed, which is shown to them again."""
        typed = copy(self)
        typed.whole = self.whole | {EDGES.sub("", text) for text in texts}
        return typed

    def beside(self, text: str) -> str:
        """What is left of a text without data: whole values, stretches of prose, days, and what has no plain word."""
        rest = DAY.sub("", text)
        if text in self.whole or EDGES.sub("", rest) in self.whole:
            return ""
        if text.count(" ") > 1 and text.removesuffix("…").strip() in self.prose:
            return ""
        if not PLAIN.search(rest):
            return ""
        for value in self._several:
            rest = rest.replace(value, "")
        return rest if PLAIN.search(rest) else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        for _, inner in value:
            yield from _texts(inner)
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str) and not isinstance(value, StrEnum):
        yield value


@pytest.fixture
def made_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages speak the made-up language; what is translated while they are read in, too early, stays English."""
    assert app.routes
    monkeypatch.setattr(words, "translations", Wide())


def english(page: str, data: Data) -> list[str]:
    """What is read on a page and is neither translated nor data."""
    said = (part for text in Read(page).texts for part in re.split("[\uff01-\uff5e]+|: | · | → ", text))
    trimmed = (EDGES.sub("", part) for part in said)
    return [rest for part in trimmed if (rest := data.beside(part))]


def walked(client: TestClient, begin: Iterable[str], beyond: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every page that can be reached, by its address; of each kind a few, and nothing `beyond`."""
    waiting, seen, kinds = list(begin), set(begin), dict.fromkeys(begin, 0)
    while waiting:
        address = waiting.pop(0)
        answer = client.get(address)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        yield address, answer.text
        for link in Read(answer.text).links:
            parts = urlsplit(link)
            place = f"{parts.path}?{parts.query}"
            kind = NAMED.sub("0", parts.path)
            if parts.netloc or not parts.path or place in seen or kind.startswith((*FILES, *beyond)):
                continue
            seen.add(place)
            if kinds.setdefault(kind, 0) < PER_KIND:
                kinds[kind] += 1
                waiting.append(place)


@pytest.mark.parametrize("person", [REP, LEADER, REVIEWER, ADMIN])
@pytest.mark.usefixtures("made_up")
def test_no_page_says_anything_in_english_but_data(person: str, site: Site, browse: Browse) -> None:
    assert not _english(site, walked(browse(person), ("/", "/you"), PUBLIC))


@pytest.mark.usefixtures("made_up")
def test_no_page_that_everybody_sees_does_either(site: Site, stranger: TestClient) -> None:
    assert not _english(site, walked(stranger, ("/", *PUBLIC), ()))


def _english(site: Site, pages: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What is neither translated nor data, and on which page."""
    data = Data(site.ledger)
    return {text: address for address, page in pages for text in english(page, data)}


FORMS: dict[str, list[tuple[str, dict[str, str]]]] = {
    REP: [
        ("/desk", {"request": "May I?", "answer": "no", "reason": "No."}),
        ("/desk", {"request": "May I?", "answer": "no", "ground": "off-brand", "reason": "No.", "cite": "REFUND-42"}),
        ("/desk", {"request": "May I?", "answer": "yes", "effect": "bent", "reason": "So.", "cite": "REFUND-24"}),
        ("/desk", {"request": "x" * 20_001, "answer": "no"}),
    ],
    LEADER: [
        ("/charter/promises/new", {"code": "refund", "title": "A\x01b"}),
        ("/charter/promises/new", {"code": "REFUND-24", "title": "Refund", "statement": "We do"}),
        ("/charter/propose", {"summary": "Nothing is new."}),
        ("/charter/revisions/3/withdraw", {"reason": "It was wrong."}),
        ("/charter/revisions/3/approve", {}),
        ("/charter/revisions/99/approve", {}),
        ("/admin/people/tom/revoke", {"role": "reviewer"}),
        ("/admin/people", {"person": "tom", "full_name": "Tom"}),
        ("/charter/open", {"charter": CHARTER, "brand": "Lark", "style": "Plain.", "zone": "Nowhere/Never"}),
    ],
}
"""What is refused, by who sends it: a rule's no, one with what was meant instead, and what cannot be used."""


@pytest.mark.parametrize("person", FORMS)
@pytest.mark.usefixtures("made_up")
def test_a_form_that_is_refused_says_why_in_the_readers_language(person: str, site: Site, browse: Browse) -> None:
    data, client = Data(site.ledger), browse(person)
    for address, filled in FORMS[person]:
        answer = client.post(address, data=filled)
        assert answer.status_code in (400, 403, 404, 409, 422), (address, answer.status_code)
        assert english(answer.text, data.with_typed(filled.values())) == [], address


@pytest.mark.parametrize("path", ["/review", "/charter/propose", "/admin", "/review/subjects"])
@pytest.mark.usefixtures("made_up")
def test_whom_a_part_is_for_is_said_in_the_readers_language(path: str, site: Site, browse: Browse) -> None:
    answer = browse(REP).get(path)
    assert answer.status_code == 403
    assert english(answer.text, Data(site.ledger)) == []


@pytest.mark.usefixtures("made_up")
def test_a_program_is_told_in_that_language_too_and_reads_names_and_facts_that_have_none(program: Program) -> None:
    answer = program(REP).post("/api/v1/commands/decide-request", json={"decision": "f" * 32, "answer": "no"})
    problem = answer.json()
    assert problem["refusal"] == "UnknownDecision"
    assert problem["facts"] == {"decision": "f" * 12}
    assert problem["detail"] == wide(
        "There is no decision {decision} that you may see. Look for it among the decisions."
    ).format(decision="f" * 12)


@pytest.mark.usefixtures("made_up")
def test_what_people_take_away_and_who_vouches_for_it_are_in_their_language(
    ledger: Ledger, browse: Browse, publish: reviewing.Publish
) -> None:
    publish()
    data, reviewer, admin = Data(ledger), browse(REVIEWER), browse(ADMIN)
    appealed = next(entry.key for entry in ledger.entries() if isinstance(entry.event, DecisionAppealed))
    someone = next(subject for entry in ledger.entries() for subject in entry.subjects)
    evidence = reviewer.post(f"/review/decisions/{appealed}/evidence", data={}).content
    told = [
        ZipFile(BytesIO(evidence)).read("page.html").decode(),
        reviewer.get("/review/verification").text,
        reviewer.get(f"/review/decisions/{appealed}").text,
        *(admin.get(f"/review/subjects/{someone}{part}").text for part in ("", "/data", "/erase")),
    ]
    assert [english(page, data) for page in told] == [[]] * 6


@pytest.mark.usefixtures("made_up")
def test_every_entry_is_told_in_the_readers_language_and_stays_english_to_everybody_else(ledger: Ledger) -> None:
    data = Data(ledger)
    for entry in ledger.entries():
        found = sentence(entry)
        assert english(escape(words.said(found)), data) == []
        assert found == found.template.format(**found.facts) or found.many
        assert not re.search("[\uff01-\uff5e]", found)

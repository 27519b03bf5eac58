"""What precedents are found by: every answer with its words, and how many answers have each word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table
from sqlalchemy import Text as AnyText
from sqlalchemy.dialects.postgresql import TSVECTOR

from charter.decisions.events import (
    DecisionAppealed,
    DecisionCorrected,
    DecisionMade,
    DecisionReversed,
    DecisionUpheld,
    RequestCorrected,
    RequestLogged,
)
from charter.message import ERASED, SEALED, Entry
from projections.codes import codes, spaced
from projections.days import stamp_or_empty
from projections.engine import Anew, Key, Projection, Row, Rows, continued, stored_names
from projections.stored import Text
from projections.words import code_words, words

metadata = MetaData()
_Number = BigInteger().with_variant(Integer, "sqlite")

PRECEDENT = Table(
    "precedent",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", _Number, nullable=False, comment="the position of the request: later ones have higher numbers"),
    Column("charter", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("ticket", Text),
    Column("at", Text, nullable=False),
    Column("answer", Text, comment="none before it is answered"),
    Column("ground", Text),
    Column("effect", Text),
    Column("revision", Integer),
    Column("cited", Text, nullable=False),
    Column("reason", Text),
    Column("first_answer", Text),
    Column("appealed", Boolean, nullable=False),
    Column("upheld", Boolean, nullable=False),
)
Index("precedent_by_number", PRECEDENT.c.number)

WORDS = Table(
    "precedent_words",
    metadata,
    Column("rowid", _Number, primary_key=True, autoincrement=False, comment="the precedent's number"),
    Column("words", AnyText().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    # words come as letters and digits with single spaces between them, which is all this tokenizer has to tell apart
    info={"fts5": "tokenize = 'ascii', detail = 'none', columnsize = 0"},
)
Index("precedent_words_in", WORDS.c.words, postgresql_using="gin", postgresql_with={"fastupdate": "off"})

WORD = Table(
    "precedent_word",
    metadata,
    Column("word", Text, primary_key=True, comment="empty: all answers"),
    Column("answers", Integer, nullable=False),
    sqlite_with_rowid=False,
)
UNREADABLE = (ERASED, SEALED)
COUNTED = 4
"""Digits up to which a number counts as a word; longer ones (tickets, bookings) are rare, each for itself."""


class Precedents(Projection):
    """Every answer by the words of its request, reason, citations and ticket."""

    name: ClassVar = "precedents"
    version: ClassVar = 1
    events: ClassVar = stored_names(
        RequestLogged,
        RequestCorrected,
        DecisionMade,
        DecisionAppealed,
        DecisionUpheld,
        DecisionReversed,
        DecisionCorrected,
    )
    tables: ClassVar = (PRECEDENT, WORDS, WORD)
    personal: ClassVar = {PRECEDENT: ("request", "reason", "ticket"), WORDS: ("words",), WORD: ("word",)}

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """The decisions that began before."""
        return {PRECEDENT: continued(entries)}

    def purge(self, rows: Rows, made: Anew) -> bool:
        """With the words of a case, those that it is found by."""
        changed = False
        for now in made.made(PRECEDENT):
            before = self.reword(rows, PRECEDENT, now)
            if before is not None:
                changed = True
                _find(rows, before, before | {name: now[name] for name in self.personal[PRECEDENT]})
        return changed

    def apply(self, rows: Rows, entry: Entry) -> None:
        """Keep the case, and find it by its words from its answer on."""
        if isinstance(entry.event, RequestLogged):
            rows.append(PRECEDENT, _logged(entry, entry.event))
            return
        before = rows.get(PRECEDENT, entry.key)
        assert before is not None, entry.stream
        changes = _changes(before, entry)
        now = before | changes
        rows.put(PRECEDENT, now)
        if not _SEARCHED.isdisjoint(changes):
            _find(rows, before, now)


PRECEDENTS = Precedents()
_SEARCHED = {"request", "reason", "cited", "ticket"}


def searched(row: Mapping[str, Any]) -> list[str]:
    """The words a case is found by; what only stands for words that cannot be read is none."""
    told = (row[name] for name in ("request", "reason", "ticket"))
    return words(" ".join(text for text in told if text and text not in UNREADABLE)) + _cited(row["cited"])


_cited = lru_cache(maxsize=8_192)(lambda cited: code_words(codes(cited)))


def _logged(entry: Entry, event: RequestLogged) -> Row:
    return {
        "id": entry.key,
        "number": entry.position,
        "charter": event.charter,
        "request": event.request,
        "ticket": event.ticket,
        "at": stamp_or_empty(entry.at),
        "cited": "",
        "appealed": False,
        "upheld": False,
    }


def _changes(row: Row, entry: Entry) -> Row:
    match entry.event:
        case DecisionMade() as event:
            return {**_answer(event), "at": stamp_or_empty(entry.at)}
        case DecisionReversed() as event:
            return {**_answer(event), "first_answer": row["first_answer"] or row["answer"], "upheld": False}
        case RequestCorrected() as event:
            return {"request": event.request or row["request"], "ticket": event.ticket or row["ticket"]}
        case DecisionCorrected() as event:
            cited = row["cited"] if event.cited is None else spaced(event.cited)
            return {
                "ground": event.ground or row["ground"],
                "effect": event.effect or row["effect"],
                "cited": cited,
                "reason": event.reason or row["reason"],
            }
        case DecisionAppealed():
            return {"appealed": True, "upheld": False}
        case DecisionUpheld():
            return {"upheld": True}
        case _:
            return {}


def _answer(event: DecisionMade | DecisionReversed) -> Row:
    return {
        "answer": event.answer,
        "ground": event.ground,
        "effect": event.effect,
        "revision": event.revision,
        "cited": spaced(event.cited),
        "reason": event.reason,
    }


def _find(rows: Rows, before: Row, now: Row) -> None:
    """From now on the case is found by the words it has now; a request without an answer is no precedent."""
    if now["answer"] is None:
        return
    found = dict.fromkeys(searched(now))
    row = {"rowid": now["number"], "words": " ".join(found)}
    if before["answer"] is None:
        rows.append(WORDS, row)
        rows.add_to_each(WORD, [("",), *_counted(found, now)], answers=1)
    else:
        rows.put(WORDS, row)
        rows.add_to_each(WORD, _counted(dict.fromkeys(searched(before)), before), answers=-1)
        rows.add_to_each(WORD, _counted(found, now), answers=1)


def _counted(found: Iterable[str], row: Row) -> list[Key]:
    known = _cited(row["cited"])
    return [(word,) for word in found if len(word) <= COUNTED or word.isalpha() or word in known]


def is_counted(word: str) -> bool:
    """Whether it is known how many answers have a word that is not a code; all codes are counted."""
    return len(word) <= COUNTED or word.isalpha()

"""Everything the ledger holds about one person: where, since when, in which words, and what was decided.

It is read from the ledger itself: words that others said, or that are about somebody else in the same entry, are left
out, for they are opened with other keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from charter.catalogue import entry as read
from charter.leaf import Row
from charter.message import ERASED, SEALED, Entry
from charter.privacy.envelope import sealed_parts
from charter.privacy.opener import Opener
from projections.decision_trail import LABELS, Answered, newest_answer
from projections.engine import Views
from projections.erased import Erasure, erasures
from projections.personal_data import InStream, data_of
from projections.sentences import sentence

NAMES = ("customer", "full_name", "participants")
"""Fields that say who somebody is."""


@dataclass(frozen=True, slots=True)
class Words:
    """What one field of an entry says of the person, as the field is called."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One entry: who wrote what and when, and its words about the person."""

    position: int
    type: str
    by: str
    at: datetime | None
    recorded_at: datetime
    sentence: str
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class About:
    """One stream with words of the person: a case with its answer, a revision they spoke on, or themselves."""

    where: InStream
    answered: Answered | None
    entries: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class SubjectData:
    """One person: whether their words can be read, were erased, or have no key here; and all that is held of them.

    `others` are the ids of those who have words in the same cases that were not erased: where a customer was corrected
    or named later, that may be the same person under another name.
    """

    subject: str
    key: Literal["open", "erased", "missing"]
    names: tuple[str, ...]
    erasure: Erasure | None
    entries: int
    holds: tuple[str, ...]
    others: tuple[str, ...]
    about: tuple[About, ...]


def subject_data(views: Views, subject: str) -> SubjectData:
    """All that is held of a person, by the id of their key; nothing of somebody unknown."""
    ledger = views.ledger
    found = data_of(views, subject)
    rows: dict[str, list[Row]] = {each.stream: [] for each in found}
    for row in ledger.entries_recorder.stream_rows(dict.fromkeys(rows, 0)):
        rows[row[1]].append(row)
    key = ledger.vault.known(subject)
    instead = ERASED if key == "erased" else SEALED
    about = tuple(_about(views, subject, each, rows[each.stream], instead) for each in found)
    words = (words for each in about for said in each.entries for words in said.words)
    names = dict.fromkeys(each.text for each in words if each.label in NAMES and each.text not in (ERASED, SEALED))
    return SubjectData(
        subject=subject,
        key=key,
        names=tuple(names),
        erasure=next(iter(erasures(ledger, [subject])), None),
        entries=sum(each.entries for each in found),
        holds=tuple(f'{each.stream.partition("/")[2][:8]} "{hold}"' for each in found for hold in each.holds),
        others=_others(views, subject, [row for each in found if _is_case(each) for row in rows[each.stream]]),
        about=about,
    )


def _others(views: Views, subject: str, rows: Sequence[Row]) -> tuple[str, ...]:
    everybody = dict.fromkeys(part.subject for row in rows for part in sealed_parts(row[5]))
    gone = views.ledger.vault.keys(everybody).erased
    return tuple(each for each in everybody if each != subject and each not in gone)


def _is_case(where: InStream) -> bool:
    return where.stream.startswith("decision/")


def _about(views: Views, subject: str, where: InStream, rows: Sequence[Row], instead: str) -> About:
    opener = Opener(views.ledger.vault, rows)
    history = [read(row, opener) for row in rows]
    # of a case or a person every entry is theirs, of a charter only those that they took part in
    own = [
        (row, entry)
        for row, entry in zip(rows, history, strict=True)
        if subject in entry.subjects or not where.stream.startswith("charter/")
    ]
    answered = newest_answer(history) if _is_case(where) else None
    said = tuple(_said(entry, tuple(_words(opener, row, subject, instead))) for row, entry in own)
    return About(where, _without_words(answered), said)


def _said(entry: Entry, words: tuple[Words, ...]) -> Said:
    return Said(
        position=entry.position,
        type=entry.type,
        by=entry.by,
        at=entry.at,
        recorded_at=entry.recorded_at,
        sentence=sentence(entry),
        words=words,
    )


def _words(opener: Opener, row: Row, subject: str, instead: str) -> Iterator[Words]:
    for part, opened in opener.opened(row):
        if part.subject == subject:
            texts: Mapping[str, Any] = json.loads(opened.text) if opened else {}
            for field in part.fields:
                name = next(step for step in reversed(field.split("/")) if not step.isdigit())
                yield Words(LABELS.get(name, name), str(texts.get(field, instead)))


def _without_words(answered: Answered | None) -> Answered | None:
    """An answer without its reason and what was told: those stand with the entry, if they are the person's."""
    if answered is None:
        return None
    return Answered(
        answered.answer,
        answered.ground,
        answered.effect,
        answered.cited,
        answered.revision,
        None,
        None,
        answered.by,
        answered.at,
    )

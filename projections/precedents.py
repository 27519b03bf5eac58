"""Precedents: how requests like this one were answered before, best first, found while it is being typed.

Answers that share rare words with the text come first (BM25, Robertson and Zaragoza 2009, with k1 = 1.2, b = 0.75), the
newer of two alike. The last word may be unfinished.

Most words of a request are common, and to rank every answer that has one takes a second where there are a million. So:

- at most 12 words of a text are looked at, the rarest ones;
- only answers that have one of the rarest words are ranked: words are taken, rarest first, as long as no more than
  `RANKED` answers have one of them;
- where even the rarest word has more, the newest `RANKED` answers that have it are ranked, and only the newest
  `WINDOW` answers are searched for it.

All that follows from rows, so both databases find the same precedents in the same order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import log
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, FromClause, Row, cast, literal_column, select
from sqlalchemy.dialects.postgresql import TSQUERY

from charter.store.database import is_sqlite
from charter.terms import Answer, Effect, Ground
from projections.days import read
from projections.engine import Views
from projections.precedents_rows import PRECEDENT, PRECEDENTS, WORD, WORDS, is_counted, searched
from projections.words import Typed, typed

RANKED = 1_000
"""Answers that are ranked."""
WINDOW = 30_000
"""Newest answers that a common word is looked for in."""
LOOKED_AT = 12
"""Words of a text that are looked at."""
COMPLETIONS = 8
"""Ways in which the last word may go on, the commonest ones."""
READ = 200
"""Distinct words that are read of a text, however long."""


class Became(StrEnum):
    """What became of an answer."""

    APPEALED = "appealed"
    UPHELD = "upheld after appeal"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Precedent:
    """An answer to a request like the one that was typed: what, why, under which revision, and what became of it.

    `first_answer` is the one that was reversed. A score means something only beside others of the same text.
    """

    decision: str
    charter: str
    request: str
    answer: Answer
    ground: Ground | None
    effect: Effect | None
    reason: str | None
    revision: int | None
    at: datetime | None
    cited: tuple[str, ...]
    became: Became | None
    first_answer: Answer | None
    score: float


def precedents(views: Views, text: str, charter: str | None = None, limit: int = 5) -> list[Precedent]:
    """The answers most like a text, best first; none where no word of it is known. Any text may be given."""
    with views.reading(PRECEDENTS) as connection:
        total, terms = _terms(connection, typed(text))
        found = _candidates(connection, terms, charter)
    ranked = sorted(_scored(found, terms, total), key=lambda pair: (-pair[0], -pair[1].number))
    return [_precedent(row, score) for score, row in ranked[:limit]]


class _Term(NamedTuple):
    """One word that is looked for, in its own form or completed, and how many answers have each form."""

    forms: dict[str, int]

    @property
    def answers(self) -> int:
        return sum(self.forms.values())


def _terms(connection: Connection, typed: Typed) -> tuple[int, list[_Term]]:
    """How many answers there are, and the rarest words of the text that any of them has, rarest first."""
    asked = typed.words[:READ]
    query = select(WORD.c.word, WORD.c.answers).where(WORD.c.word.in_(["", *asked]))
    known = {row.word: row.answers for row in connection.execute(query)}
    terms = []
    for word in asked:
        forms = {word: known[word]} if word in known else {}
        if not forms and not is_counted(word):
            forms = {word: 1}  # a long number is not counted: it is rare
        if word in typed.unfinished:
            begins = (WORD.c.word > word, WORD.c.word < word + "\U0010ffff")
            more = select(WORD.c.word, WORD.c.answers).where(*begins)
            common = connection.execute(more.order_by(WORD.c.answers.desc(), WORD.c.word).limit(COMPLETIONS))
            forms |= {row.word: row.answers for row in common}
        if forms:
            terms.append(_Term(forms))
    return known.get("", 0), sorted(terms, key=lambda term: term.answers)[:LOOKED_AT]


def _candidates(connection: Connection, terms: Sequence[_Term], charter: str | None) -> list[Row[Any]]:
    """The answers to rank: all that have one of the rarest words, or the newest that have the rarest one."""
    rare: list[str] = []
    answers = 0
    for term in terms:
        answers += term.answers
        if answers > RANKED:
            break
        rare += term.forms
    if rare:
        return _having(connection, rare, charter, since=None)
    if not terms:
        return []
    newest = select(PRECEDENT.c.number).order_by(PRECEDENT.c.number.desc()).offset(WINDOW).limit(1)
    return _having(connection, list(terms[0].forms), charter, since=connection.scalar(newest))


def _having(connection: Connection, forms: Sequence[str], charter: str | None, since: int | None) -> list[Row[Any]]:
    """The newest answers that have one of these words, from a number on where one is given: at most `RANKED`."""
    if is_sqlite(connection.engine):
        # nothing but letters and digits is in a word, so that in quotes it can only be a word
        asked = " OR ".join(f'"{form}"' for form in forms)
        where: list[ColumnElement[bool]] = [literal_column(WORDS.name).op("MATCH")(asked)]
        found: FromClause = WORDS
    else:
        found = WORDS
        if since is not None:
            # a common word has more entries in the index than the window has answers: OFFSET keeps it from being used
            found = select(WORDS).where(WORDS.c.rowid >= since).order_by(WORDS.c.rowid.desc()).offset(0).subquery()
        where = [found.c.words.op("@@")(cast(" | ".join(f"'{form}'" for form in forms), TSQUERY))]
    if since is not None:
        where.append(found.c.rowid >= since)
    if charter is not None:
        where.append(PRECEDENT.c.charter == charter)
    both = found.join(PRECEDENT, PRECEDENT.c.number == found.c.rowid)
    query = select(PRECEDENT).select_from(both).where(*where).order_by(found.c.rowid.desc()).limit(RANKED)
    return list(connection.execute(query))


def _scored(rows: Sequence[Row[Any]], terms: Sequence[_Term], total: int) -> Iterator[tuple[float, Row[Any]]]:
    """Each answer with what its words are worth: more where they are rare, and where the text is short."""
    texts = [Counter(searched(row._asdict())) for row in rows]
    lengths = [text.total() for text in texts]
    usual = sum(lengths) / max(1, len(lengths))
    worth = {form: log(1 + (total - n + 0.5) / (n + 0.5)) for term in terms for form, n in term.forms.items()}
    for row, text, length in zip(rows, texts, lengths, strict=True):
        spread = 1.2 * (0.25 + 0.75 * length / usual)
        score = 0.0
        for term in terms:
            score += max(worth[form] * text[form] * 2.2 / (text[form] + spread) for form in term.forms)
        yield score, row


def _precedent(row: Row[Any], score: float) -> Precedent:
    first = None if row.first_answer is None else Answer(row.first_answer)
    became = None
    if first is not None:
        became = Became.REVERSED
    elif row.appealed:
        became = Became.UPHELD if row.upheld else Became.APPEALED
    return Precedent(
        decision=row.id,
        charter=row.charter,
        request=row.request,
        answer=Answer(row.answer),
        ground=None if row.ground is None else Ground(row.ground),
        effect=None if row.effect is None else Effect(row.effect),
        reason=row.reason,
        revision=row.revision,
        at=read(row.at),
        cited=tuple(row.cited.split()),
        became=became,
        first_answer=first,
        score=round(score, 6),
    )

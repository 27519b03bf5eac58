"""The charter as a document that leaves the house: the same words in the same order, whatever it is printed on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from charter.charters.promise import Limit, Promise
from charter.phrase import joined
from charter.terms import Serves
from projections.charter_in_force import CharterView
from projections.plain import long_day, one_line, plain
from projections.values import plain_value
from projections.wording import words
from web.words import _, said


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a promise says, and what is told of it in smaller print."""

    text: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.note})" if self.note else self.text


@dataclass(frozen=True, slots=True)
class Fact:
    """What a promise says beside its sentence: its name in the layout, its heading, and what is said."""

    name: Literal["measure", "limits", "remedy", "owner", "why", "review"]
    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise as it is read: its number in the document, its sentence and the facts below it."""

    number: int
    code: str
    title: str
    statement: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A charter as it is read; nothing in it can steer whoever shows it."""

    brand: str
    style: str
    since: tuple[str, ...]
    revision: int
    clauses: tuple[Clause, ...]


def document(view: CharterView) -> Document:
    """The document a charter makes."""
    clauses = (
        Clause(number, promise.code, one_line(promise.title), plain(promise.statement), tuple(facts(promise)))
        for number, promise in enumerate(view.promises, start=1)
    )
    return Document(one_line(view.brand), plain(view.style), tuple(since(view)), view.revision, tuple(clauses))


def since(view: CharterView) -> Iterator[str]:
    """From when until when it is in force, which revision it is, and what is not known about it."""
    number = _("Revision {number}").format(number=view.revision)
    if view.label:
        number = _("{revision}, called {label} in its source").format(revision=number, label=one_line(view.label))
    yield f"{_in_force(view)} {number}."
    if view.recorded_late:
        late = _day(view, view.recorded_at)
        yield _("Brought in as history on {day}, not recorded when it was published.").format(day=late)
    if view.gaps:
        yield _("What is not known about it: {gaps}.").format(gaps=said(joined(", ", map(words, view.gaps))))


def facts(promise: Promise) -> Iterator[Fact]:
    """What a promise says beside its sentence, each with a heading."""
    target = " ".join(filter(None, [promise.target, promise.unit]))
    measure = ": ".join(filter(None, [promise.measure, target]))
    yield Fact("measure", _("How it is measured"), _said(measure or _("It has no measure.")))
    if promise.limits:
        yield Fact("limits", _("What we say no to"), tuple(map(_limit, promise.limits)))
    if promise.remedy:
        yield Fact("remedy", _("If we break it"), _said(promise.remedy))
    if promise.owner:
        yield Fact("owner", _("Who answers for it"), _said(promise.owner))
    outcome = said(words(promise.outcome)) if promise.outcome else ""
    if chain := list(filter(None, (promise.feels, promise.does, outcome))):
        yield Fact("why", _("Why we make it"), _said(" → ".join(chain)))
    if promise.review_on:
        yield Fact("review", _("Looked at again"), _said(said(long_day(promise.review_on))))


def markdown(view: CharterView) -> list[str]:
    """The document as lines of Markdown (CommonMark); no word of it is read as markup."""
    found = document(view)
    lines = [f"# {_escaped(found.brand)}", "", f"*{_escaped(found.style)}*", "", *map(_escaped, found.since)]
    for clause in found.clauses:
        lines += ["", f"## {clause.number}. {_escaped(clause.title)} (`{clause.code}`)", ""]
        lines += [f"**{_escaped(clause.statement)}**", ""]
        for fact in clause.facts:
            if len(fact.parts) == 1:
                lines.append(f"- {fact.label}: {_escaped(str(fact.parts[0]))}")
            else:
                lines += [f"- {fact.label}:", *(f"  - {_escaped(str(part))}" for part in fact.parts)]
    return lines


def as_json(view: CharterView) -> str:
    """The charter as one JSON document: field names are those of the product, times are in UTC."""
    return json.dumps(plain_value(view), ensure_ascii=False, indent=2)


def _in_force(view: CharterView) -> str:
    start, end = (_day(view, moment) if moment else None for moment in (view.effective_at, view.until))
    if start and view.effective_at == view.until:
        return _("Replaced before its day, {start}.").format(start=start)
    if start and end:
        return _("In force from {start} until {end}.").format(start=start, end=end)
    if start:
        return _("In force from {start}.").format(start=start)
    return (
        _("In force since a day not known until {end}.").format(end=end)
        if end
        else _("In force since a day not known.")
    )


def _day(view: CharterView, moment: datetime) -> str:
    day: str = said(long_day(moment.astimezone(ZoneInfo(view.zone)).date()))
    return day


def _limit(limit: Limit) -> Part:
    return Part(plain(limit.text), serves(limit.serves, limit.code))


def serves(whom: Serves | None, code: str) -> str:
    """The code of a limit, and whom it serves if that is stated."""
    match whom:
        case Serves.CUSTOMER:
            return _("{code}, serves the customer").format(code=code)
        case Serves.COMPANY:
            return _("{code}, serves the company").format(code=code)
        case Serves.LAW:
            return _("{code}, serves the law").format(code=code)
        case None:
            return code
        case never:
            assert_never(never)


def _said(text: str) -> tuple[Part]:
    return (Part(plain(text)),)


def _escaped(text: str) -> str:
    """Words as Markdown shows them, on one line, never read as markup."""
    return re.sub(r"([\\`*_\[\]<>#|~!&])", r"\\\1", one_line(text))

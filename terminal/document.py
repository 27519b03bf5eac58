"""The charter as a document, in plain text or Markdown: what a customer reads, in the order the company gave it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from charter.charters.promise import Promise
from projections.charter_in_force import CharterView
from projections.sentences import words
from terminal.text import faint, one_line, paragraph, plain, strong
from terminal.times import long_day

LABEL = 20


def since(view: CharterView) -> Iterator[str]:
    """From when until when it is in force, which revision it is, and what is not known about it."""
    zone = ZoneInfo(view.zone)
    label = f", called {view.label} in its source" if view.label else ""
    start = (
        f"since {long_day(view.effective_at.astimezone(zone).date())}" if view.effective_at else "since a day not known"
    )
    end = f" until {long_day(view.until.astimezone(zone).date())}" if view.until else ""
    yield f"In force {start}{end}. Revision {view.revision}{label}."
    if view.recorded_late:
        late = long_day(view.recorded_at.astimezone(zone).date())
        yield f"Brought in as history on {late}, not recorded when it was published."
    if view.gaps:
        yield f"What is not known about it: {', '.join(view.gaps)}."


def facts(promise: Promise) -> Iterator[tuple[str, list[str]]]:
    """What a promise says beside its sentence, each with a heading."""
    target = " ".join(filter(None, [promise.target, promise.unit]))
    measure = ": ".join(filter(None, [promise.measure, target]))
    yield "How it is measured", [measure or "It has no measure."]
    if promise.limits:
        limits = (
            f"{limit.text} ({limit.code}{f', serves the {limit.serves}' if limit.serves else ''})"
            for limit in promise.limits
        )
        yield "What we say no to", list(limits)
    if promise.remedy:
        yield "If we break it", [promise.remedy]
    if promise.owner:
        yield "Who answers for it", [promise.owner]
    if chain := [part for part in (promise.feels, promise.does, promise.outcome and words(promise.outcome)) if part]:
        yield "Why we make it", [" → ".join(chain)]
    if promise.review_on:
        yield "Looked at again", [long_day(promise.review_on)]


def text(view: CharterView) -> list[str]:
    """The document as lines of text."""
    lines = [strong(one_line(view.brand).upper()), *paragraph(view.style), ""]
    for sentence in since(view):
        lines += paragraph(sentence)
    for number, promise in enumerate(view.promises, start=1):
        lines += ["", "", f"{number:>2}  {strong(one_line(promise.title))}  {faint(promise.code)}"]
        lines += clause(promise, "    ")
    return lines


def clause(promise: Promise, indent: str) -> list[str]:
    """One promise below its title: the sentence, then what else it says."""
    lines = [*paragraph(promise.statement, indent=indent), ""]
    for label, parts in facts(promise):
        for at, part in enumerate(parts):
            head = f"{indent}{label if at == 0 else '':<{LABEL}}"
            lines += paragraph(part, indent=head, hanging=" " * len(head))
    return lines


def markdown(view: CharterView) -> list[str]:
    """The document as Markdown (CommonMark)."""
    lines = [f"# {_escaped(view.brand)}", "", f"*{_escaped(view.style)}*", "", *map(_escaped, since(view))]
    for number, promise in enumerate(view.promises, start=1):
        lines += ["", f"## {number}. {_escaped(promise.title)} (`{promise.code}`)", ""]
        lines += [f"**{_escaped(promise.statement)}**", ""]
        for label, parts in facts(promise):
            if len(parts) == 1:
                lines.append(f"- {label}: {_escaped(parts[0])}")
            else:
                lines += [f"- {label}:", *(f"  - {_escaped(part)}" for part in parts)]
    return lines


def _escaped(text: str) -> str:
    """Words as Markdown shows them, on one line, never read as markup."""
    return re.sub(r"([\\`*_\[\]<>#|~!&])", r"\\\1", " ".join(plain(text).split()))

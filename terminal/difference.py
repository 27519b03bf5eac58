"""What changed between two wordings, readable without colour: removed words stand in [-…-], added ones in {+…+}."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from charter.charters.promise import Limit, Promise
from projections.diff import Diff, FieldChange, LimitChange, Mark, PromiseChange, Segment
from projections.wording import words
from terminal.text import cells, faint, one_line, paragraph, plain, strong, width

SIGNS: dict[Mark, tuple[str, str, Callable[[str], str]]] = {
    Mark.KEPT: ("", "", str),
    Mark.REMOVED: ("[-", "-]", faint),
    Mark.ADDED: ("{+", "+}", strong),
}
LABEL = 24


def changes(diff: Diff) -> list[str]:
    """All that changed, as lines: promises added, retired, reworded."""
    lines: list[str] = []
    for promise in diff.added:
        lines += ["", *_whole("+", promise)]
    for promise in diff.retired:
        lines += ["", *map(faint, _whole("-", promise))]
    for change in diff.reworded:
        lines += ["", f"~ {strong(change.code)}  {one_line(change.title)}", *reworded(change)]
    return lines


def _whole(sign: str, promise: Promise) -> Iterator[str]:
    yield f"{sign} {strong(promise.code)}  {one_line(promise.title)}"
    yield from paragraph(promise.statement, indent=f"    {sign} ", hanging="      ")
    for limit in promise.limits:
        yield from _limit(sign, limit)


def _limit(sign: str, limit: Limit) -> list[str]:
    serves = f" (serves the {words(limit.serves)})" if limit.serves else ""
    return paragraph(f"{limit.code}: {limit.text}{serves}", indent=f"    {sign} ", hanging="      ")


def reworded(change: PromiseChange) -> Iterator[str]:
    """How one promise reads now, with what was removed and added, field by field."""
    for field in change.fields:
        yield from _field(field.label, field)
    for limit in change.limits_changed:
        yield from limit_changed(limit)
    for added in change.limits_added:
        yield from map(strong, _limit("+", added))
    for removed in change.limits_removed:
        yield from map(faint, _limit("-", removed))


def limit_changed(change: LimitChange) -> Iterator[str]:
    """How one limit reads now, with what was removed and added."""
    for field in change.fields:
        yield from _field(f"{change.code} {field.label if field.field != 'text' else ''}".strip(), field)


def _field(label: str, change: FieldChange) -> Iterator[str]:
    head = f"      {label:<{LABEL - 2}} " if len(label) < LABEL - 1 else f"      {label} "
    yield from wrapped(change.segments, head, " " * (LABEL + 5))


def wrapped(segments: Iterable[Segment], head: str, hanging: str) -> Iterator[str]:
    """Marked text as lines that fit the width; signs and colours go with their words."""
    line, used, empty = head, cells(head), True
    for atom in _atoms(segments):
        long = sum(cells(text) for text, _ in atom)
        if not empty and used + 1 + long > width():
            yield line.rstrip()
            line, used, empty = hanging, cells(hanging), True
        line += ("" if empty else " ") + "".join(colour(text) for text, colour in atom)
        used += long + (0 if empty else 1)
        empty = False
    yield line.rstrip()


def _atoms(segments: Iterable[Segment]) -> Iterator[Sequence[tuple[str, Callable[[str], str]]]]:
    """The pieces between which a line may break, each a row of texts with their colour."""
    atom: list[tuple[str, Callable[[str], str]]] = []
    for segment in segments:
        before, after, colour = SIGNS[segment.mark]
        text = plain(segment.text)
        inner = text.strip()
        marked = text.replace(inner, f"{before}{inner}{after}", 1) if inner else text
        for part in re.split(r"(\s+)", marked):
            if part and not part.isspace():
                atom.append((part, colour))
            elif part and atom:
                yield atom
                atom = []
    if atom:
        yield atom

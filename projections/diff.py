"""What changed between two wordings of a charter: promises added, retired and reworded, down to the words.

Every change of a text is a row of segments, each kept, removed or added. The kept and the removed ones in a row read as
the old text, the kept and the added ones as the new; a terminal, a page or Markdown marks them each in its own way.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

from charter.charters.promise import Limit, Promise, Wording
from charter.phrase import Phrase, joined, plural
from projections.wording import words

LABELS = {
    "title": Phrase("title"),
    "statement": Phrase("statement"),
    "audience": Phrase("audience"),
    "promise_class": Phrase("class"),
    "measure": Phrase("measure"),
    "target": Phrase("target"),
    "unit": Phrase("unit"),
    "owner": Phrase("owner"),
    "remedy": Phrase("remedy"),
    "review_on": Phrase("review date"),
    "feels": Phrase("what the customer feels"),
    "does": Phrase("what they do"),
    "outcome": Phrase("outcome"),
    "text": Phrase("limit"),
    "serves": Phrase("whom the limit serves"),
}
"""How the fields of a promise and of a limit are called, in the order in which they are read."""

ENOUGH_IN_COMMON = 0.3
"""Below this share of common letters, one text reads better as replaced than as a patchwork of both."""

_Word: TypeAlias = tuple[str, str]
"""A word or a sign, and the space after it: kept apart, so that a word is the same at the end of a sentence."""


class Mark(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text and what became of it."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that reads differently; `old` or `new` is None where it was or is empty."""

    field: str
    label: str
    old: str | None
    new: str | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit whose code was kept and whose wording was not."""

    code: str
    old: Limit
    new: Limit
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """A promise that is made in both wordings and reads differently."""

    code: str
    title: str
    fields: tuple[FieldChange, ...]
    limits_added: tuple[Limit, ...] = ()
    limits_removed: tuple[Limit, ...] = ()
    limits_changed: tuple[LimitChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """All that changed; `reordered` only when nothing but the order did."""

    added: tuple[Promise, ...] = ()
    retired: tuple[Promise, ...] = ()
    reworded: tuple[PromiseChange, ...] = ()
    reordered: bool = False

    @property
    def nothing(self) -> bool:
        """Whether both wordings are the same."""
        return not (self.added or self.retired or self.reworded or self.reordered)

    @property
    def sentence(self) -> str:
        """The change in a few words, for example "2 promises added, 1 retired"."""
        if self.reordered:
            return Phrase("the same promises in another order")
        added, retired, reworded = len(self.added), len(self.retired), len(self.reworded)
        counts = (
            (added, plural("{number} promise added", "{number} promises added", added), ""),
            (
                retired,
                plural("{number} promise retired", "{number} promises retired", retired),
                plural("{number} retired", "{number} retired", retired),
            ),
            (
                reworded,
                plural("{number} promise reworded", "{number} promises reworded", reworded),
                plural("{number} reworded", "{number} reworded", reworded),
            ),
        )
        parts: list[str] = []
        for number, first, later in counts:
            if number:
                parts.append(later if parts else first)
        return joined(", ", parts) if parts else Phrase("nothing changed")


def diff(old: tuple[Promise, ...], new: tuple[Promise, ...]) -> Diff:
    """What changed from one wording to another: the added and reworded in the new order, the retired in the old."""
    before = {promise.code: promise for promise in old}
    after = {promise.code: promise for promise in new}
    changes = (promise_change(before[code], promise) for code, promise in after.items() if code in before)
    found = Diff(
        added=tuple(promise for promise in new if promise.code not in before),
        retired=tuple(promise for promise in old if promise.code not in after),
        reworded=tuple(change for change in changes if change is not None),
    )
    return Diff(reordered=True) if found.nothing and old != new else found


def promise_change(old: Promise, new: Promise) -> PromiseChange | None:
    """How one promise was reworded; None when it reads the same, in whatever order its limits stand."""
    before = {limit.code: limit for limit in old.limits}
    after = {limit.code: limit for limit in new.limits}
    changes = (limit_change(before[code], limit) for code, limit in after.items() if code in before)
    change = PromiseChange(
        code=new.code,
        title=new.title,
        fields=tuple(_fields(old, new, tuple(Wording.model_fields))),
        limits_added=tuple(limit for limit in new.limits if limit.code not in before),
        limits_removed=tuple(limit for limit in old.limits if limit.code not in after),
        limits_changed=tuple(change for change in changes if change is not None),
    )
    return change if change != PromiseChange(new.code, new.title, ()) else None


def limit_change(old: Limit, new: Limit) -> LimitChange | None:
    """How one limit was reworded; None when it reads the same."""
    fields = tuple(_fields(old, new, ("text", "serves")))
    return LimitChange(new.code, old, new, fields) if fields else None


def segments(old: str, new: str) -> tuple[Segment, ...]:
    """Two texts laid over each other, word by word."""
    before, after = _words(old), _words(new)
    codes = SequenceMatcher(None, [word for word, _ in before], [word for word, _ in after], False).get_opcodes()
    common = sum(_letters(before[start:end]) for code, start, end, _, _ in codes if code == "equal")
    if common < ENOUGH_IN_COMMON * max(_letters(before), _letters(after)):
        return _replaced(old, new)
    return tuple(_merged(_pieces(before, after, codes)))


def _pieces(
    before: list[_Word], after: list[_Word], codes: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[Segment]:
    for code, start, end, new_start, new_end in codes:
        if code != "equal":
            yield Segment(Mark.REMOVED, _text(before[start:end]))
            yield Segment(Mark.ADDED, _text(after[new_start:new_end]))
            continue
        for (word, space), (_, new_space) in zip(before[start:end], after[new_start:new_end], strict=True):
            if space == new_space:
                yield Segment(Mark.KEPT, word + space)
            else:
                yield from (Segment(Mark.KEPT, word), Segment(Mark.REMOVED, space), Segment(Mark.ADDED, new_space))


def _merged(pieces: Iterable[Segment]) -> Iterator[Segment]:
    """Between two stretches that are kept, all that was removed, then all that was added."""
    for _, stretch in groupby(pieces, lambda piece: piece.mark is Mark.KEPT):
        together = list(stretch)
        for mark in Mark:
            if text := "".join(piece.text for piece in together if piece.mark is mark):
                yield Segment(mark, text)


def _fields(old: Wording | Limit, new: Wording | Limit, names: tuple[str, ...]) -> Iterator[FieldChange]:
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        was, now = _read(before), _read(after)
        is_text = was is not None and now is not None and not isinstance(after, StrEnum | date)
        marked = segments(was, now) if is_text and was and now else _replaced(was or "", now or "")
        yield FieldChange(name, LABELS[name], was, now, marked)


def _read(value: str | date | None) -> str | None:
    if isinstance(value, StrEnum):
        return words(value)
    return value.isoformat() if isinstance(value, date) else value


def _replaced(old: str, new: str) -> tuple[Segment, ...]:
    return tuple(Segment(mark, text) for mark, text in ((Mark.REMOVED, old), (Mark.ADDED, new)) if text)


def _words(text: str) -> list[_Word]:
    return re.findall(r"(\w+|[^\w\s]|^)(\s*)", text)


def _text(said: list[_Word]) -> str:
    return "".join(word + space for word, space in said)


def _letters(said: list[_Word]) -> int:
    return sum(len(word) for word, _ in said)

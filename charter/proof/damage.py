"""What was done to a ledger that does not fit any more: which entry first, and in which way.

Each row carries the leaf it was recorded with, and that leaf covers its position. A row that moved still fits the
position it came from, and so a gap that was closed by renumbering, an entry pushed in, and two that changed places
can be told from one that was altered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from charter.phrase import Phrase, joined, plural
from charter.proof.rehash import Fault, Misfit, Reader, Sealed, is_damage, leaf_of
from charter.tree import TILE_HEIGHT, Frontier

_REACH = 20_000
"""How far from its place a row is looked for."""
_AHEAD = 4
"""How many altered rows in a row may have been pushed in together."""
_END = 2**62


class Kind(StrEnum):
    """The ways in which a ledger can be damaged."""

    CHANGED = "changed"
    MISSING = "missing"
    REORDERED = "reordered"
    INSERTED = "inserted"
    BACK_DATED = "back-dated"
    CUT_OFF = "cut off at the end"


@dataclass(frozen=True, slots=True)
class Damage:
    """The first thing wrong with a ledger."""

    position: int | None
    """The first bad position; None where it is not an entry, or where it can't be known."""
    kind: Kind
    sentence: str
    """What was found, for people."""


def diagnose(reader: Reader, fault: Fault, size: int) -> Damage:
    """What a fault means, in a ledger that should have `size` entries."""
    position = fault.position
    say = partial(Phrase, position=position, why=fault.detail)
    match fault.what:
        case "gap":
            return _gap(reader, position, size)
        case "repeated":
            return Damage(position, Kind.INSERTED, say("There are several entries at position {position}."))
        case "unreadable":
            return Damage(position, Kind.CHANGED, say("Entry {position} can't be read ({why})."))
        case "surplus":
            return Damage(
                position, Kind.CHANGED, say("Entry {position} is missing in an index: have the index built anew.")
            )
        case "malformed":
            return Damage(position, Kind.CHANGED, say("Entry {position} holds what no entry can hold ({why})."))
        case "leaf" | "time":
            row = _row(reader, position)
            assert row is not None
            return _moved(reader, row) or _pushed_in(reader, row) or _altered(reader, row, fault)


def against_head(tree: Frontier, last_time: str, head: tuple[int, bytes, str] | None) -> Damage | None:
    """Where entries that fit each other do not fit the head row; None if they do."""
    if head is None:
        gone = Phrase("The row that says how far the ledger has come is missing, or can't be read.")
        return Damage(None, Kind.MISSING, gone)
    size, frontier, recorded_at = head
    try:
        sealed = Frontier.from_bytes(size, frontier)
    except (TypeError, ValueError) as error:
        changed = Phrase("The row that says how far the ledger has come was changed ({why}).", why=error)
        return Damage(None, Kind.CHANGED, changed)
    if tree == sealed:
        if recorded_at == last_time:
            return None
        times = {"head": repr(recorded_at), "newest": repr(last_time)}
        return Damage(None, Kind.CHANGED, Phrase("The head row says {head}; the newest entry says {newest}.", **times))
    start = 0
    for (height, root), (sealed_height, sealed_root) in zip(tree.subtrees(), sealed.subtrees(), strict=False):
        if height != sealed_height:
            break
        if root != sealed_root:
            return _within(start + 1, start + (1 << height), tree.size, size)
        start += 1 << height
    if tree.size < size:
        are, first = _are(tree.size + 1, size), tree.size + 1
        if start == tree.size:
            return Damage(first, Kind.CUT_OFF, Phrase("{are} missing: the ledger was cut off at the end.", are=are))
        hedged = Phrase(
            "{are} missing: the ledger was cut off at the end. Or an earlier one was taken out and all hashes after it "
            "made anew.",
            are=are,
        )
        return Damage(first, Kind.CUT_OFF, hedged)
    sentence = Phrase(
        "Entry {position} and what follows was added without the ledger, or its head row was set back to {size}.",
        position=size + 1,
        size=size,
    )
    return Damage(size + 1, Kind.INSERTED, sentence)


def in_stored_roots(misfit: Misfit | None, found: int | None, size: int) -> Damage | None:
    """Where the roots that are kept for proofs do not fit entries that are whole; None if they do.

    `found` is how many roots there are over `size` entries; None where none are kept.
    """
    proofs = Phrase("The entries are as they were recorded, but proofs can't be made. Restore a backup.")
    if misfit is not None:
        level, number, what = misfit
        span = 1 << level * TILE_HEIGHT
        say = partial(Phrase, first=number * span + 1, last=(number + 1) * span)
        sentence = {
            "changed": say("The stored root of the entries {first} to {last} was changed."),
            "missing": say("The stored root of the entries {first} to {last} is missing."),
            "unreadable": say("The stored root of the entries {first} to {last} can't be read."),
        }[what]
        kind = Kind.MISSING if what == "missing" else Kind.CHANGED
        return Damage(None, kind, joined(" ", [sentence, proofs]))
    expected = sum(size >> height for height in range(TILE_HEIGHT, size.bit_length(), TILE_HEIGHT))
    if found is None or found == expected:
        return None
    sentence = Phrase(
        "There are {found} stored roots over the {size} entries, instead of {expected}.",
        found=found,
        size=size,
        expected=expected,
    )
    return Damage(None, Kind.INSERTED if found > expected else Kind.MISSING, joined(" ", [sentence, proofs]))


def _within(first: int, last: int, found: int, sealed: int) -> Damage:
    if found == sealed:
        say = partial(Phrase, first=first, last=last)
        where = say("one of the entries {first} to {last}") if first < last else say("entry {first}")
        sentence = Phrase(
            "The hashes fit, but not what the head row sealed: {where} was changed with its hash, or the head row was.",
            where=where,
        )
        return Damage(first, Kind.CHANGED, sentence)
    if found < sealed:
        sentence = plural(
            "At or after position {first}, an entry went missing, and the hashes after that were made anew.",
            "At or after position {first}, {number} entries went missing, and the hashes after that were made anew.",
            sealed - found,
            first=first,
        )
        return Damage(first, Kind.MISSING, sentence)
    sentence = plural(
        "At or after position {first}, an entry was pushed in, and the hashes after that were made anew.",
        "At or after position {first}, {number} entries were pushed in, and the hashes after that were made anew.",
        found - sealed,
        first=first,
    )
    return Damage(first, Kind.INSERTED, sentence)


def _gap(reader: Reader, position: int, size: int) -> Damage:
    following = next(_rows(reader, position), None)
    if following is None:
        cut_off = Phrase("{are} missing: the ledger was cut off at the end.", are=_are(position, size))
        return Damage(position, Kind.CUT_OFF, cut_off)
    found = following[0]
    if position > size:
        more = Phrase(
            "The ledger has {size} entries, and one more was put at position {found}.", size=size, found=found
        )
        return Damage(found, Kind.INSERTED, more)
    return Damage(position, Kind.MISSING, Phrase("{are} missing.", are=_are(position, found - 1)))


def _moved(reader: Reader, row: Sealed) -> Damage | None:
    """What it means that a row still fits another position; None if it fits none nearby, or its own."""
    position = row[0]
    home = _home(row)
    if home is None or home == position:
        return None
    if home < position:
        return _inserted(home, position - 1)
    say = partial(Phrase, position=position, home=home)
    exchanged = _row(reader, home)
    if exchanged is not None and _fits(exchanged, position):
        return Damage(position, Kind.REORDERED, say("Entries {position} and {home} have changed places."))
    following = _row(reader, position + 1)
    if following is not None and _fits(following, position):
        return Damage(position, Kind.REORDERED, say("The entry recorded at {home} was moved ahead to {position}."))
    stray = next((each for each in _rows(reader, position) if not _fits(each, each[0] + home - position)), None)
    origin = None if stray is None else _home(stray)
    if stray is not None and origin is not None and position <= origin < home:
        back = Phrase("The entry recorded at {origin} was moved back to {position}.", origin=origin, position=stray[0])
        return Damage(position, Kind.REORDERED, back)
    sentence = Phrase("{are} missing, and those after were renumbered to hide it.", are=_are(position, home - 1))
    return Damage(position, Kind.MISSING, sentence)


def _pushed_in(reader: Reader, row: Sealed) -> Damage | None:
    """Whether the rows after one that fits nowhere else show that they were moved up to make room for it."""
    position = row[0]
    for following in _rows(reader, position + 1):
        if following[0] > position + _AHEAD:
            return None
        home = _home(following)
        if home is not None:
            return _inserted(position, following[0] - 1) if home == position else None
    return None


def _altered(reader: Reader, row: Sealed, fault: Fault) -> Damage:
    position, _, _, _, time, _, _ = row
    if fault.what == "leaf":
        for other in _rows(reader, max(1, position - _REACH)):
            if other[0] > position + _REACH:
                break
            if other[0] != position and leaf_of(row, other[0]) == other[6]:
                moved = Phrase(
                    "What was recorded at {other} now stands at {position}.", other=other[0], position=position
                )
                return Damage(position, Kind.REORDERED, moved)
    before = _row(reader, position - 1)
    if before is not None and time < before[4]:
        sentence = Phrase(
            "Entry {position} says {time}, which is before the entry ahead of it ({before}).",
            position=position,
            time=time,
            before=before[4],
        )
        return Damage(position, Kind.BACK_DATED, sentence)
    changed = Phrase("Entry {position} is not what was recorded: its hash does not fit.", position=position)
    return Damage(position, Kind.CHANGED, changed)


def _inserted(first: int, last: int) -> Damage:
    say = partial(Phrase, first=first, last=last)
    several = say("Entries {first} to {last} were pushed in, and those after were renumbered to make room.")
    one = say("Entry {first} was pushed in, and those after were renumbered to make room.")
    return Damage(first, Kind.INSERTED, several if first < last else one)


def _are(first: int, last: int) -> Phrase:
    say = partial(Phrase, first=first, last=last)
    return say("Entries {first} to {last} are") if first < last else say("Entry {first} is")


def _home(row: Sealed) -> int | None:
    """The position nearest to a row's own that its leaf fits."""
    if _fits(row, row[0]):
        return row[0]
    for distance in range(1, _REACH):
        for position in (row[0] + distance, row[0] - distance):
            if position > 0 and _fits(row, position):
                return position
    return None


def _fits(row: Sealed, position: int) -> bool:
    try:
        return leaf_of(row, position) == row[6]
    except (TypeError, ValueError, AttributeError):
        return False


def _row(reader: Reader, position: int) -> Sealed | None:
    return next((row for batch in reader.stretch(position - 1, position) for row in batch), None)


def _rows(reader: Reader, first: int) -> Iterator[Sealed]:
    """The rows from a position on, as far as they can be read."""
    try:
        with closing(reader.stretch(first - 1, _END)) as batches:
            for batch in batches:
                yield from batch
    except Exception as error:
        if not is_damage(error):
            raise

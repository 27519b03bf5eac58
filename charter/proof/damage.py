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
    match fault.what:
        case "gap":
            return _gap(reader, position, size)
        case "repeated":
            return Damage(position, Kind.INSERTED, f"There are several entries at position {position}.")
        case "unreadable":
            return Damage(position, Kind.CHANGED, f"Entry {position} can't be read ({fault.detail}).")
        case "surplus":
            return Damage(
                position, Kind.CHANGED, f"Entry {position} is missing in an index: have the index built anew."
            )
        case "malformed":
            return Damage(position, Kind.CHANGED, f"Entry {position} holds what no entry can hold ({fault.detail}).")
        case "leaf" | "time":
            row = _row(reader, position)
            assert row is not None
            return _moved(reader, row) or _pushed_in(reader, row) or _altered(reader, row, fault)


def against_head(tree: Frontier, last_time: str, head: tuple[int, bytes, str] | None) -> Damage | None:
    """Where entries that fit each other do not fit the head row; None if they do."""
    if head is None:
        return Damage(None, Kind.MISSING, "The row that says how far the ledger has come is missing, or can't be read.")
    size, frontier, recorded_at = head
    try:
        sealed = Frontier.from_bytes(size, frontier)
    except (TypeError, ValueError) as error:
        return Damage(None, Kind.CHANGED, f"The row that says how far the ledger has come was changed ({error}).")
    if tree == sealed:
        if recorded_at == last_time:
            return None
        return Damage(None, Kind.CHANGED, f"The head row says {recorded_at!r}; the newest entry says {last_time!r}.")
    start = 0
    for (height, root), (sealed_height, sealed_root) in zip(tree.subtrees(), sealed.subtrees(), strict=False):
        if height != sealed_height:
            break
        if root != sealed_root:
            return _within(start + 1, start + (1 << height), tree.size, size)
        start += 1 << height
    if tree.size < size:
        hedge = "" if start == tree.size else " Or an earlier one was taken out and all hashes after it made anew."
        return Damage(
            tree.size + 1,
            Kind.CUT_OFF,
            f"{_are(tree.size + 1, size)} missing: the ledger was cut off at the end.{hedge}",
        )
    sentence = (
        f"Entry {size + 1} and what follows was added without the ledger, or its head row was set back to {size}."
    )
    return Damage(size + 1, Kind.INSERTED, sentence)


def in_stored_roots(misfit: Misfit | None, found: int | None, size: int) -> Damage | None:
    """Where the roots that are kept for proofs do not fit entries that are whole; None if they do.

    `found` is how many roots there are over `size` entries; None where none are kept.
    """
    proofs = "The entries are as they were recorded, but proofs can't be made. Restore a backup."
    if misfit is not None:
        level, number, what = misfit
        span = 1 << level * TILE_HEIGHT
        which = f"The stored root of the entries {number * span + 1} to {(number + 1) * span}"
        words = {"changed": "was changed", "missing": "is missing", "unreadable": "can't be read"}[what]
        kind = Kind.MISSING if what == "missing" else Kind.CHANGED
        return Damage(None, kind, f"{which} {words}. {proofs}")
    expected = sum(size >> height for height in range(TILE_HEIGHT, size.bit_length(), TILE_HEIGHT))
    if found is None or found == expected:
        return None
    sentence = f"There are {found} stored roots over the {size} entries, instead of {expected}. {proofs}"
    return Damage(None, Kind.INSERTED if found > expected else Kind.MISSING, sentence)


def _within(first: int, last: int, found: int, sealed: int) -> Damage:
    where = f"one of the entries {first} to {last}" if first < last else f"entry {first}"
    if found == sealed:
        sentence = (
            f"The hashes fit, but not what the head row sealed: {where} was changed with its hash, or the head row was."
        )
        return Damage(first, Kind.CHANGED, sentence)
    count = abs(found - sealed)
    entries = "an entry" if count == 1 else f"{count} entries"
    if found < sealed:
        sentence = f"At or after position {first}, {entries} went missing, and the hashes after that were made anew."
        return Damage(first, Kind.MISSING, sentence)
    sentence = f"At or after position {first}, {entries} were pushed in, and the hashes after that were made anew."
    return Damage(first, Kind.INSERTED, sentence)


def _gap(reader: Reader, position: int, size: int) -> Damage:
    following = next(_rows(reader, position), None)
    if following is None:
        return Damage(position, Kind.CUT_OFF, f"{_are(position, size)} missing: the ledger was cut off at the end.")
    found = following[0]
    if position > size:
        return Damage(found, Kind.INSERTED, f"The ledger has {size} entries, and one more was put at position {found}.")
    return Damage(position, Kind.MISSING, f"{_are(position, found - 1)} missing.")


def _moved(reader: Reader, row: Sealed) -> Damage | None:
    """What it means that a row still fits another position; None if it fits none nearby, or its own."""
    position = row[0]
    home = _home(row)
    if home is None or home == position:
        return None
    if home < position:
        return _inserted(home, position - 1)
    exchanged = _row(reader, home)
    if exchanged is not None and _fits(exchanged, position):
        return Damage(position, Kind.REORDERED, f"Entries {position} and {home} have changed places.")
    following = _row(reader, position + 1)
    if following is not None and _fits(following, position):
        return Damage(position, Kind.REORDERED, f"The entry recorded at {home} was moved ahead to {position}.")
    stray = next((each for each in _rows(reader, position) if not _fits(each, each[0] + home - position)), None)
    origin = None if stray is None else _home(stray)
    if stray is not None and origin is not None and position <= origin < home:
        return Damage(position, Kind.REORDERED, f"The entry recorded at {origin} was moved back to {stray[0]}.")
    sentence = f"{_are(position, home - 1)} missing, and those after were renumbered to hide it."
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
                return Damage(position, Kind.REORDERED, f"What was recorded at {other[0]} now stands at {position}.")
    before = _row(reader, position - 1)
    if before is not None and time < before[4]:
        sentence = f"Entry {position} says {time}, which is before the entry ahead of it ({before[4]})."
        return Damage(position, Kind.BACK_DATED, sentence)
    return Damage(position, Kind.CHANGED, f"Entry {position} is not what was recorded: its hash does not fit.")


def _inserted(first: int, last: int) -> Damage:
    entries = f"Entries {first} to {last} were" if first < last else f"Entry {first} was"
    return Damage(first, Kind.INSERTED, f"{entries} pushed in, and those after were renumbered to make room.")


def _are(first: int, last: int) -> str:
    return f"Entries {first} to {last} are" if first < last else f"Entry {first} is"


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

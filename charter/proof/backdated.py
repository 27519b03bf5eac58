"""Finds entries whose recorded time contradicts the time stamps around them.

A stamp at the time T over a checkpoint of n entries says two things. The entries 1 to n were there at T, so none of
them can have been recorded later. And a stamp is only ever asked for over a checkpoint of all there is at that moment
(`charter timestamp` sees to it), so entry n + 1 came after it and cannot have been recorded earlier.

Clocks differ, and between the checkpoint, the question and the answer time goes by: a recorded time may lie up to the
stamp's own accuracy and another five minutes (`TOLERANCE`) on the wrong side. Nothing is said about less than that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from charter.leaf import stamp as written
from charter.phrase import plural
from charter.proof.damage import Damage, Kind

TOLERANCE = timedelta(minutes=5)
"""How far the clocks of a ledger and of an authority may differ, and how long it may take to be given a stamp."""

Recorded = Callable[[int], datetime | None]
"""When the entry at a position was recorded, aware; None where there is no such entry. Times never go back."""


class Stamped(NamedTuple):
    """How many entries there were at a time."""

    size: int
    time: datetime
    """By the authority's clock, aware."""
    accuracy: timedelta
    """How far from that it may have been, either way."""


def back_dated(stamps: Iterable[Stamped], recorded_at: Recorded) -> Damage | None:
    """The first entry whose recorded time contradicts one of these stamps; None if there is none.

    Every stamp must have been verified before, and be over a checkpoint that this ledger continues. A stamp over more
    entries than there are is not looked at: that is another kind of damage. Asks for two times per stamp, and for
    log2(size) more where there is something to find.
    """
    found = [damage for stamp in stamps for damage in _contradictions(stamp, recorded_at)]
    return min(found, key=lambda damage: damage.position or 0, default=None)


def _contradictions(stamp: Stamped, recorded_at: Recorded) -> Iterator[Damage]:
    size, time, accuracy = stamp
    earliest, latest = time - accuracy - TOLERANCE, time + accuracy + TOLERANCE
    last, following = recorded_at(size), recorded_at(size + 1)
    if last is not None and last > latest:
        position = 1 + bisect_left(range(1, size + 1), True, key=lambda at: _is_after(recorded_at(at), latest))
        sentence = plural(
            "Entry {position} says that it was recorded at {recorded}, but it was there at {time}, when a time stamp "
            "was given over {number} entry: its recorded time is false.",
            "Entry {position} says that it was recorded at {recorded}, but it was there at {time}, when a time stamp "
            "was given over {number} entries: its recorded time is false.",
            size,
            position=position,
            recorded=_said(recorded_at, position),
            time=written(time),
        )
        yield Damage(position, Kind.BACK_DATED, sentence)
    if following is not None and following < earliest:
        sentence = plural(
            "Entry {position} says that it was recorded at {recorded}, but at {time}, when a time stamp was given over "
            "all there was, the ledger had {number} entry: it was written later and back-dated.",
            "Entry {position} says that it was recorded at {recorded}, but at {time}, when a time stamp was given over "
            "all there was, the ledger had {number} entries: it was written later and back-dated.",
            size,
            position=size + 1,
            recorded=written(following),
            time=written(time),
        )
        yield Damage(size + 1, Kind.BACK_DATED, sentence)


def _is_after(recorded: datetime | None, latest: datetime) -> bool:
    return recorded is not None and recorded > latest


def _said(recorded_at: Recorded, position: int) -> str:
    recorded = recorded_at(position)
    assert recorded is not None
    return written(recorded)

"""Verifies the time stamps kept in a ledger, each against its checkpoint and the entries, and their times together.

A ledger whose entries were all rewritten, with hashes that fit, does not fit a stamp from before; nor does an entry
that was written with a time of the past (`charter.proof.backdated`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import Engine

from charter.leaf import instant
from charter.leaf import stamp as written
from charter.phrase import Phrase
from charter.proof.backdated import Recorded, Stamped, back_dated
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.damage import Damage, Kind
from charter.proof.stored import StoredTree
from charter.proof.timestamp import BadStamp, Roots, Stamp, verify_stamp
from charter.store.published import Published, PublishedCheckpoint
from charter.store.recorder import LedgerRecorder


class KeptStamp(NamedTuple):
    """A time stamp that holds, over the checkpoint that it is kept with."""

    checkpoint: Checkpoint
    stamp: Stamp

    @property
    def stamped(self) -> Stamped:
        """As it speaks of recorded times."""
        return Stamped(self.checkpoint.size, self.stamp.time, self.stamp.accuracy)


class Stamps(NamedTuple):
    """What came of verifying all there are."""

    good: Sequence[KeptStamp]
    """Those that hold, in the order of their checkpoints; up to the first that does not."""
    damage: Damage | None
    """The first thing that is wrong: with a stamp, or with the entries by what the stamps say."""


def verify_stamps(engine: Engine, roots: Roots) -> Stamps:
    """Verify every time stamp kept in a ledger that was itself found whole (`charter.proof.verify`)."""
    with LedgerRecorder(engine) as recorder:
        tree, good = StoredTree(recorder), list[KeptStamp]()
        for row in Published(engine).all():
            if row.stamp is not None:
                found = verify_kept(row, row.stamp, roots)
                if isinstance(found, Damage):
                    return Stamps(good, found)
                authority, time = found.stamp.authority, written(found.stamp.time)
                which = Phrase("the time stamp of {authority} at {time}", authority=authority, time=time)
                if damage := not_continued(found.checkpoint, which, recorder, tree):
                    return Stamps(good, damage)
                good.append(found)
        return Stamps(good, back_dated([kept.stamped for kept in good], recorded_in(recorder)))


def verify_kept(row: PublishedCheckpoint, token: bytes, roots: Roots) -> KeptStamp | Damage:
    """What a token says about a published checkpoint, or why it says nothing."""
    say = partial(Phrase, size=row.size, made=row.made_at)
    try:
        signed = SignedCheckpoint.parse(row.note)
        return KeptStamp(signed.checkpoint, verify_stamp(token, signed.note.text.encode(), roots))
    except BadStamp as error:
        bad = say(
            "The time stamp over the checkpoint of {size} entries, made at {made}, does not hold: {why}.", why=error
        )
        return Damage(None, Kind.CHANGED, bad)
    except ValueError as error:
        unread = say(
            "The time stamp over the checkpoint of {size} entries, made at {made}, does not hold: the checkpoint can't "
            "be read ({why}).",
            why=error,
        )
        return Damage(None, Kind.CHANGED, unread)


def not_continued(sealed: Checkpoint, which: str, recorder: LedgerRecorder, tree: StoredTree) -> Damage | None:
    """Where the entries are not those that a checkpoint seals; `which` one it is, for people."""
    there = recorder.size()
    if there < sealed.size:
        sentence = Phrase(
            "The ledger ends at {there}, and {which} is over {size} entries: it was cut off at the end.",
            there=there,
            which=which,
            size=sealed.size,
        )
        return Damage(there + 1, Kind.CUT_OFF, sentence)
    if tree(0, sealed.size) != sealed.root:
        sentence = Phrase(
            "Entries 1 to {size} are not the ones under {which}: the history was rewritten after it, with hashes that "
            "fit. From a root alone it can't be known which entry is the first.",
            size=sealed.size,
            which=which,
        )
        return Damage(None, Kind.CHANGED, sentence)
    return None


def recorded_in(recorder: LedgerRecorder) -> Recorded:
    """When the entries of a ledger were recorded."""

    def recorded_at(position: int) -> datetime | None:
        row = next(iter(recorder.rows(position - 1, 1, position)), None)
        return None if row is None else instant(row[4])

    return recorded_at

"""Whose signatures count: the keys a ledger adopted, each for its time, and those somebody knows from elsewhere.

Whoever can rewrite a whole ledger can also have it adopt a key of theirs and publish checkpoints with that. A key known
from elsewhere (*pinned*) shows it: trust begins there, and goes on to another key only through a checkpoint that a
trusted key signed and that covers the entry in which the ledger adopted the other, be that key older or newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Engine, select

from charter.catalogue import entry
from charter.keys.commands import STREAM
from charter.keys.events import KeyAdopted, KeyRetired
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.note import VerifierKey, verified
from charter.store.tables import entries


class Life(NamedTuple):
    """From which entry until which a key signs for its ledger."""

    key: VerifierKey
    adopted: int
    """The position of the entry that adopted it."""
    retired: int | None
    """The position of the entry that retired it; None if it still signs."""

    def covers(self, size: int) -> bool:
        """Whether a checkpoint of so many entries may be signed with it."""
        return self.adopted <= size and (self.retired is None or size < self.retired)


class Trust(NamedTuple):
    """What checkpoints are worth."""

    sealed: SignedCheckpoint | None
    """The largest one that is signed by a key that counts."""
    by: tuple[VerifierKey, ...]
    """The keys that count and signed it."""
    pinned: bool
    """Whether trust begins with a key known from elsewhere, and not with what the ledger says."""
    doubted: tuple[tuple[SignedCheckpoint, str], ...]
    """Those that no key that counts has signed, each with why; a part of a sentence."""


def lives(engine: Engine) -> list[Life]:
    """The keys of a ledger as its entries say, in the order they were adopted; ValueError for what is no key.

    It needs no key store: these entries are never sealed.
    """
    columns = ("position", "stream", "version", "type", "recorded_at", "body")
    question = select(*(entries.c[name] for name in columns)).where(entries.c.stream == STREAM)
    with engine.connect() as connection:
        rows = connection.execute(question.order_by(entries.c.version)).all()
    found: dict[str, Life] = {}
    for position, stream, version, type_, recorded_at, body in rows:
        event = entry((position, stream, version, type_, recorded_at, bytes(body))).event
        if isinstance(event, KeyAdopted):
            found[event.key] = Life(VerifierKey.parse(event.key), position, None)
        elif isinstance(event, KeyRetired):
            if event.key not in found:
                msg = f"entry {position} retires a key that was never adopted"
                raise ValueError(msg)
            found[event.key] = found[event.key]._replace(retired=position)
    return list(found.values())


def weigh(checkpoints: Iterable[SignedCheckpoint], known: Sequence[Life], pinned: Iterable[VerifierKey] = ()) -> Trust:
    """What checkpoints of a ledger are worth that all fit its tree; nothing is read of the ledger.

    Without a pinned key all that the ledger adopted count.
    """
    lifeless = {*pinned} - {life.key for life in known}
    trusted = {*pinned} or {life.key for life in known}
    waiting = sorted(checkpoints, key=lambda one: one.checkpoint.size)
    sealed: SignedCheckpoint | None = None
    by: tuple[VerifierKey, ...] = ()
    doubted: list[tuple[SignedCheckpoint, str]] = []
    news = True
    while news:  # a checkpoint may bring in a key, which brings in another checkpoint
        news, doubted, left = False, [], []
        for signed in waiting:
            size = signed.checkpoint.size
            valid = lifeless | {life.key for life in known if life.covers(size) and life.key in trusted}
            try:
                signers = tuple(verified(signed.note, valid))
            except ValueError as error:
                doubted.append((signed, str(error)))
                left.append(signed)
                continue
            if sealed is None or size >= sealed.checkpoint.size:
                sealed, by = signed, signers
            trusted |= {life.key for life in known if life.adopted <= size}
            news = True
        waiting = left
    return Trust(sealed, by, bool({*pinned}), tuple(doubted))

"""Proves to a stranger that an entry is in the ledger, against the newest published checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from charter.leaf import record
from charter.ledger import Ledger
from charter.message import Entry, NotFound, Refused
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.paths import consistency
from charter.proof.stored import StoredTree
from charter.proof.tlog_proof import TlogProof
from charter.publishing.publish import newest_of

ANSWERS = ("decision.made", "decision.reversed")


class NoSuchEntry(NotFound):
    """The decision has entries 1 to {count}, and no entry {number}. See: charter decision show {decision}."""


class NotSealedYet(Refused):
    """Entry {position} is newer than the last published checkpoint, which seals {size}.
    Publish a new one with: charter checkpoint."""


class BeyondTheEnd(Refused):
    """The ledger has {size} entries, so nothing can be said about {asked}. Give a smaller number."""


class WrongWayRound(Refused):
    """{old} entries are more than {new}. Give the older checkpoint first, then the newer one."""


def newest(ledger: Ledger) -> SignedCheckpoint:
    """The checkpoint that proofs are made against; raises NothingSealed or PublishedUnreadable."""
    return newest_of(ledger).signed


def meant(history: Sequence[Entry], number: int | None) -> Entry:
    """The entry of a decision that is to be proved: the one of a number, from 1; else that of its newest answer, else
    its newest. Raises NoSuchEntry."""
    if number is None:
        return next((entry for entry in reversed(history) if entry.type in ANSWERS), history[-1])
    if not 0 < number <= len(history):
        decision = history[0].stream.partition("/")[2]
        raise NoSuchEntry(count=len(history), number=number, decision=decision[:8])
    return history[number - 1]


def growth(tree: StoredTree, size: int, old: int, new: int) -> list[bytes]:
    """The proof that the first `old` of `size` entries stand unaltered among the first `new` (RFC 6962 §2.1.2).

    Raises BeyondTheEnd, WrongWayRound or TreeDamaged.
    """
    if max(old, new) > size:
        raise BeyondTheEnd(size=f"{size:,}", asked=f"{max(old, new):,}")
    if old > new:
        raise WrongWayRound(old=f"{old:,}", new=f"{new:,}")
    return consistency(old, new, tree)


def prove(ledger: Ledger, tree: StoredTree, sealed: SignedCheckpoint, position: int) -> TlogProof:
    """That the entry at a position is among those a checkpoint seals; raises NotSealedYet, TreeDamaged."""
    if position > sealed.checkpoint.size:
        raise NotSealedYet(size=f"{sealed.checkpoint.size:,}", position=f"{position:,}")
    path = tree.inclusion(position, sealed.checkpoint)
    [row] = ledger.entries_recorder.rows(position - 1, 1, position)
    return TlogProof(position - 1, tuple(path), sealed, record(*row))

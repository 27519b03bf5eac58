"""The newest published checkpoint as people read it: what it seals, when, and who vouches for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from charter.leaf import instant
from charter.ledger import Ledger
from charter.message import Refused
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.cosignature import verified_cosignatures
from charter.proof.note import BadSignature, UnsignedNote, verified
from charter.proof.policy import Policy
from charter.publishing.policy_file import policy
from charter.publishing.publish import latest_of
from charter.publishing.trust import lives
from charter.store.published import Published, PublishedCheckpoint

MOST = 50
"""Checkpoints that are listed."""


class Cosigned(NamedTuple):
    """A witness that saw a checkpoint, and when it says so."""

    witness: str
    at: datetime


class Sealed(NamedTuple):
    """A published checkpoint."""

    size: int
    made_at: datetime
    root: str
    origin: str
    keys: tuple[str, ...]
    """The ids of the ledger's keys that signed it, in hex."""
    cosigned: tuple[Cosigned, ...]
    quorum: bool | None
    """Whether as many witnesses cosigned as are asked for; None where none are."""
    stamped: bool
    note: str


class Witnesses(NamedTuple):
    """Whom the policy of this server names, and what is wrong with it."""

    rules: Policy
    wrong: str = ""


def witnesses() -> Witnesses:
    """The policy of this server; one that cannot be read names nobody, and says why."""
    try:
        return Witnesses(policy())
    except Refused as refused:
        return Witnesses(Policy(), str(refused))


def newest(ledger: Ledger) -> Sealed | None:
    """The checkpoint published last; None before the first. Raises PublishedUnreadable."""
    latest = latest_of(ledger)
    return None if latest is None else _sealed(ledger, latest.row, latest.signed, witnesses().rules)


def published(ledger: Ledger) -> tuple[list[Sealed], int]:
    """The checkpoints published last, the newest first, and how many there are in all.

    Raises ValueError for one that cannot be read.
    """
    rows = Published(ledger.engine).all()
    rules = witnesses().rules
    shown = [_sealed(ledger, row, SignedCheckpoint.parse(row.note), rules) for row in rows[: -MOST - 1 : -1]]
    return shown, len(rows)


def _sealed(ledger: Ledger, row: PublishedCheckpoint, signed: SignedCheckpoint, rules: Policy) -> Sealed:
    known = [life.key for life in lives(ledger.engine) if life.covers(row.size)]
    try:
        keys = tuple(key.key_id.hex() for key in verified(signed.note, known))
    except (UnsignedNote, BadSignature, ValueError):
        keys = ()
    try:
        times = verified_cosignatures(signed.note, [witness.key for witness in rules.witnesses])
    except (BadSignature, ValueError):
        times = {}
    cosigned = {witness.name: times[witness.key] for witness in rules.witnesses if witness.key in times}
    sealed = signed.checkpoint
    return Sealed(
        row.size,
        instant(row.made_at),
        sealed.root.hex(),
        sealed.origin,
        keys,
        tuple(Cosigned(name, datetime.fromtimestamp(at, UTC)) for name, at in cosigned.items()),
        rules.satisfied(cosigned) if rules.witnesses else None,
        row.stamp is not None,
        row.note,
    )

"""Verifies the whole ledger while the server works on, one verification at a time, and keeps what it found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import Engine

from charter.ledger import Ledger
from charter.message import Refused
from charter.proof.checkpoint import Checkpoint
from charter.proof.damage import Damage
from charter.proof.identity import origin
from charter.proof.note import VerifierKey
from charter.proof.reread import Progress
from charter.proof.stamped import verify_stamps
from charter.proof.verify import Verdict, verify
from charter.publishing import signing_key
from charter.publishing.remembered import by_name, by_place, recall
from charter.publishing.roots_file import given_roots
from charter.publishing.signatures import Judged, Known, judged
from charter.store.database import open_database
from charter.store.errors import tables_as_made
from charter.store.published import Published
from projections.published import unconfirmed
from web.work import Work

log = structlog.get_logger("charter.server")


@dataclass(frozen=True, slots=True)
class Found:
    """What a verification came to: when it ended, who asked for it, and what is wrong, if anything is."""

    at: datetime
    by: str
    size: int
    root: str
    seconds: float
    wrong: str = ""
    where: int | None = None
    doubts: str = ""
    """That nothing confirms it, where nothing does."""
    signed: int = 0
    """Up to which entry a checkpoint is signed with a key that counts."""
    checkpoints: int = 0
    stamps: int = 0
    """Time stamps that hold."""
    unchecked: int = 0
    """Time stamps that were not looked at, for want of their authority's certificates."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong


class Verifying(Work[Found]):
    """The verification of one server's ledger."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__("verification")
        self._ledger = ledger
        self._known: Checkpoint | None = None

    def start(self, by: str) -> bool:
        """Begin, unless one goes on already; whether it began. Raises NotBegun and Stopping."""
        return self.begin(by, self._ledger.now(), lambda progress: self._verified(by, progress))[1]

    def _verified(self, by: str, progress: Progress) -> Found:
        found, sealed = verified(self._ledger, by, self._known, progress)
        self._known = sealed or self._known
        return found


def verified(ledger: Ledger, by: str, before: Checkpoint | None, progress: Progress) -> tuple[Found, Checkpoint | None]:
    """Read and hash every entry again, and check every checkpoint, signature and time stamp; up to the first mistake.

    `before` is what was verified by this server before, which the ledger has to continue, as it has to continue what
    was verified or signed on this computer. Gives what was found, and the checkpoint to be known the next time: none
    where something is wrong.
    """
    engine = open_database(ledger.engine.url, read_only=True)  # of its own: its connections are closed afterwards
    try:
        with tables_as_made():
            name = origin(engine)
            here = recall(by_place(engine.url), by_name(name), tell=_unreadable)
            known = Known(here, before=[before] if before else [])
            verdict = judged(engine, name, known, lambda against: _hashed(engine, against, progress), _at_hand)
            stamps = _stamps(engine) if verdict.verdict.ok else _Stamps()
    finally:
        engine.dispose()
    found = _found(ledger, by, verdict, stamps)
    return found, Checkpoint(name, found.size, verdict.verdict.root) if found.ok and found.size else None


def _unreadable(words: str) -> None:
    log.warning("remembered.unreadable", why=words)


class _Stamps(NamedTuple):
    good: int = 0
    unchecked: int = 0
    damage: Damage | None = None


def _hashed(engine: Engine, against: Checkpoint | None, progress: Progress) -> Verdict:
    return verify(engine, against=against, progress=progress)


def _at_hand(name: str) -> tuple[VerifierKey, ...]:
    """The public halves of the keys that this server has for the ledger; none where they cannot be read."""
    try:
        held = signing_key.held(name)
    except (Refused, OSError):
        return ()
    return tuple(key.verifier for key in held.keys) if held else ()


def _stamps(engine: Engine) -> _Stamps:
    count = sum(row.stamp is not None for row in Published(engine).all())
    roots = given_roots()
    if not count or roots is None:
        return _Stamps(unchecked=count)
    good, damage = verify_stamps(engine, roots)
    return _Stamps(len(good), damage=damage)


def _found(ledger: Ledger, by: str, judged: Judged, stamps: _Stamps) -> Found:
    verdict, trust = judged.verdict, judged.weighed.trust
    damage: Damage | None = verdict.damage or stamps.damage
    return Found(
        at=ledger.now(),
        by=by,
        size=verdict.size,
        root=verdict.root.hex(),
        seconds=verdict.seconds,
        wrong=damage.sentence if damage else "",
        where=damage.position if damage else None,
        doubts="" if damage else unconfirmed(judged),
        signed=trust.sealed.checkpoint.size if trust and trust.sealed else 0,
        checkpoints=judged.published,
        stamps=stamps.good,
        unchecked=stamps.unchecked,
    )

"""Verifies the whole ledger while the server works on, one verification at a time, and keeps what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock, Thread
from typing import NamedTuple

from sqlalchemy import Engine

from charter.ledger import Ledger
from charter.message import Refused
from charter.proof.checkpoint import Checkpoint
from charter.proof.damage import Damage
from charter.proof.identity import origin
from charter.proof.note import VerifierKey
from charter.proof.stamped import verify_stamps
from charter.proof.verify import Verdict, verify
from charter.publishing import signing_key
from charter.publishing.roots_file import given_roots
from charter.publishing.signatures import Known, Weighed, judged
from charter.store.errors import StoreUnavailable
from charter.store.published import Published

Told = Callable[[int, int], None]
"""Told how many entries of how many are done."""


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


@dataclass(frozen=True, slots=True)
class Running:
    """A verification that goes on: who asked for it, and how far it is."""

    by: str
    since: datetime
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class Verifying:
    """The verification of one server's ledger: the one that runs, and the last one that ended."""

    ledger: Ledger
    running: Running | None = None
    last: Found | None = None
    failed: str = ""
    """Why the last one could not be carried out, if it could not."""
    _lock: Lock = field(default_factory=Lock)
    _known: Checkpoint | None = None
    _thread: Thread | None = None

    def start(self, by: str) -> Thread | None:
        """Begin, unless one runs already; gives the thread that does it."""
        with self._lock:
            if self.running is not None:
                return None
            self.running, self.failed = Running(by, self.ledger.now()), ""
        thread = Thread(target=self._run, args=(by,), name="verification", daemon=True)
        self._thread = thread
        thread.start()
        return thread

    def wait(self, seconds: float) -> None:
        """Wait until none runs any more, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self, by: str) -> None:
        try:
            found, sealed = verified(self.ledger, by, self._known, self._progress)
            with self._lock:
                self.last = found
                self._known = sealed or self._known
        except (Refused, StoreUnavailable, ValueError) as error:
            self.failed = str(error)
        finally:
            self.running = None

    def _progress(self, done: int, total: int) -> None:
        if self.running is not None:
            self.running = replace(self.running, done=done, total=total)


def verified(ledger: Ledger, by: str, before: Checkpoint | None, told: Told) -> tuple[Found, Checkpoint | None]:
    """Read and hash every entry again, and check every checkpoint, signature and time stamp; up to the first mistake.

    `before` is what was verified here before, which the ledger has to continue. Gives what was found, and the
    checkpoint to be known the next time: none where something is wrong.
    """
    engine = ledger.engine
    name = origin(engine)
    known = Known([before] if before else [])
    verdict, weighed, published = judged(engine, name, known, lambda against: _hashed(engine, against, told), _at_hand)
    stamps = _stamps(engine) if verdict.ok else _Stamps()
    found = _found(ledger, by, replace(verdict, damage=verdict.damage or stamps.damage), weighed, published, stamps)
    return found, Checkpoint(name, verdict.size, verdict.root) if found.ok and verdict.size else None


class _Stamps(NamedTuple):
    good: int = 0
    unchecked: int = 0
    damage: Damage | None = None


def _hashed(engine: Engine, against: Checkpoint | None, told: Told) -> Verdict:
    return verify(engine, against=against, progress=told)


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


def _found(
    ledger: Ledger,
    by: str,
    verdict: Verdict,
    weighed: Weighed,
    checkpoints: int,
    stamps: _Stamps,
) -> Found:
    damage: Damage | None = verdict.damage
    trust = weighed.trust
    return Found(
        at=ledger.now(),
        by=by,
        size=verdict.size,
        root=verdict.root.hex(),
        seconds=verdict.seconds,
        wrong=damage.sentence if damage else "",
        where=damage.position if damage else None,
        signed=trust.sealed.checkpoint.size if trust and trust.sealed else 0,
        checkpoints=checkpoints,
        stamps=stamps.good,
        unchecked=stamps.unchecked,
    )

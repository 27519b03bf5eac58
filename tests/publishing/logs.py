"""A log without a ledger: leaves in memory, a key, and what it says to a witness; and a witness with its door open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Thread
from time import time

from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import COSIGNATURE, SigningKey, VerifierKey
from charter.proof.paths import RangeRoot, consistency
from charter.proof.policy import Witness
from charter.publishing.witness.cosigner import Cosigner
from charter.publishing.witness.memory import Memory
from charter.publishing.witness.request import AddCheckpoint
from charter.publishing.witness.server import Server

NAME = "charter-ledger/9f86d081884c7d65"


@dataclass
class Log:
    """A history; `fork` has another one under the same name and key, from some entry on."""

    key: SigningKey = field(default_factory=lambda: SigningKey(NAME, bytes([1]) * 32))
    twist: int = 1 << 62
    leaves: int = 130

    def __post_init__(self) -> None:
        self.root_of = RangeRoot([sha256(b"%d %d" % (at, at >= self.twist)).digest() for at in range(self.leaves)])

    def fork(self, after: int) -> Log:
        """The same up to `after` entries, and another history from there on."""
        return Log(self.key, after, self.leaves)

    def checkpoint(self, size: int) -> SignedCheckpoint:
        """The signed checkpoint of so many entries."""
        return SignedCheckpoint.signed(Checkpoint(self.key.name, size, self.root_of(0, size)), self.key)

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """That it grew from one size to the other."""
        return tuple(consistency(old, new, self.root_of))

    def asks(self, old: int, new: int) -> bytes:
        """The request to cosign `new` entries, for a witness that has seen `old`."""
        return bytes(AddCheckpoint(old, self.proof(old, new), self.checkpoint(new)))


def witness_key(name: str = "witness.example/w1", seed: int = 7) -> SigningKey:
    """The key of a witness."""
    return SigningKey(name, bytes([seed]) * 32, COSIGNATURE)


@contextmanager
def witness(
    folder: Path,
    logs: Sequence[VerifierKey],
    name: str = "w1",
    seed: int = 7,
    clock: Callable[[], float] = time,
) -> Iterator[Witness]:
    """A witness that listens on this computer, as a policy knows it; it remembers in the folder."""
    key = witness_key(f"witness.example/{name}", seed)
    path = folder / f"{name}.db"
    memory = Memory(path, new=not path.exists())
    server = Server("127.0.0.1", 0, Cosigner(key, logs, memory, clock))
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Witness(name, key.verifier, f"http://127.0.0.1:{server.port}/")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        memory.close()

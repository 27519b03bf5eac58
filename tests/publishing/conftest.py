"""A ledger that signs: it has adopted a key, which is at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from charter.charters.commands import OpenCharter
from charter.keys.commands import AdoptKey
from charter.ledger import Ledger
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey
from charter.proof.policy import Policy
from charter.proof.verify import checkpoint
from charter.publishing.publish import Outcome, publish
from charter.publishing.signing_key import Held

NO_WITNESS = Policy()


@dataclass
class Signing:
    """A ledger, its keys, and what is remembered outside of it."""

    ledger: Ledger
    keys: list[SigningKey] = field(default_factory=list)
    remembered: list[SignedCheckpoint] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """The ledger's name."""
        return checkpoint(self.ledger.engine).origin

    @property
    def held(self) -> Held:
        """The keys at hand."""
        return Held(tuple(self.keys), None)

    def adopt(self) -> SigningKey:
        """A new key, which the ledger adopts."""
        key = SigningKey.new(self.origin)
        self.ledger.write(AdoptKey(key=str(key.verifier)), by="ann")
        self.keys.append(key)
        return key

    def grow(self, *names: str) -> None:
        """An entry for each name."""
        for name in names:
            self.ledger.write(OpenCharter(charter=name, brand="Skyline", style="Plain."), by="ann")

    def publish(
        self, policy: Policy = NO_WITNESS, *outside: Checkpoint, keep: Callable[[SignedCheckpoint], None] | None = None
    ) -> Outcome:
        """Publish a checkpoint; what is signed is remembered."""
        known = outside or [one.checkpoint for one in self.remembered]
        return publish(self.ledger, self.held, policy, known, keep or self.remembered.append)


@pytest.fixture
def signing(ledger: Ledger) -> Signing:
    """A new ledger, founded by ann, with one key."""
    made = Signing(ledger)
    made.adopt()
    return made

"""A ledger that signs: its key, and a published checkpoint of all there is, seen by two witnesses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from charter.keys.commands import AdoptKey
from charter.leaf import stamp
from charter.ledger import Ledger
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.cosignature import sign
from charter.proof.key import SigningKey
from charter.proof.policy import Policy
from charter.proof.verify import checkpoint
from charter.store.published import Published
from tests.evidence.office import BOTH, COSIGNED_AT, NORTH, SOUTH
from tests.web.conftest import ADMIN

Publish = Callable[[], SignedCheckpoint]


@pytest.fixture
def publish(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Publishes a checkpoint of the ledger as it is, with its key, and lists the witnesses in the server's policy."""
    key = SigningKey(checkpoint(ledger.engine).origin, b"ledger".ljust(32, b"!"))
    ledger.write(AdoptKey(key=str(key.verifier)), by=ADMIN)
    policy = tmp_path / "witnesses.policy"
    policy.write_text(str(Policy(witnesses=BOTH.witnesses, groups=BOTH.groups, quorum=BOTH.quorum)))
    monkeypatch.setenv("CHARTER_POLICY", str(policy))

    def publish() -> SignedCheckpoint:
        signed = SignedCheckpoint.signed(checkpoint(ledger.engine), key)
        text = signed.note.text
        note = signed.note.with_signatures(*(sign(each, text, COSIGNED_AT) for each in (NORTH, SOUTH)))
        Published(ledger.engine).add(signed.checkpoint.size, stamp(ledger.now()), str(note))
        return SignedCheckpoint(signed.checkpoint, note)

    return publish

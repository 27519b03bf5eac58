"""Publishes a checkpoint with what this computer has for it: its signing keys, its policy, and what it remembers."""

from __future__ import annotations

from charter.ledger import Ledger
from charter.proof.identity import origin
from charter.proof.policy import Policy
from charter.publishing import signing_key
from charter.publishing.policy_file import policy
from charter.publishing.publish import NothingToSeal, Outcome, publish
from charter.publishing.remembered import Tell, by_name, by_place, recall, remember
from charter.publishing.signing_key import Held


def name_of(ledger: Ledger) -> str:
    """The ledger's name, which its keys sign under; raises NothingToSeal before it has one."""
    if not ledger.entries_recorder.size():
        raise NothingToSeal
    return origin(ledger.engine)


def seal(ledger: Ledger, tell: Tell, keys: Held | None = None, rules: Policy | None = None) -> Outcome:
    """Publish a checkpoint of a ledger and remember it outside; raises what `publish` does, and NoSigningKey.

    Whatever is remembered here and cannot be read is told.
    """
    name = name_of(ledger)
    files = (by_place(ledger.engine.url), by_name(name))
    held = keys or signing_key.required(name)
    return publish(
        ledger,
        held,
        policy() if rules is None else rules,
        recall(*files, tell=tell),
        lambda signed: remember(signed, *files),
    )

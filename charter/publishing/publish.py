"""Publishes a checkpoint: signs the tree as it is, has witnesses cosign it, and keeps it.

A ledger must never sign two histories. So before anything is signed, the tree is shown to continue every checkpoint
that is known, in the ledger and outside of it; and what is signed is kept outside before anybody else sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

from charter.leaf import stamp
from charter.ledger import Ledger
from charter.message import Refused
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.cosignature import verified_cosignatures
from charter.proof.note import Note, SigningKey, VerifierKey, verified
from charter.proof.paths import BadProof, consistency
from charter.proof.policy import Policy, QuorumMissing
from charter.proof.stored import StoredTree
from charter.proof.verify import checkpoint
from charter.publishing.signing_key import Held
from charter.publishing.witness_client import Reply, ask_all
from charter.store.errors import TreeDamaged
from charter.store.published import Published, PublishedCheckpoint

Keep = Callable[[SignedCheckpoint], None]
"""Keeps a signed checkpoint outside of the ledger, safe when it returns."""


class NothingToSeal(Refused):
    """The ledger has no entries yet, so there is nothing to sign. Begin with: charter init."""


class KeyNotAdopted(Refused):
    """The key {key} in {place} does not sign for this ledger: it was retired, or never adopted.
    See: charter key show."""


class HistoryNotContinued(Refused):
    """Nothing was signed: the ledger does not continue the checkpoint of {size} entries that is known {where}, {why}.
    Find out what was altered: charter verify."""


class NothingSealed(Refused):
    """No checkpoint was published yet, and without one nothing can be proved. Publish one with: charter checkpoint."""


class PublishedUnreadable(Refused):
    """The published checkpoint of {size} entries cannot be read: {why}. Find out what was altered: charter verify."""


class NoQuorum(Refused):
    """Too few witnesses cosigned, so the checkpoint of {size} entries is not published: {replies}.
    Ask them again with: charter checkpoint."""


class Outcome(NamedTuple):
    """What was published."""

    published: PublishedCheckpoint
    signed: SignedCheckpoint
    cosigned: Mapping[str, int]
    """When each witness of the policy cosigned it, in seconds since 1970."""
    replies: Sequence[Reply]
    """What the witnesses said that were asked now."""
    new: bool
    """Whether it was published now; an older one of the same entries may have got more cosignatures."""


class Latest(NamedTuple):
    """The newest published checkpoint."""

    row: PublishedCheckpoint
    signed: SignedCheckpoint


def publish(ledger: Ledger, held: Held, policy: Policy, outside: Iterable[Checkpoint], keep: Keep) -> Outcome:
    """Sign and publish a checkpoint of the ledger as it is now.

    `outside` are the checkpoints remembered outside of the ledger. Where the newest published one seals the same
    entries, it only gets the cosignatures it lacks. Raises NothingToSeal, KeyNotAdopted, HistoryNotContinued and
    NoQuorum, PublishedUnreadable or TreeDamaged where the ledger is damaged, and what `keep` raises.
    """
    keys = signers(ledger, held)
    tree = StoredTree(ledger.entries_recorder)
    head, latest = head_of(ledger, tree), latest_of(ledger)
    if latest:
        _continues(tree, latest.signed.checkpoint, head, "in the ledger")
    for known in outside:
        _continues(tree, known, head, "outside of it")
    verifiers = {key.verifier for key in keys}
    again = (
        latest if latest and latest.signed.checkpoint == head and _good(latest.signed.note, verifiers, policy) else None
    )
    signed = again.signed if again else SignedCheckpoint.signed(head, *keys)
    keep(signed)
    replies = _ask(policy, tree, signed, latest.signed if latest else None)
    cosignatures = [reply.cosignature for reply in replies if reply.cosignature]
    signed = SignedCheckpoint(head, signed.note.with_signatures(*cosignatures))
    try:
        cosigned = policy.check(signed, verifiers)
    except QuorumMissing:
        raise NoQuorum(size=f"{head.size:,}", replies=told(replies)) from None
    row = _stored(ledger, signed, again.row if again else None)
    keep(signed)
    return Outcome(row, signed, cosigned, replies, again is None)


def signers(ledger: Ledger, held: Held) -> list[SigningKey]:
    """Those of the keys at hand that sign for the ledger today; raises KeyNotAdopted when none does."""
    in_use = {known.key for known in ledger.keys().in_use}
    keys = [key for key in held.keys if str(key.verifier) in in_use]
    if not keys:
        raise KeyNotAdopted(key=held.keys[-1].verifier.key_id.hex(), place=held.place)
    return keys


def _good(note: Note, keys: Iterable[VerifierKey], policy: Policy) -> bool:
    """Whether every one of the keys has signed the note, and no cosignature on it is a forgery."""
    wanted = set(keys)
    try:
        return set(verified(note, wanted)) == wanted and _cosigners(note, policy) is not None
    except ValueError:
        return False


def _cosigners(note: Note, policy: Policy) -> Mapping[VerifierKey, int] | None:
    """The witnesses of the policy that cosigned; None where what bears a witness's name is not the witness's."""
    try:
        return verified_cosignatures(note, [witness.key for witness in policy.witnesses])
    except ValueError:
        return None


def told(replies: Iterable[Reply]) -> str:
    """What witnesses said, as parts of a sentence."""
    return "; ".join(f"{reply.witness} {reply.words}" for reply in replies) or "there was none to ask"


def head_of(ledger: Ledger, tree: StoredTree) -> Checkpoint:
    """The checkpoint of the ledger as it is; NothingToSeal, or TreeDamaged unless the stored tree has that root."""
    try:
        head = checkpoint(ledger.engine)
    except ValueError:
        raise NothingToSeal from None
    if tree(0, head.size) != head.root:
        msg = "The stored hashes do not make the tree that the head row seals. Run 'charter verify'."
        raise TreeDamaged(msg)
    return head


def latest_of(ledger: Ledger) -> Latest | None:
    """The newest published checkpoint; None before the first. Raises PublishedUnreadable."""
    row = Published(ledger.engine).latest()
    if row is None:
        return None
    try:
        return Latest(row, SignedCheckpoint.parse(row.note))
    except ValueError as error:
        raise PublishedUnreadable(size=f"{row.size:,}", why=error) from None


def newest_of(ledger: Ledger) -> Latest:
    """The newest published checkpoint; raises NothingSealed or PublishedUnreadable."""
    latest = latest_of(ledger)
    if latest is None:
        raise NothingSealed
    return latest


def _continues(tree: StoredTree, known: Checkpoint, head: Checkpoint, where: str) -> None:
    """Raises HistoryNotContinued unless the tree grew from a known checkpoint to the head."""
    size = f"{known.size:,}"
    if known.origin != head.origin:
        raise HistoryNotContinued(size=size, where=where, why=f"and is of another ledger, {known.origin}")
    try:
        tree.consistency(known, head)
    except BadProof:
        raise HistoryNotContinued(size=size, where=where, why=f"and ends at {head.size:,}") from None
    except TreeDamaged:
        raise HistoryNotContinued(size=size, where=where, why="and holds other entries") from None


def _ask(
    policy: Policy, tree: StoredTree, signed: SignedCheckpoint, latest: SignedCheckpoint | None
) -> Sequence[Reply]:
    """Ask the witnesses that have not cosigned it yet; they know the latest one if they cosigned that."""
    done = _cosigners(signed.note, policy) or {}
    asked = [witness for witness in policy.witnesses if witness.key not in done]
    if not asked:
        return ()
    before = _cosigners(latest.note, policy) or {} if latest else {}
    size = latest.checkpoint.size if latest else 0
    one_at_a_time = Lock()  # the tree remembers what it read, and is not made for threads

    def proof(old: int) -> list[bytes]:
        with one_at_a_time:
            return consistency(old, signed.checkpoint.size, tree)

    return ask_all(asked, signed, {witness.name: size for witness in asked if witness.key in before}, proof)


def _stored(ledger: Ledger, signed: SignedCheckpoint, again: PublishedCheckpoint | None) -> PublishedCheckpoint:
    store, note = Published(ledger.engine), str(signed)
    if again is None:
        return store.add(signed.checkpoint.size, stamp(ledger.now()), note)
    if note != again.note:
        store.cosign(again.size, again.made_at, note)
    return again._replace(note=note)

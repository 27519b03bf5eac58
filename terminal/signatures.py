"""What the signatures on a ledger's checkpoints are worth: whether all fit its tree, and whose key made them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from charter.message import Refused
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.damage import Damage, Kind
from charter.proof.note import VerifierKey
from charter.proof.paths import BadProof
from charter.store.errors import NeedsUpgrade, TreeDamaged
from terminal.output import tell

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from charter.proof.stored import StoredTree
    from charter.publishing.trust import Life, Trust


class Found(NamedTuple):
    """The checkpoints of a ledger whose entries are whole."""

    published: list[SignedCheckpoint]
    misfits: list[Checkpoint]
    """Those, published or known from elsewhere, that do not fit the tree."""
    keys: list[Life]
    unreadable: str | None
    """What is wrong about a published one, or a key, that can't be read."""


def examined(engine: Engine, head: Checkpoint, outside: Iterable[Checkpoint]) -> Found:
    """Compare every checkpoint with the tree of the verified `head`."""
    from charter.proof.stored import StoredTree
    from charter.publishing.trust import lives
    from charter.store.published import Published
    from charter.store.recorder import LedgerRecorder

    try:
        tree = StoredTree(LedgerRecorder(engine))
        rows = Published(engine).all()
    except NeedsUpgrade:  # a ledger of the first version: it has published nothing, and no stored tree to ask
        return Found([], [*outside], [], None)
    published, keys, unreadable = [], [], None
    try:
        published = [SignedCheckpoint.parse(row.note) for row in rows]
        keys = lives(engine)
    except ValueError as error:
        unreadable = str(error)
    every = dict.fromkeys([*outside, *(signed.checkpoint for signed in published)])
    return Found(published, [known for known in every if not _fits(tree, known, head)], keys, unreadable)


def _fits(tree: StoredTree, known: Checkpoint, head: Checkpoint) -> bool:
    try:
        tree.consistency(known, head)
    except (BadProof, TreeDamaged):
        return False
    return known.origin == head.origin


def doubt(
    found: Found, name: str, given: SignedCheckpoint | None, keys: tuple[VerifierKey, ...]
) -> tuple[Trust | None, Damage | None]:
    """How far the ledger is signed, and the first thing that is wrong about it.

    Trust begins with the keys that were given, else with those of the user's key file, else with what the ledger says.
    """
    from charter.publishing.trust import weigh

    if found.unreadable:
        return None, Damage(
            None, Kind.CHANGED, f"A checkpoint or key of the ledger cannot be read: {found.unreadable}."
        )
    for key in keys:
        if key.name != name:
            sentence = f"The key is of another ledger ({key.name}), or the first entry of this one was replaced."
            return None, Damage(1, Kind.CHANGED, sentence)
    signed = [*found.published, *([given] if given else [])]
    trust = weigh(signed, found.keys, keys or _at_hand(name))
    known = "a key that is known here, or one that took over from it" if trust.pinned else "a key the ledger adopted"
    for wrong, why in trust.doubted:
        size = f"{wrong.checkpoint.size:,}"
        sentence = (
            f"The checkpoint of {size} entries is not signed with {known} ({why}): the history was rewritten, or it."
        )
        return trust, Damage(None, Kind.CHANGED, sentence)
    if keys and trust.sealed is None:
        sentence = (
            "Nothing in the ledger is signed with the key: either no checkpoint was ever published, or this is not the "
            "history that was signed."
        )
        return trust, Damage(None, Kind.MISSING, sentence)
    return trust, None


def _at_hand(name: str) -> tuple[VerifierKey, ...]:
    """The public halves of the user's own keys for the ledger; what keeps them from being read is only told."""
    from charter.publishing import signing_key

    try:
        held = signing_key.held(name)
    except Refused as error:
        tell(f"Your key file was not looked at: {error}")
        return ()
    return tuple(key.verifier for key in held.keys) if held else ()

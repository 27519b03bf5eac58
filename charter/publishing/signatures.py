"""The verdict on a ledger: its entries, every checkpoint of it, and what the signatures on these are worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import Engine

from charter.phrase import Phrase, plural
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.damage import Damage, Kind
from charter.proof.note import VerifierKey
from charter.proof.paths import BadProof
from charter.proof.policy import Policy
from charter.proof.stored import StoredTree
from charter.proof.verify import Verdict
from charter.publishing.trust import Life, Trust, lives, weigh
from charter.store.errors import NeedsUpgrade, TreeDamaged
from charter.store.published import Published
from charter.store.recorder import LedgerRecorder


class Found(NamedTuple):
    """The checkpoints of a ledger whose entries are whole."""

    published: list[SignedCheckpoint]
    misfits: list[Checkpoint]
    """Those, published or known from elsewhere, that do not fit the tree."""
    keys: list[Life]
    unreadable: str | None
    """What is wrong about a published one, or a key, that can't be read."""


class Weighed(NamedTuple):
    """What the signatures come to."""

    trust: Trust | None
    damage: Damage | None
    cosigned: Mapping[str, int] = MappingProxyType({})
    """The witnesses of the policy that cosigned the largest checkpoint, and when, in seconds since 1970."""


class Known(NamedTuple):
    """What is known of a ledger from elsewhere."""

    outside: Sequence[Checkpoint] = ()
    """What it has to continue; the first is compared while the entries are hashed."""
    given: SignedCheckpoint | None = None
    """One of these in the note it is signed in."""
    keys: tuple[VerifierKey, ...] = ()
    rules: Policy | None = None
    before: Sequence[Checkpoint] = ()
    """What it has to continue, too, but was only read from it a while ago: that confirms nothing."""


class Judged(NamedTuple):
    """The verdict, with what the signatures come to, and how many checkpoints are published."""

    verdict: Verdict
    weighed: Weighed
    published: int = 0
    confirmed: bool = False
    """Whether anything outside confirms it: a key or witness known from elsewhere that signed, or a checkpoint."""
    adopted: int = 0
    """How many keys it says that it signs or signed with."""


def judged(
    engine: Engine,
    name: str,
    known: Known,
    hashed: Callable[[Checkpoint | None], Verdict],
    at_hand: Callable[[str], tuple[VerifierKey, ...]],
) -> Judged:
    """The verdict on the ledger of a name: entries, checkpoints and signatures, up to the first thing that is wrong.

    `hashed` reads and hashes every entry, against a checkpoint where there is one; `at_hand` gives one's own keys. The
    connections of the engine are closed, so it should be one that nobody else uses.
    """
    first, *others = known.outside or (None,)
    verdict = hashed(first)
    if not verdict.ok:
        return Judged(verdict, Weighed(None, None))
    found = examined(engine, Checkpoint(name, verdict.size, verdict.root), [*others, *known.before])
    for misfit in found.misfits:  # once more from the start, to say what is wrong about it
        verdict = hashed(misfit)
        if not verdict.ok:
            return Judged(verdict, Weighed(None, None))
    weighed = doubt(found, name, known, at_hand)
    trust = weighed.trust
    is_vouched_for = trust is not None and trust.sealed is not None and (trust.pinned or bool(weighed.cosigned))
    return Judged(
        replace(verdict, damage=weighed.damage),
        weighed,
        len(found.published),
        is_vouched_for or bool(known.outside),
        len(found.keys),
    )


def examined(engine: Engine, head: Checkpoint, outside: Iterable[Checkpoint]) -> Found:
    """Compare every checkpoint with the tree of the verified `head`."""
    published, keys, unreadable = [], [], None
    try:
        with LedgerRecorder(engine) as recorder:
            try:
                published = [SignedCheckpoint.parse(row.note) for row in Published(engine).all()]
                keys = lives(engine)
            except ValueError as error:
                unreadable = str(error)
            tree = StoredTree(recorder)
            every = dict.fromkeys([*outside, *(signed.checkpoint for signed in published)])
            misfits = [known for known in every if not _fits(tree, known, head)]
    except NeedsUpgrade:  # a ledger of the first version: it has published nothing, and no stored tree to ask
        return Found([], [*outside], [], None)
    return Found(published, misfits, keys, unreadable)


def _fits(tree: StoredTree, known: Checkpoint, head: Checkpoint) -> bool:
    try:
        tree.consistency(known, head)
    except (BadProof, TreeDamaged):
        return False
    return known.origin == head.origin


def doubt(found: Found, name: str, known: Known, at_hand: Callable[[str], tuple[VerifierKey, ...]]) -> Weighed:
    """How far the ledger is signed, and the first thing that is wrong about it.

    Trust begins with the keys that were given (those of the policy's logs, too), else with those that are
    `at_hand` for a ledger of its name, else with what the ledger says.
    """
    if found.unreadable:
        return Weighed(
            None, _wrong(Phrase("A checkpoint or key of the ledger cannot be read: {why}.", why=found.unreadable))
        )
    keys, rules = known.keys, known.rules
    given_keys = (*keys, *(rules.log_keys if rules else ()))
    for key in given_keys:
        if key.name != name and (key in keys or all(other.name != name for other in given_keys)):
            sentence = Phrase(
                "The key is of another ledger ({name}), or the first entry of this one was replaced.", name=key.name
            )
            return Weighed(None, Damage(1, Kind.CHANGED, sentence))
    own = () if given_keys else at_hand(name)
    signed = [*found.published, *([known.given] if known.given else [])]
    trust = weigh(signed, found.keys, given_keys or own)
    since = min((life.adopted for life in found.keys if life.key in own), default=0)
    which = Phrase("a key that is known here") if trust.pinned else Phrase("a key the ledger adopted")
    for one, why in trust.doubted:
        if one.checkpoint.size >= since:  # before that, the user's own key was not there to sign
            sentence = plural(
                "The checkpoint of {number} entry is not signed with {which} ({why}): somebody rewrote the history, or "
                "signed with a key that no other vouches for.",
                "The checkpoint of {number} entries is not signed with {which} ({why}): somebody rewrote the history, "
                "or signed with a key that no other vouches for.",
                one.checkpoint.size,
                which=which,
                why=why,
            )
            return Weighed(trust, _wrong(sentence))
    if given_keys and trust.sealed is None:
        sentence = Phrase(
            "Nothing in the ledger is signed with the key: either no checkpoint was ever published, or this is not the "
            "history that was signed."
        )
        return Weighed(trust, Damage(None, Kind.MISSING, sentence))
    if own and trust.sealed is None and not known.outside:
        sentence = Phrase(
            "No checkpoint is signed with the key that is at hand here, and none is known here: either none was ever "
            "published, or they were deleted and this may not be the history that was signed."
        )
        return Weighed(trust, Damage(None, Kind.MISSING, sentence))
    return _cosigned(trust, rules) if rules else Weighed(trust, None)


def _cosigned(trust: Trust, rules: Policy) -> Weighed:
    """Whether the witnesses of a policy cosigned the largest checkpoint that counts."""
    if trust.sealed is None:
        return Weighed(trust, _none_to_cosign())
    try:
        return Weighed(trust, None, rules.check(trust.sealed, trust.by))
    except ValueError as error:
        sentence = plural(
            "The checkpoint of {number} entry is not cosigned as the policy asks: {why}.",
            "The checkpoint of {number} entries is not cosigned as the policy asks: {why}.",
            trust.sealed.checkpoint.size,
            why=error,
        )
        return Weighed(trust, _wrong(sentence))


def _none_to_cosign() -> Damage:
    return Damage(None, Kind.MISSING, Phrase("No checkpoint was published that witnesses could cosign."))


def _wrong(sentence: str) -> Damage:
    return Damage(None, Kind.CHANGED, sentence)

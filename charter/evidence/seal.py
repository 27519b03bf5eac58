"""What the evidence rests on: the last published checkpoint, who signed and cosigned it, and its time stamp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from charter.evidence.refusals import NotVouchedFor, StampNotVouchedFor
from charter.ledger import Ledger
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.note import Signature, VerifierKey, good_signatures, verified
from charter.proof.policy import Log, Policy
from charter.proof.timestamp import BadStamp, Roots, Stamp, verify_stamp
from charter.publishing.publish import newest_of
from charter.publishing.trust import Life, lives
from charter.store.published import Published


class Handover(NamedTuple):
    """How one key of the ledger followed another."""

    adopted: int
    """The position of the entry that adopted the later key."""
    signed: SignedCheckpoint
    """The first checkpoint that covers this entry and that an earlier key signed."""


class Seal(NamedTuple):
    """A checkpoint that can be believed, with all that shows it."""

    signed: SignedCheckpoint
    policy: Policy
    """The ledger's keys that signed it, its witnesses and the quorum, which is reached."""
    cosigned: dict[str, int]
    """Which of the witnesses cosigned, by the policy's names, and when (seconds since 1970)."""
    handovers: tuple[Handover, ...]
    """For somebody who knows the ledger by an earlier key."""
    stamp: bytes | None
    """An RFC 3161 token (DER) over its text."""
    stamped: Stamp | None
    """What it says, if the authority's certificates were given and vouch for it."""
    roots: Roots | None
    """These certificates."""


def newest(ledger: Ledger, witnesses: Policy, roots: Roots | None = None) -> Seal:
    """The last published checkpoint, under a policy for its witnesses.

    `roots` are the certificates of the authority that gave its time stamp. Raises NothingSealed, NotVouchedFor,
    StampNotVouchedFor, and PublishedUnreadable where it is damaged.
    """
    published, signed = newest_of(ledger)
    known = lives(ledger.engine)
    try:
        signers = verified(signed.note, [life.key for life in known if life.covers(published.size)])
        named = tuple(each._replace(url=None) for each in witnesses.witnesses)
        policy = replace(witnesses, logs=tuple(Log(key, None) for key in signers), witnesses=named)
        cosigned = policy.check(signed)
        passed_on = tuple(_handovers(known, published.size, Published(ledger.engine)))
    except ValueError as error:
        raise NotVouchedFor(why=error) from None
    try:
        stamped = verify_stamp(published.stamp, signed.note.text.encode(), roots) if published.stamp and roots else None
    except BadStamp as error:
        raise StampNotVouchedFor(why=error) from None
    return Seal(signed, policy, cosigned, passed_on, published.stamp, stamped, roots)


def _handovers(known: Sequence[Life], size: int, store: Published) -> Iterator[Handover]:
    """The handover to each key after the first, where there was a checkpoint that shows it."""
    if not any(life.adopted <= size for life in known[1:]):
        return
    published = [SignedCheckpoint.parse(row.note) for row in store.all()]
    for at, life in enumerate(known[1:], start=1):
        for signed in published:
            earlier = [other.key for other in known[:at] if other.covers(signed.checkpoint.size)]
            if life.adopted <= signed.checkpoint.size <= size and (signatures := _made_by(earlier, signed)):
                yield Handover(life.adopted, replace(signed, note=replace(signed.note, signatures=signatures)))
                break


def _made_by(keys: Sequence[VerifierKey], signed: SignedCheckpoint) -> tuple[Signature, ...]:
    """The signatures of these keys on a checkpoint."""
    return tuple(dict.fromkeys(line for _, line in good_signatures(signed.note, keys)))

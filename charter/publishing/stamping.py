"""Has the newest published checkpoint stamped with the time, and keeps the token with it.

So that a stamp also says of the entries beyond it that they came later (`charter.proof.backdated`), it is only asked
for over a checkpoint of all there is, and only kept when the authority's clock and the ledger's agree.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from charter.ledger import Ledger
from charter.message import NotFound, Refused
from charter.phrase import Phrase
from charter.proof.backdated import TOLERANCE, Recorded, Stamped, back_dated
from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.damage import Damage
from charter.proof.stamped import KeptStamp, not_continued, recorded_in, verify_kept
from charter.proof.stored import StoredTree
from charter.proof.timestamp import Roots
from charter.publishing.authority import ask
from charter.store.published import Published, PublishedCheckpoint


class NothingToStamp(NotFound):
    """There is no published checkpoint yet that could be stamped. Make one: charter checkpoint"""


class CheckpointOutgrown(Refused):
    """The newest checkpoint seals {size} entries, and more were recorded since. Seal them first: charter checkpoint"""


class CheckpointDamaged(Refused):
    """The newest checkpoint was not stamped. {sentence} Find out what was altered: charter verify"""


class StampedOtherwise(Refused):
    """The newest checkpoint has a time stamp, which can't be replaced. {sentence}
    Give the root of the authority that it is from with --chain, or make another checkpoint: charter checkpoint"""


class ClocksDisagree(Refused):
    """The authority says it is {theirs}, and here it is {ours}. Nothing was kept; set this computer's clock first."""


class RecordedAhead(Refused):
    """The newest entry says that it was recorded at {recorded}, and it is only {now}. A time stamp would contradict
    it, so none was kept. See that the clock of every computer that writes here is right."""


class Outcome(NamedTuple):
    """What is kept with the checkpoint now."""

    row: PublishedCheckpoint
    kept: KeptStamp
    new: bool
    """Whether it was asked for now; otherwise the checkpoint had it already."""


def stamp_newest(ledger: Ledger, url: str, roots: Roots) -> Outcome:
    """Ask the authority at an address for a stamp over the newest published checkpoint, verify it and keep it.

    A checkpoint that is stamped already keeps its stamp. Raises NothingToStamp, CheckpointOutgrown, CheckpointDamaged,
    StampedOtherwise, ClocksDisagree, RecordedAhead, what `ask` raises, and TreeDamaged where stored hashes are.
    """
    store = Published(ledger.engine)
    row = store.latest()
    if row is None:
        raise NothingToStamp
    if row.stamp is None:
        token, kept = _asked(ledger, row, url, roots)
        try:
            store.stamp(row.size, row.made_at, token)
            return Outcome(row._replace(stamp=token), kept, new=True)
        except IntegrityError:  # somebody else was faster
            row = store.get(row.size, row.made_at) or row
    found = verify_kept(row, row.stamp or b"", roots)
    if isinstance(found, Damage):
        raise StampedOtherwise(sentence=found.sentence)
    return Outcome(row, found, new=False)


def _asked(ledger: Ledger, row: PublishedCheckpoint, url: str, roots: Roots) -> tuple[bytes, KeptStamp]:
    """A stamp that may be kept with a published checkpoint."""
    recorder = ledger.entries_recorder
    recorded_at = recorded_in(recorder)
    try:
        signed = SignedCheckpoint.parse(row.note)
    except ValueError as error:
        raise CheckpointDamaged(sentence=Phrase("It can't be read: {why}.", why=error)) from None
    damage = not_continued(signed.checkpoint, Phrase("the newest checkpoint"), recorder, StoredTree(recorder))
    if damage:
        raise CheckpointDamaged(sentence=damage.sentence)
    _fits(Stamped(signed.checkpoint.size, ledger.now(), timedelta()), recorded_at)
    token, stamp = ask(url, signed.note.text.encode(), roots)
    kept = KeptStamp(signed.checkpoint, stamp)
    ours = ledger.now()
    if abs(ours - stamp.time) > stamp.accuracy + TOLERANCE:
        raise ClocksDisagree(theirs=stamp.time, ours=ours)
    _fits(kept.stamped, recorded_at)
    return token, kept


def _fits(stamped: Stamped, recorded_at: Recorded) -> None:
    """Raises CheckpointOutgrown or RecordedAhead where `charter verify` would find a contradiction."""
    damage = back_dated([stamped], recorded_at)
    if damage and damage.position == stamped.size + 1:
        raise CheckpointOutgrown(size=f"{stamped.size:,}")
    if damage:
        raise RecordedAhead(recorded=recorded_at(stamped.size), now=stamped.time)

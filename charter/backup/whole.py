"""Whether a copied ledger is whole: every entry hashed again, and every published checkpoint held against its tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Engine

from charter.backup.refusals import NotWhole
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.paths import BadProof
from charter.proof.stored import StoredTree
from charter.proof.verify import checkpoint, verify
from charter.store.errors import NeedsUpgrade, TreeDamaged
from charter.store.published import Published
from charter.store.recorder import LedgerRecorder

Progress = Callable[[int, int], None]
EMPTY = "charter-ledger/empty"
"""The name of a ledger without entries, which has none yet."""


def whole(
    engine: Engine, outside: Iterable[Checkpoint] = (), *, workers: int = 1, progress: Progress | None = None
) -> Checkpoint:
    """The checkpoint of a ledger that is whole and continues what is known of it from outside.

    Raises NotWhole, which says at which entry what is wrong.
    """
    verdict = verify(engine, workers=workers, progress=progress)
    if verdict.damage is not None:
        where = f" at position {verdict.damage.position:,}" if verdict.damage.position is not None else ""
        msg = f"The copy is not whole: {verdict.damage.kind}{where}. {verdict.damage.sentence} See: charter verify"
        raise NotWhole(msg)
    if not verdict.size:
        return Checkpoint(EMPTY, 0, verdict.root)
    head = checkpoint(engine)
    for known in [*outside, *_published(engine)]:
        require_continued(engine, known, head)
    return head


def _published(engine: Engine) -> list[Checkpoint]:
    """The checkpoints that were published of a ledger; none of one of the first version, which could not."""
    try:
        with LedgerRecorder(engine):
            return [SignedCheckpoint.parse(row.note).checkpoint for row in Published(engine).all()]
    except NeedsUpgrade:
        return []
    except ValueError as error:
        msg = f"The copy is not whole: a published checkpoint cannot be read ({error}). See: charter verify"
        raise NotWhole(msg) from None


def require_continued(engine: Engine, known: Checkpoint, head: Checkpoint) -> None:
    """Raises NotWhole unless the tree of a verified ledger grew from a known checkpoint to its head."""
    try:
        if known.origin == head.origin:
            with LedgerRecorder(engine) as recorder:
                StoredTree(recorder).consistency(known, head)
            return
    except NeedsUpgrade:
        return
    except (BadProof, TreeDamaged):
        pass
    msg = (
        f"The copy is not whole: it does not continue the {known.size:,} entries that were verified or signed before. "
        "See what is missing or altered: charter verify"
    )
    raise NotWhole(msg)

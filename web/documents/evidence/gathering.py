"""Gathers decisions into a pack of evidence: their entries with what proves them, and the pages people read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

from charter.evidence.pack import Pack
from charter.evidence.unopened import Unopened
from projections.decision_trail import trail
from projections.engine import Views
from web.documents.evidence.casebook import Casebook, Contents

Step = Callable[[int, int | None], None]
"""Told how many of how many decisions are in the pack."""


def gather(
    views: Views, file: BinaryIO, decisions: Sequence[str], contents: Contents, step: Step | None = None
) -> Pack:
    """Put decisions, by their full ids, into a pack in a file; raises what `Pack.add` does."""
    ledger = views.ledger
    vault = ledger.vault if contents.opened else Unopened(ledger.vault)
    with Pack(file, ledger, contents.seal, opened=contents.opened) as pack, Casebook() as book:
        for number, decision in enumerate(decisions, start=1):
            pack.add(decision)
            for name, page in book.add(trail(views, decision, vault=vault)):
                pack.page(name, page)
            if step:
                step(number, len(decisions))
        for name, parts in book.finish(contents):
            pack.page(name, parts)
        pack.finish()
        return pack

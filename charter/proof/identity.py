"""Which ledger this is, wherever it is kept: its first entry never changes, so its hash names the ledger."""

from __future__ import annotations

from sqlalchemy import Engine, inspect, select

from charter.proof.checkpoint import origin as named
from charter.store.database import shown
from charter.store.errors import NoLedger
from charter.store.tables import entries


def origin(engine: Engine) -> str:
    """A name for the ledger that stays the same when it is moved or restored; it is a URI reference.

    Raises NoLedger.
    """
    with engine.connect() as connection:
        if not inspect(connection).has_table(entries.name):
            raise NoLedger(shown(engine))
        leaf = connection.execute(select(entries.c.leaf).where(entries.c.position == 1)).scalar_one_or_none()
    return named(bytes(leaf)) if leaf else "charter-ledger/empty"

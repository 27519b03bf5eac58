"""The checkpoints that were published, with their cosignatures and time stamps: added to, never taken back."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Engine, Select, Update, insert, select, update

from charter.store.database import writing
from charter.store.errors import library_errors
from charter.store.tables import checkpoints


class PublishedCheckpoint(NamedTuple):
    """One of them."""

    size: int
    """How many entries it seals."""
    made_at: str
    """When it was made, as in the leaf record."""
    note: str
    """The signed note exactly as it was published, cosignatures included."""
    stamp: bytes | None
    """An RFC 3161 token (DER) over the note's text, if an authority gave one."""


class Published:
    """The published checkpoints of one ledger. Safe to use from many threads and processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def latest(self) -> PublishedCheckpoint | None:
        """The one made last; None before the first."""
        found = self._read(_rows.order_by(_c.made_at.desc(), _c.size.desc()).limit(1))
        return found[0] if found else None

    def all(self) -> list[PublishedCheckpoint]:
        """All, in the order in which they were made."""
        return self._read(_rows.order_by(_c.made_at, _c.size))

    def get(self, size: int, made_at: str) -> PublishedCheckpoint | None:
        """One of them, as it is now."""
        found = self._read(_rows.where(_c.size == size, _c.made_at == made_at))
        return found[0] if found else None

    def add(self, size: int, made_at: str, note: str) -> PublishedCheckpoint:
        """Keep a new one; the library's IntegrityError if there is one of that size and moment."""
        with library_errors(), writing(self._engine) as connection:
            connection.execute(insert(checkpoints).values(size=size, made_at=made_at, note=note))
        return PublishedCheckpoint(size, made_at, note, None)

    def cosign(self, size: int, made_at: str, note: str) -> None:
        """Keep a note with more signatures in place of the one there was; its text must stay the same.

        KeyError if there is no such checkpoint, the library's IntegrityError for another text.
        """
        self._change(_one(size, made_at).values(note=note), size, made_at)

    def stamp(self, size: int, made_at: str, token: bytes) -> None:
        """Keep the time stamp of one; KeyError if there is none such, IntegrityError if it has another stamp."""
        self._change(_one(size, made_at).values(stamp=token), size, made_at)

    def _change(self, change: Update, size: int, made_at: str) -> None:
        with library_errors(), writing(self._engine) as connection:
            if connection.execute(change).rowcount != 1:
                raise KeyError((size, made_at))

    def _read(self, question: Select[tuple[int, str, str, bytes | None]]) -> list[PublishedCheckpoint]:
        with library_errors(), self._engine.connect() as connection:
            return [PublishedCheckpoint._make(row) for row in connection.execute(question)]


_c = checkpoints.c
_rows: Select[tuple[int, str, str, bytes | None]] = select(_c.size, _c.made_at, _c.note, _c.stamp)


def _one(size: int, made_at: str) -> Update:
    return update(checkpoints).where(_c.size == size, _c.made_at == made_at)

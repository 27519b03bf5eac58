"""What waits, for an hour, for somebody whose browser is given 256 random bits in a cookie.

Here is only their SHA-256, and what waits is sealed with AES-256-GCM (NIST SP 800-38D) under a key that is made from
those bits: nobody can read it in the database or in a copy of it. It belongs to one person and is shown to nobody else.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from os import urandom
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from web.access.database import AccountsDatabase, upsert
from web.access.secret import digest

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
"""How long what was shown stays: for a page that is loaded again, or a form that is sent again."""
NONCE = 12


class KeptPage(NamedTuple):
    """What waits for somebody: the path, and query, of the page it belongs to, and its fields in their order."""

    address: str
    fields: tuple[tuple[str, str], ...]


class Waiting(NamedTuple):
    """That something waits: the id it is spoken of by, which opens nothing, and for whom."""

    id: str
    person: str
    shown: bool


def spoken_of(secret: str) -> str:
    """The id of what a cookie opens: 16 hex digits."""
    return digest(secret).hex()[:16]


class Keeping:
    """What waits for people in one table."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime], table: Table) -> None:
        self._database = database
        self._clock = clock
        self._table = table

    def waiting(self, secrets: Iterable[str]) -> list[Waiting]:
        """What waits of some cookies."""
        ids, now = {digest(secret): spoken_of(secret) for secret in secrets}, self._clock()
        its = self._table.c
        good = its.digest.in_(ids) & (its.expires_at > now)
        with self._database.reading() as connection:
            rows = connection.execute(select(self._table).where(good).order_by(its.expires_at)).all()
        return [Waiting(ids[bytes(row.digest)], row.person, row.expires_at <= now + MINUTE) for row in rows]

    def forget(self, secret: str) -> None:
        """Let what a cookie opens go."""
        with self._database.writing() as connection:
            connection.execute(delete(self._table).where(self._table.c.digest == digest(secret)))

    def forget_all_in(self, connection: Connection, person: str) -> None:
        """Let all that waits for a person go, inside a transaction."""
        connection.execute(delete(self._table).where(self._table.c.person == person))

    def _keep_in(self, connection: Connection, secret: str, person: str, kept: KeptPage) -> bool:
        """Keep something for a person; whether nothing waits under the secret yet: of two at once, one is kept."""
        now = self._clock()
        text, nonce = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass"), urandom(NONCE)
        sealed = nonce + AESGCM(_key(secret)).encrypt(nonce, text, person.encode())
        row = {"digest": digest(secret), "person": person, "sealed": sealed, "expires_at": now + HOUR}
        connection.execute(delete(self._table).where(self._table.c.expires_at <= now))
        new = upsert(connection, self._table).values(row).on_conflict_do_nothing()
        return connection.execute(new.returning(self._table.c.digest)).first() is not None

    def _opened(self, secret: str, person: str) -> KeptPage | None:
        """What waits for a person under a secret; None for anybody else."""
        good = (self._table.c.digest == digest(secret)) & (self._table.c.expires_at > self._clock())
        with self._database.reading() as connection:
            sealed = connection.execute(select(self._table.c.sealed).where(good)).scalar_one_or_none()
        if sealed is None:
            return None
        try:
            text = AESGCM(_key(secret)).decrypt(sealed[:NONCE], sealed[NONCE:], person.encode())
        except InvalidTag:
            return None
        address, fields = json.loads(text.decode("utf-8", "surrogatepass"))
        return KeptPage(address, tuple((name, value) for name, value in fields))

    def _note_shown(self, secret: str) -> bool:
        """Let it stay for a minute more; whether it was to stay longer, which of two at once only one is told."""
        return self._stays(secret, MINUTE, self._table.c.expires_at > self._clock() + MINUTE)

    def _stays(self, secret: str, time: timedelta, where: ColumnElement[bool]) -> bool:
        """Let it stay for a time from now on, where that holds; whether it does."""
        changed = update(self._table).where((self._table.c.digest == digest(secret)) & where)
        with self._database.writing() as connection:
            return connection.execute(changed.values(expires_at=self._clock() + time)).rowcount > 0


def _key(secret: str) -> bytes:
    """The key of what waits: HMAC-SHA-256 (RFC 2104) keyed with the browser's secret, 32 bytes."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), b"charter/kept/v1", "sha256")

"""Forms that were sent when their session had ended, kept for an hour until whoever typed them has signed in again.

The browser that sent one is given 256 random bits in a cookie. Here is only their SHA-256, and what was typed is sealed
with AES-256-GCM (NIST SP 800-38D) under a key that is made from those bits: nobody can read it in the database or in a
copy of it. It belongs to the person whose form it was, as the form's own mark says, and is shown to nobody else.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from os import urandom
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, delete, insert, select, update

from web.access.database import AccountsDatabase
from web.access.secret import digest, equal, new_secret
from web.access.tables import KEPT

HOUR = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""How long a form that was shown stays, for a page that is loaded again."""
MOST = 5
"""Forms that are kept for one person at a time."""
NONCE = 12


class KeptForm(NamedTuple):
    """A form as it was sent: the path and query it went to, and its fields in their order."""

    address: str
    fields: tuple[tuple[str, str], ...]


class KeptForms:
    """The forms that wait for whoever typed them."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime], secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret

    def mark(self, person: str) -> str:
        """What the forms of a person carry, so that it is known whose they are when there is no session any more."""
        made = hmac.digest(self._secret, f"whose\0{person}".encode(), "sha256")
        return f"{person}.{urlsafe_b64encode(made).rstrip(b'=').decode()}"

    def whose(self, mark: str) -> str | None:
        """The person of a mark, if it is one of ours."""
        person = mark.rpartition(".")[0]
        return person if person.isascii() and person and equal(mark, self.mark(person)) else None

    def keep(self, person: str, form: KeptForm) -> str:
        """Keep a form for a person; gives the secret for the browser's cookie."""
        secret, now = new_secret(), self._clock()
        text, nonce = json.dumps(form, ensure_ascii=False).encode("utf-8", "surrogatepass"), urandom(NONCE)
        sealed = nonce + AESGCM(_key(secret)).encrypt(nonce, text, person.encode())
        row = {"digest": digest(secret), "person": person, "sealed": sealed, "expires_at": now + HOUR}
        newest = select(KEPT.c.digest).where(KEPT.c.person == person).order_by(KEPT.c.expires_at.desc()).limit(MOST - 1)
        with self._database.writing() as connection:
            older = (KEPT.c.person == person) & KEPT.c.digest.not_in(newest)
            connection.execute(delete(KEPT).where((KEPT.c.expires_at <= now) | older))
            connection.execute(insert(KEPT).values(row))
        return secret

    def person(self, secret: str) -> str | None:
        """Whom the form of a cookie waits for; None where none does."""
        row = self._find(secret)
        return row.person if row else None

    def show(self, secret: str, person: str) -> KeptForm | None:
        """The form of a cookie for the person it belongs to, from now on for a minute more; None for anybody else."""
        row = self._find(secret)
        if row is None:
            return None
        try:
            text = AESGCM(_key(secret)).decrypt(row.sealed[:NONCE], row.sealed[NONCE:], person.encode())
        except InvalidTag:
            return None
        until = min(row.expires_at, self._clock() + AGAIN)
        with self._database.writing() as connection:
            connection.execute(update(KEPT).where(KEPT.c.digest == digest(secret)).values(expires_at=until))
        address, fields = json.loads(text.decode("utf-8", "surrogatepass"))
        return KeptForm(address, tuple((name, value) for name, value in fields))

    def forget(self, secret: str) -> None:
        """Let the form of a cookie go."""
        with self._database.writing() as connection:
            connection.execute(delete(KEPT).where(KEPT.c.digest == digest(secret)))

    @staticmethod
    def forget_all_in(connection: Connection, person: str) -> None:
        """Let all forms of a person go, inside a transaction."""
        connection.execute(delete(KEPT).where(KEPT.c.person == person))

    def _find(self, secret: str) -> Row[tuple[bytes, str, bytes, datetime]] | None:
        good = (KEPT.c.digest == digest(secret)) & (KEPT.c.expires_at > self._clock())
        with self._database.reading() as connection:
            return connection.execute(select(KEPT).where(good)).one_or_none()


def _key(secret: str) -> bytes:
    """The key of a form: HMAC-SHA-256 (RFC 2104) keyed with the browser's secret, 32 bytes."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), b"charter/kept/v1", "sha256")

"""Forms that were sent when their session had ended, kept for an hour until whoever typed them has signed in again.

The browser that sent one is given 256 random bits in a cookie. Here is only their SHA-256, and what was typed is sealed
with AES-256-GCM (NIST SP 800-38D) under a key that is made from those bits: nobody can read it in the database or in a
copy of it. It belongs to the person whose form it was, as the form's own mark says, and is shown to nobody else.

What a form has made and is shown only once, such as a token, waits in the same way for the page that shows it, in a
table of its own: neither takes the other's place.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from os import urandom
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Delete, Row, Table, delete, func, insert, select, update

from charter.message import Refused
from web.access.database import AccountsDatabase
from web.access.secret import digest, equal, new_secret
from web.access.tables import KEPT

HOUR = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""How long a form that was shown stays, for a page that is loaded again."""
MOST = 5
"""Forms that are kept for one person in one browser at a time."""
MOST_IN_ALL = 20
"""And in all browsers, of those that are sent without anybody signed in."""
NONCE = 12


class TooManyForms(Refused):
    """You were signed out, and {most} forms of yours wait already: this one was not kept. Sign in in another tab, then
    load this page again, and let the browser send it once more."""


class Kept(NamedTuple):
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

    def keep(self, person: str, kept: Kept) -> str:
        """Keep something for a person; gives the secret for the browser's cookie."""
        with self._database.writing() as connection:
            return self._keep_in(connection, person, kept)

    def _keep_in(self, connection: Connection, person: str, kept: Kept) -> str:
        secret, now = new_secret(), self._clock()
        text, nonce = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass"), urandom(NONCE)
        sealed = nonce + AESGCM(_key(secret)).encrypt(nonce, text, person.encode())
        row = {"digest": digest(secret), "person": person, "sealed": sealed, "expires_at": now + HOUR}
        connection.execute(delete(self._table).where(self._table.c.expires_at <= now))
        connection.execute(insert(self._table).values(row))
        return secret

    def waiting(self, secrets: Iterable[str]) -> list[Waiting]:
        """What waits of some cookies: what was not shown yet first, and of that the oldest."""
        ids, now = {digest(secret): spoken_of(secret) for secret in secrets}, self._clock()
        its = self._table.c
        good = its.digest.in_(ids) & (its.expires_at > now)
        with self._database.reading() as connection:
            rows = connection.execute(select(self._table).where(good).order_by(its.expires_at)).all()
        found = [Waiting(ids[bytes(row.digest)], row.person, row.expires_at <= now + AGAIN) for row in rows]
        return sorted(found, key=lambda each: each.shown)

    def take(self, secret: str, person: str, address: str) -> Kept | None:
        """What a cookie opens for its person at this address, and never again; of two at once, one is given it."""
        row = self._find(secret)
        kept = _opened(row, secret, person) if row else None
        if kept is None or kept.address != address:
            return None
        with self._database.writing() as connection:
            taken = connection.execute(self._delete(secret)).rowcount
        return kept if taken else None

    def forget(self, secret: str) -> None:
        """Let what a cookie opens go."""
        with self._database.writing() as connection:
            connection.execute(self._delete(secret))

    def forget_all_in(self, connection: Connection, person: str) -> None:
        """Let all that waits for a person go, inside a transaction."""
        connection.execute(delete(self._table).where(self._table.c.person == person))

    def _delete(self, secret: str) -> Delete:
        return delete(self._table).where(self._table.c.digest == digest(secret))

    def _find(self, secret: str) -> Row[tuple[bytes, str, bytes, datetime]] | None:
        good = (self._table.c.digest == digest(secret)) & (self._table.c.expires_at > self._clock())
        with self._database.reading() as connection:
            return connection.execute(select(self._table).where(good)).one_or_none()


class KeptForms(Keeping):
    """The forms that wait for whoever typed them."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime], secret: bytes) -> None:
        super().__init__(database, clock, KEPT)
        self._secret = secret

    def keep(self, person: str, kept: Kept, held: Iterable[str] = (), *, signed_in: bool = False) -> str:
        """Keep a form, given the secrets that its browser holds: only of these, the oldest makes room for it.

        A mark proves a page, not who sends it: what another browser sends takes nothing away here, and without anybody
        signed in it raises TooManyForms when that many wait.
        """
        its = KEPT.c
        theirs = (its.person == person) & (its.expires_at > self._clock())
        here = theirs & its.digest.in_([digest(secret) for secret in held])
        newest = select(its.digest).where(here).order_by(its.expires_at.desc()).limit(MOST - 1)
        with self._database.writing() as connection:
            connection.execute(delete(KEPT).where(here & its.digest.not_in(newest)))
            there = connection.execute(select(func.count()).select_from(KEPT).where(theirs)).scalar_one()
            if there >= MOST_IN_ALL and not signed_in:
                raise TooManyForms(most=MOST_IN_ALL)
            return self._keep_in(connection, person, kept)

    def mark(self, person: str) -> str:
        """What the forms of a person carry, so that it is known whose they are when there is no session any more."""
        made = hmac.digest(self._secret, f"whose\0{person}".encode(), "sha256")
        return f"{person}.{urlsafe_b64encode(made).rstrip(b'=').decode()}"

    def whose(self, mark: str) -> str | None:
        """The person of a mark, if it is one of ours."""
        person = mark.rpartition(".")[0]
        return person if person.isascii() and person and equal(mark, self.mark(person)) else None

    def show(self, secret: str, person: str) -> Kept | None:
        """The form of a cookie for the person it belongs to, from now on for a minute more; None for anybody else."""
        row = self._find(secret)
        form = _opened(row, secret, person) if row else None
        if row is None or form is None:
            return None
        until = min(row.expires_at, self._clock() + AGAIN)
        with self._database.writing() as connection:
            connection.execute(update(KEPT).where(KEPT.c.digest == digest(secret)).values(expires_at=until))
        return form


def _opened(row: Row[tuple[bytes, str, bytes, datetime]], secret: str, person: str) -> Kept | None:
    """What was sealed for a person under a secret; None for anybody else."""
    try:
        text = AESGCM(_key(secret)).decrypt(row.sealed[:NONCE], row.sealed[NONCE:], person.encode())
    except InvalidTag:
        return None
    address, fields = json.loads(text.decode("utf-8", "surrogatepass"))
    return Kept(address, tuple((name, value) for name, value in fields))


def _key(secret: str) -> bytes:
    """The key of a form: HMAC-SHA-256 (RFC 2104) keyed with the browser's secret, 32 bytes."""
    return hmac.digest(secret.encode("utf-8", "surrogatepass"), b"charter/kept/v1", "sha256")

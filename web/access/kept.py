"""Forms that were sent when their session had ended, kept for an hour until whoever typed them has signed in again.

The browser that sent one is given 256 random bits in a cookie. Here is only their SHA-256, and what was typed is sealed
with AES-256-GCM (NIST SP 800-38D) under a key that is made from those bits: nobody can read it in the database or in a
copy of it. It belongs to the person whose form it was, as the form's own mark says, and is shown to nobody else.

What a form has made and is shown only once, such as a token, waits in the same way for the page that shows it, in a
table of its own: neither takes the other's place. There the form itself brings the 256 bits, so that it makes one thing
however often it is sent.
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
from sqlalchemy import ColumnElement, Connection, Delete, Row, Table, delete, func, select, update

from charter.message import Refused
from web.access.database import AccountsDatabase, upsert
from web.access.secret import csrf_token, digest, equal, new_secret
from web.access.tables import KEPT, MADE

HOUR = timedelta(hours=1)
AGAIN = timedelta(minutes=1)
"""How long what was shown stays: for a page that is loaded again, or a form that is sent again."""
MOST = 5
"""Forms that are kept for one person in one browser at a time."""
MOST_IN_ALL = 20
"""And in all browsers, of those that are sent without anybody signed in."""
MOST_OF_OWN = 2 * MOST_IN_ALL
"""And from a browser that holds the cookie of the session its page was made in: who has the page alone fills half."""
NONCE = 12


class TooManyForms(Refused):
    """You were signed out, and {most} forms of yours wait already: this one was not kept. Sign in in another tab, then
    load this page again, and let the browser send it once more."""


class MadeAlready(Exception):
    """What a form makes was made when it was sent before."""


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

    def _keep_in(self, connection: Connection, secret: str, person: str, kept: Kept) -> bool:
        """Keep something for a person; whether nothing waits under the secret yet: of two at once, one is kept."""
        now = self._clock()
        text, nonce = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogatepass"), urandom(NONCE)
        sealed = nonce + AESGCM(_key(secret)).encrypt(nonce, text, person.encode())
        row = {"digest": digest(secret), "person": person, "sealed": sealed, "expires_at": now + HOUR}
        connection.execute(delete(self._table).where(self._table.c.expires_at <= now))
        new = upsert(connection, self._table).values(row).on_conflict_do_nothing()
        return connection.execute(new.returning(self._table.c.digest)).first() is not None

    def waiting(self, secrets: Iterable[str]) -> list[Waiting]:
        """What waits of some cookies: what was not shown yet first, and of that the oldest."""
        ids, now = {digest(secret): spoken_of(secret) for secret in secrets}, self._clock()
        its = self._table.c
        good = its.digest.in_(ids) & (its.expires_at > now)
        with self._database.reading() as connection:
            rows = connection.execute(select(self._table).where(good).order_by(its.expires_at)).all()
        found = [Waiting(ids[bytes(row.digest)], row.person, row.expires_at <= now + AGAIN) for row in rows]
        return sorted(found, key=lambda each: each.shown)

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

    def keep(self, person: str, kept: Kept, held: Iterable[str] = (), most: int | None = MOST_IN_ALL) -> str:
        """Keep a form, given the secrets that its browser holds: only of these, the oldest makes room for it.

        A mark proves a page, not who sends it: what another browser sends takes nothing away here, and raises
        TooManyForms where at `most` wait.
        """
        its = KEPT.c
        theirs = (its.person == person) & (its.expires_at > self._clock())
        here = theirs & its.digest.in_([digest(secret) for secret in held])
        newest = select(its.digest).where(here).order_by(its.expires_at.desc()).limit(MOST - 1)
        with self._database.writing() as connection:
            connection.execute(delete(KEPT).where(here & its.digest.not_in(newest)))
            there = connection.execute(select(func.count()).select_from(KEPT).where(theirs)).scalar_one()
            if most is not None and there >= most:
                raise TooManyForms(most=most)
            secret = new_secret()
            self._keep_in(connection, secret, person, kept)
            return secret

    def mark(self, person: str, csrf: str) -> str:
        """What the forms of a person carry, so that it is known whose they are when there is no session any more, and
        that a browser is the one it was in, given what its forms carried."""
        return f"{person}.{self._proof('whose', person)}:{self._proof('where', person, csrf)}"

    def whose(self, mark: str) -> str | None:
        """The person of a mark, if it is one of ours."""
        person, _, proof = mark.partition(":")[0].rpartition(".")
        return person if person.isascii() and person and equal(proof, self._proof("whose", person)) else None

    def is_own(self, mark: str, cookie: str) -> bool:
        """Whether a cookie is that of the session, ended or not, in which the page with a mark was made."""
        person = self.whose(mark)
        return person is not None and equal(mark, self.mark(person, csrf_token(cookie)))

    def _proof(self, *parts: str) -> str:
        made = hmac.digest(self._secret, "\0".join(parts).encode("utf-8", "surrogatepass"), "sha256")
        return urlsafe_b64encode(made).rstrip(b"=").decode()

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


class KeptMade(Keeping):
    """What forms have made, until the page that shows it was asked for."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime]) -> None:
        super().__init__(database, clock, MADE)

    def keep_in(self, connection: Connection, secret: str, person: str, kept: Kept) -> None:
        """Keep what a form makes, in the transaction in which it is made, under the secret that the form brought.

        Raises MadeAlready where it was sent before, and what it made waits or was shown within a minute: then nothing
        more may be made in the transaction.
        """
        if not self._keep_in(connection, secret, person, kept):
            raise MadeAlready

    def waiting(self, secrets: Iterable[str]) -> list[Waiting]:
        """What waits of some cookies and was not shown."""
        return [each for each in super().waiting(secrets) if not each.shown]

    def take(self, secret: str, person: str, address: str) -> Kept | None:
        """What a cookie opens for its person at this address, and not again; of two at once, one is given it."""
        row = self._find(secret)
        kept = _opened(row, secret, person) if row else None
        if kept is None or kept.address != address:
            return None
        taken = self._until(secret, AGAIN, MADE.c.expires_at > self._clock() + AGAIN)
        return kept if taken else None

    def show_again(self, secret: str, person: str) -> None:
        """Let it be taken once more, where its form was sent again while the page that shows it was on its way."""
        self._until(secret, HOUR, MADE.c.person == person)

    def _until(self, secret: str, time: timedelta, where: ColumnElement[bool]) -> bool:
        """Let it stay for a time from now on, where that holds; whether it does."""
        changed = update(MADE).where((MADE.c.digest == digest(secret)) & where)
        with self._database.writing() as connection:
            return connection.execute(changed.values(expires_at=self._clock() + time)).rowcount > 0


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

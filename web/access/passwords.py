"""Passwords: kept as argon2id hashes only, and refused when anybody could guess them.

A password has 12 to 1,000 characters of any kind and is taken exactly as it is typed. There are no rules about what it
must be made of (OWASP ASVS 5, 6.2). The hash is argon2id with the second recommendation of RFC 9106: 64 MiB, 3 passes,
4 lanes, a salt of 16 bytes; when these numbers change, it is made anew at the next sign-in.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from functools import cached_property
from secrets import token_urlsafe
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import Connection, delete, exists, select

from charter.message import Refused
from web.access.database import AccountsDatabase, upsert
from web.access.guessable import is_guessable
from web.access.tables import PASSWORDS

SHORTEST, LONGEST = 12, 1_000
AT_ONCE = 4
"""Hashes that are made at one time: each takes 64 MiB."""


class PasswordTooShort(Refused):
    """The password has fewer than {shortest} characters. Use a longer one; a few words in a row are easy to keep."""


class PasswordTooLong(Refused):
    """The password has more than {longest} characters. Use a shorter one."""


class PasswordGuessable(Refused):
    """The password is one that others try first: common words, rows of keys, your own name or your company's. Use
    another one; four words that have nothing to do with each other are good."""


def require_good(password: str, about: Iterable[str] = (), refused: Container[str] = ()) -> None:
    """Raise PasswordTooShort, PasswordTooLong or PasswordGuessable; `about` are the person's names and the brands.

    `refused` are others that nobody may have, in lower case.
    """
    if len(password) < SHORTEST:
        raise PasswordTooShort(shortest=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(longest=f"{LONGEST:,}")
    if password.casefold() in refused or is_guessable(password, about):
        raise PasswordGuessable


class Passwords:
    """The passwords of those who have one."""

    def __init__(
        self, database: AccountsDatabase, clock: Callable[[], datetime], hasher: PasswordHasher | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._room = BoundedSemaphore(AT_ONCE)

    def hashed(self, password: str) -> str:
        """The hash that is stored for a password, with its parameters and a new salt; takes a tenth of a second."""
        with self._room:
            return self._hasher.hash(_bytes(password))

    def has(self, person: str) -> bool:
        """Whether a person has a password."""
        with self._database.reading() as connection:
            return (
                connection.execute(select(PASSWORDS.c.person).where(PASSWORDS.c.person == person)).first() is not None
            )

    def any(self, connection: Connection) -> bool:
        """Whether anybody has one."""
        return bool(connection.execute(select(exists(select(PASSWORDS.c.person)))).scalar())

    def right(self, person: str, password: str) -> bool:
        """Whether this is the person's password. It takes as long for somebody who has none, or is not known."""
        with self._database.reading() as connection:
            stored = connection.execute(select(PASSWORDS.c.hash).where(PASSWORDS.c.person == person)).scalar()
        if len(password) > LONGEST:
            password, stored = "", None
        if not self._matches(stored or self._nobodys, password) or stored is None:
            return False
        if self._hasher.check_needs_rehash(stored):
            self._renew(person, stored, password)
        return True

    def store(self, connection: Connection, person: str, hashed: str) -> None:
        """Give a person a password, in place of the one they had."""
        values = {"hash": hashed, "changed_at": self._clock()}
        insert = upsert(connection, PASSWORDS).values(person=person, **values)
        connection.execute(insert.on_conflict_do_update(index_elements=[PASSWORDS.c.person], set_=values))

    def remove(self, connection: Connection, person: str) -> None:
        """Leave a person without a password."""
        connection.execute(delete(PASSWORDS).where(PASSWORDS.c.person == person))

    def _matches(self, stored: str, password: str) -> bool:
        try:
            with self._room:
                return self._hasher.verify(stored, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    def _renew(self, person: str, stored: str, password: str) -> None:
        hashed = self.hashed(password)
        same = (PASSWORDS.c.person == person) & (PASSWORDS.c.hash == stored)  # not one that was set meanwhile
        with self._database.writing() as connection:
            connection.execute(PASSWORDS.update().where(same).values(hash=hashed))

    @cached_property
    def _nobodys(self) -> str:
        return self.hashed(token_urlsafe())


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")

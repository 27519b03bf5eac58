"""Tokens with which programs ask in a person's name: shown once, kept as a digest, for a time, for reading or writing.

A token reads `chl_` and 43 random characters, so that it is found where it should not be (in a repository, in a log).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, update

from charter.message import NotFound, Refused
from web.access.database import AccountsDatabase
from web.access.lookup import Lookup
from web.access.made import Also, nothing_else
from web.access.secret import digest, is_id, new_id, new_secret
from web.access.tables import TOKENS

MARK = "chl_"
SHOWN = len(MARK) + 6
USUAL, LONGEST = timedelta(days=90), timedelta(days=365)
MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=30)
MOST = 50


class Scope(StrEnum):
    """What a token may be used for, never more than its person may do."""

    READ = "read"
    WRITE = "write"


class TokenName(Refused):
    """A token needs a name of 1 to 100 characters on one line, by which you will know what uses it. Give it one."""


class TokenDays(Refused):
    """A token lasts from 1 to {longest} days. Choose a number between, and make a new one when it ends."""


class TokenScopes(Refused):
    """A token needs to be good for something. Choose read, or write too."""


class TooManyTokens(Refused):
    """You have {most} tokens already. Revoke those that nothing uses any more."""


class UnknownToken(NotFound):
    """You have no such token any more. Nothing has to be done."""


class Token(NamedTuple):
    """A token as its owner sees it afterwards: by its name and its first characters."""

    id: str
    prefix: str
    name: str
    person: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Tokens:
    """The tokens of everybody."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._lookup = Lookup(database, TOKENS)

    def make(
        self,
        person: str,
        name: str,
        scopes: Iterable[Scope] = (Scope.READ,),
        lasts: timedelta = USUAL,
        also: Also[[str, Token]] = nothing_else,
    ) -> tuple[str, Token]:
        """Make a token; its text is given this once. Who may write may read.

        Raises TokenName, TokenDays, TokenScopes or TooManyTokens.
        """
        named, wanted = " ".join(name.split()), {Scope(scope) for scope in scopes}
        if not 1 <= len(named) <= 100 or not named.isprintable():
            raise TokenName
        if not timedelta(days=1) <= lasts <= LONGEST:
            raise TokenDays(longest=LONGEST.days)
        if not wanted:
            raise TokenScopes
        text, now = MARK + new_secret(), self._clock()
        token = Token(new_id(), text[:SHOWN], named, person, frozenset(wanted | {Scope.READ}), now, now + lasts, None)
        with self._database.writing() as connection:
            also(connection, text, token)
            connection.execute(delete(TOKENS).where(TOKENS.c.expires_at <= now - KEPT))
            if len(connection.execute(select(TOKENS.c.id).where(TOKENS.c.person == person)).all()) >= MOST:
                raise TooManyTokens(most=MOST)
            values = token._asdict() | {"scopes": " ".join(sorted(token.scopes)), "digest": digest(text)}
            connection.execute(insert(TOKENS).values(values))
        return text, token

    def find(self, text: str) -> Token | None:
        """The token that was presented, if it is one and still good."""
        row = self._lookup.find(digest(text)) if text.startswith(MARK) else None
        return _token(row) if row is not None and row["expires_at"] > self._clock() else None

    def is_noted(self, token: Token) -> bool:
        """Whether it is written that it was used, within the last minute."""
        return token.used_at is not None and self._clock() - token.used_at < MINUTE

    def note(self, token: Token) -> None:
        """Write that it was used, unless another did within the last minute."""
        now = self._clock()
        old = or_(TOKENS.c.used_at.is_(None), TOKENS.c.used_at <= now - MINUTE)
        with self._database.writing() as connection:
            connection.execute(update(TOKENS).where((TOKENS.c.id == token.id) & old).values(used_at=now))

    def of(self, person: str) -> list[Token]:
        """The tokens of a person, newest first, with those that ended in the last month."""
        asked = select(TOKENS).where(TOKENS.c.person == person).order_by(TOKENS.c.created_at.desc(), TOKENS.c.id)
        with self._database.reading() as connection:
            return [_token(row) for row in connection.execute(asked).mappings()]

    def everybodys(self, limit: int = 1_000) -> list[Token]:
        """The tokens of everybody, newest first."""
        asked = select(TOKENS).order_by(TOKENS.c.created_at.desc(), TOKENS.c.id).limit(limit)
        with self._database.reading() as connection:
            return [_token(row) for row in connection.execute(asked).mappings()]

    def revoke(self, id_: str, person: str | None = None) -> Token:
        """End a token by its id: only one of that person, or of anybody; raises UnknownToken."""
        if not is_id(id_):
            raise UnknownToken
        which = TOKENS.c.id == id_
        with self._database.writing() as connection:
            ended = delete(TOKENS).where(which if person is None else which & (TOKENS.c.person == person))
            row = connection.execute(ended.returning(TOKENS)).mappings().one_or_none()
        if row is None:
            raise UnknownToken
        return _token(row)

    @staticmethod
    def revoke_all_in(connection: Connection, person: str) -> int:
        """End all tokens of a person, inside a transaction; how many there were."""
        return connection.execute(delete(TOKENS).where(TOKENS.c.person == person)).rowcount


def _token(row: Mapping[Any, Any]) -> Token:
    values = {name: row[name] for name in Token._fields}
    return Token(**values | {"scopes": frozenset(row["scopes"].split())})

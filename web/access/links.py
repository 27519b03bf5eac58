"""One-time links: for the first admin, for somebody who is invited, for somebody who needs a new password.

A link is 256 random bits in an address; here is only their SHA-256. It is good once and for a time, and of the links
for one person only the newest is good.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from charter.message import NotFound
from web.access.database import AccountsDatabase
from web.access.made import Also, nothing_else
from web.access.secret import digest, new_secret
from web.access.tables import LINKS


class Kind(StrEnum):
    """What a link is for."""

    FIRST = "first"
    INVITATION = "invitation"
    RESET = "reset"
    ENTRY = "entry"


DAY = timedelta(hours=24)
LASTS = {Kind.FIRST: DAY, Kind.INVITATION: 3 * DAY, Kind.RESET: DAY, Kind.ENTRY: DAY}


class LinkOver(NotFound):
    """This link was used already, is too old, or was replaced by a newer one. Ask an admin for a new link."""


class FirstLinkOver(NotFound):
    """This link was used already, or is too old. While nobody can sign in yet, whoever runs the server gets another by
    starting it again; later, ask an admin."""


class Link(NamedTuple):
    """What a link opens: for whom (nobody yet, for the first admin), and until when."""

    kind: Kind
    person: str | None
    expires_at: datetime


class Links:
    """The links that are still good."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def make(self, kind: Kind, person: str | None = None, also: Also[[str]] = nothing_else) -> str:
        """The secret of a new link; those that the person had are good no longer."""
        assert (person is None) == (kind is Kind.FIRST)
        secret, now = new_secret(), self._clock()
        with self._database.writing() as connection:
            also(connection, secret)
            over = LINKS.c.expires_at <= now
            connection.execute(delete(LINKS).where(over if person is None else over | (LINKS.c.person == person)))
            row = {"digest": digest(secret), "kind": kind, "person": person}
            connection.execute(insert(LINKS).values(row | {"created_at": now, "expires_at": now + LASTS[kind]}))
        return secret

    def find(self, secret: str, *kinds: Kind) -> Link:
        """What a link of one of these kinds opens, without using it; raises LinkOver or FirstLinkOver."""
        with self._database.reading() as connection:
            row = connection.execute(select(LINKS).where(self._good(secret, kinds))).one_or_none()
        if row is None:
            raise FirstLinkOver if Kind.FIRST in kinds else LinkOver
        return Link(Kind(row.kind), row.person, row.expires_at)

    def use(self, connection: Connection, secret: str, *kinds: Kind) -> Link:
        """Use a link up, inside the transaction of what it is used for; of two at once one is told.

        Raises LinkOver or FirstLinkOver.
        """
        if Kind.FIRST in kinds:  # of two that are different, too: both wait here, in the same order
            first = select(LINKS.c.digest).where(LINKS.c.kind == Kind.FIRST).order_by(LINKS.c.digest)
            connection.execute(first.with_for_update()).all()
        used = delete(LINKS).where(self._good(secret, kinds)).returning(LINKS)
        row = connection.execute(used).one_or_none()
        if row is None:
            raise FirstLinkOver if Kind.FIRST in kinds else LinkOver
        if row.kind == Kind.FIRST:  # whoever has another may not become an admin with it later
            connection.execute(delete(LINKS).where(LINKS.c.kind == Kind.FIRST))
        return Link(Kind(row.kind), row.person, row.expires_at)

    @staticmethod
    def remove_all_in(connection: Connection, person: str) -> None:
        """Make the links of a person useless."""
        connection.execute(delete(LINKS).where(LINKS.c.person == person))

    def _good(self, secret: str, kinds: tuple[Kind, ...]) -> ColumnElement[bool]:
        return (LINKS.c.digest == digest(secret)) & LINKS.c.kind.in_(kinds) & (LINKS.c.expires_at > self._clock())

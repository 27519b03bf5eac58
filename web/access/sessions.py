"""Sessions: who is signed in, in which browser, since when. A session ends after rest, after its time, or when revoked.

The browser holds 256 random bits, here is only their SHA-256. Every sign-in begins a new session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from web.access.agent import shortened
from web.access.database import AccountsDatabase
from web.access.lookup import Lookup
from web.access.secret import csrf_token, digest, is_id, new_id, new_secret
from web.access.tables import SESSIONS

MINUTE = timedelta(minutes=1)

How = Literal["password", "provider", "link"]


class Session(NamedTuple):
    """One browser in which a person is signed in; `csrf` is what its forms carry (empty in lists of sessions)."""

    id: str
    person: str
    how: How
    agent: str
    created_at: datetime
    seen_at: datetime
    csrf: str = ""


class Sessions:
    """The sessions of everybody; `idle` is the longest rest, `lifetime` the longest time altogether."""

    def __init__(
        self, database: AccountsDatabase, clock: Callable[[], datetime], idle: timedelta, lifetime: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._lookup = Lookup(database, SESSIONS)
        self.idle = idle
        self.lifetime = lifetime

    def begin(self, person: str, how: How, agent: str | None, instead_of: str | None = None) -> str:
        """Sign a person in; gives the secret for the cookie. The session of the cookie before, if any, ends."""
        with self._database.writing() as connection:
            return self.begin_in(connection, person, how, agent, instead_of)

    def begin_in(
        self, connection: Connection, person: str, how: How, agent: str | None, instead_of: str | None = None
    ) -> str:
        """The same inside a transaction."""
        secret, now = new_secret(), self._clock()
        over = self._over(now)
        connection.execute(
            delete(SESSIONS).where((SESSIONS.c.digest == digest(instead_of)) | over if instead_of else over)
        )
        connection.execute(
            insert(SESSIONS).values(
                digest=digest(secret),
                id=new_id(),
                person=person,
                how=how,
                agent=shortened(agent),
                created_at=now,
                seen_at=now,
            )
        )
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a cookie, if it has not ended."""
        row, now = self._lookup.find(digest(secret)), self._clock()
        if row is None or row["seen_at"] <= now - self.idle or row["created_at"] <= now - self.lifetime:
            return None
        return _session(row)._replace(csrf=csrf_token(secret))

    def is_noted(self, session: Session) -> bool:
        """Whether it is written that it was seen, within the last minute."""
        return self._clock() - session.seen_at < MINUTE

    def note(self, session: Session) -> None:
        """Write that it was seen, unless another did within the last minute."""
        now = self._clock()
        old = (SESSIONS.c.id == session.id) & (SESSIONS.c.seen_at <= now - MINUTE)
        with self._database.writing() as connection:
            connection.execute(update(SESSIONS).where(old).values(seen_at=now))

    def of(self, person: str) -> list[Session]:
        """Where a person is signed in, most recently seen first."""
        asked = select(SESSIONS).where((SESSIONS.c.person == person) & ~self._over(self._clock()))
        with self._database.reading() as connection:
            return [
                _session(row)
                for row in connection.execute(asked.order_by(SESSIONS.c.seen_at.desc(), SESSIONS.c.id)).mappings()
            ]

    def everybodys(self, limit: int = 1_000) -> list[Session]:
        """Where anybody is signed in, most recently seen first."""
        asked = select(SESSIONS).where(~self._over(self._clock())).order_by(SESSIONS.c.seen_at.desc(), SESSIONS.c.id)
        with self._database.reading() as connection:
            return [_session(row) for row in connection.execute(asked.limit(limit)).mappings()]

    def end(self, secret: str) -> None:
        """End the session of a cookie."""
        self._delete(SESSIONS.c.digest == digest(secret))

    def revoke(self, id_: str, person: str | None = None) -> bool:
        """End a session by its id: only one of that person, or of anybody; whether there was one."""
        if not is_id(id_):
            return False
        which = SESSIONS.c.id == id_
        return self._delete(which if person is None else which & (SESSIONS.c.person == person)) > 0

    def revoke_all(self, person: str, but: str | None = None) -> int:
        """End all sessions of a person, but one (by its id); how many there were."""
        with self._database.writing() as connection:
            return self.revoke_all_in(connection, person, but)

    def revoke_all_in(self, connection: Connection, person: str, but: str | None = None) -> int:
        """The same inside a transaction."""
        which = SESSIONS.c.person == person
        return connection.execute(
            delete(SESSIONS).where(which if but is None else which & (SESSIONS.c.id != but))
        ).rowcount

    def _delete(self, which: ColumnElement[bool]) -> int:
        with self._database.writing() as connection:
            return connection.execute(delete(SESSIONS).where(which)).rowcount

    def _over(self, now: datetime) -> ColumnElement[bool]:
        return (SESSIONS.c.seen_at <= now - self.idle) | (SESSIONS.c.created_at <= now - self.lifetime)


def _session(row: Mapping[Any, Any]) -> Session:
    return Session(row["id"], row["person"], row["how"], row["agent"], row["created_at"], row["seen_at"])

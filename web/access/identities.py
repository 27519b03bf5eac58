"""Who somebody is at a provider (OpenID Connect): an issuer and a subject there are one person here, for ever.

Also the visits to the provider that have begun: each has a state, a nonce and a verifier (RFC 6749 §10.12, OpenID
Connect Core §3.1.2.1, RFC 7636) and belongs to the browser that began it, which holds a secret of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, insert, select
from sqlalchemy.exc import IntegrityError

from charter.message import Refused
from web.access.database import AccountsDatabase
from web.access.secret import digest, new_secret
from web.access.tables import IDENTITIES, VISITS

VISIT = timedelta(minutes=10)


class LinkedOtherwise(Refused):
    """{person} signs in with another account of {provider}. Use that one, or ask an admin to remove it first."""


class VisitOver(Refused):
    """This sign-in was begun in another browser, or too long ago. Begin it again."""


class Visit(NamedTuple):
    """A visit to the provider that has come back: what its answer has to match, and where the person wanted to go."""

    nonce: str
    verifier: str
    next: str


class Identities:
    """Who is who at the provider."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def person(self, issuer: str, subject: str) -> str | None:
        """The person an identity belongs to; None as long as nobody is linked to it."""
        which = (IDENTITIES.c.issuer == issuer) & (IDENTITIES.c.subject == subject)
        with self._database.reading() as connection:
            found: str | None = connection.execute(select(IDENTITIES.c.person).where(which)).scalar()
        return found

    def link(self, issuer: str, subject: str, person: str, provider: str) -> None:
        """Link an identity to a person, once; LinkedOtherwise if they have another one at this issuer.

        What the provider calls somebody may change, and be given to somebody else: who is linked isn't found by it.
        """
        row = {"issuer": issuer, "subject": subject, "person": person, "linked_at": self._clock()}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(IDENTITIES).values(row))
        except IntegrityError:
            if self.person(issuer, subject) != person:
                raise LinkedOtherwise(person=person, provider=provider) from None

    def has(self, person: str) -> bool:
        """Whether a person can sign in with the provider."""
        with self._database.reading() as connection:
            found = connection.execute(select(IDENTITIES.c.person).where(IDENTITIES.c.person == person))
            return found.first() is not None

    @staticmethod
    def any(connection: Connection) -> bool:
        """Whether anybody can."""
        return bool(connection.execute(select(exists(select(IDENTITIES.c.person)))).scalar())

    @staticmethod
    def remove_all_in(connection: Connection, person: str) -> None:
        """Unlink a person, inside a transaction."""
        connection.execute(delete(IDENTITIES).where(IDENTITIES.c.person == person))

    def leave(self, next_: str, browser: str) -> tuple[str, Visit]:
        """Begin a visit to the provider: its state, and the rest; `browser` is the secret the browser is given."""
        state, now = new_secret(), self._clock()
        visit = Visit(new_secret(), new_secret(), next_)
        row = visit._asdict() | {"digest": digest(state), "browser": digest(browser), "expires_at": now + VISIT}
        with self._database.writing() as connection:
            connection.execute(delete(VISITS).where(VISITS.c.expires_at <= now))
            connection.execute(insert(VISITS).values(row))
        return state, visit

    def came_back(self, state: str, browser: str) -> Visit:
        """The visit of a state that came back in the browser that began it, once; raises VisitOver."""
        good = (VISITS.c.digest == digest(state)) & (VISITS.c.browser == digest(browser))
        with self._database.writing() as connection:
            found = delete(VISITS).where(good & (VISITS.c.expires_at > self._clock())).returning(VISITS)
            row = connection.execute(found).one_or_none()
        if row is None:
            raise VisitOver
        return Visit(row.nonce, row.verifier, row.next)

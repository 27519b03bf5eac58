"""How often a sign-in may be tried: a wait that grows with each failure, for one account and for one address.

Nobody is ever locked out for good: the longest wait is a quarter of an hour, and after a quarter of an hour without a
try all is forgotten. What is counted under is a keyed hash (HMAC-SHA-256), so that neither names nor addresses stay.
Every process of a site counts in the same place.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from charter.message import Refused
from charter.phrase import Phrase
from projections.wording import counted
from web.access.database import AccountsDatabase, upsert
from web.access.tables import ATTEMPTS

LONGEST = timedelta(minutes=15)


class TooManyTries(Refused):
    """Too many tries went wrong. Wait {wait}, then try again; an admin can send you a link to set a new password."""


class Limit(NamedTuple):
    """After `free` failures each next one makes the wait twice as long, from a second on; at `most` it is the longest.

    Both count what happened without a quarter of an hour's rest.
    """

    name: str
    free: int
    most: int

    def wait(self, failures: int) -> timedelta:
        """How long to wait after that many failures."""
        if failures <= self.free:
            return timedelta(0)
        if failures >= self.most:
            return LONGEST
        return min(LONGEST, timedelta(seconds=2 ** (failures - self.free - 1)))


ACCOUNT = Limit("account", 3, 10)
ADDRESS = Limit("address", 20, 50)
"""An address may be a whole office."""


class Try(NamedTuple):
    """One thing a try is counted under: a limit, and the account or address it is for."""

    limit: Limit
    of: str


class Limits:
    """Counts tries that went wrong."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime], secret: bytes) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret

    def begin(self, tries: Sequence[Try]) -> None:
        """Count a try as failed before it is made, so that many at once cannot get past; raises TooManyTries.

        A try that is refused here is not counted: waiting always helps.
        """
        now = self._clock()
        with self._database.writing() as connection:
            counted = [(one, *self._count(connection, one, now)) for one in tries]
            wait = max((until - now for _, _, until in counted), default=timedelta(0))
            if wait <= timedelta(0):
                for one, failures, _ in counted:
                    self._store(connection, one, failures + 1, now)
        if wait > timedelta(0):
            raise TooManyTries(wait=in_words(wait), seconds=in_seconds(wait))

    def succeeded(self, tries: Sequence[Try]) -> None:
        """The try was right: the account begins anew, and the address has one failure less."""
        now = self._clock()
        with self._database.writing() as connection:
            for one in tries:
                failures, _ = self._count(connection, one, now)
                self._store(connection, one, max(failures - 1, 0) if one.limit is ADDRESS else 0, now)
        self._forget(now)

    def _count(self, connection: Connection, one: Try, now: datetime) -> tuple[int, datetime]:
        """The failures so far and until when to wait; nobody else counts the same until the transaction ends."""
        key = self._key(one)
        fresh = upsert(connection, ATTEMPTS).values(key=key, failures=0, wait_until=now, forget_at=now)
        held = fresh.on_conflict_do_update(index_elements=[ATTEMPTS.c.key], set_={"key": key})
        row = connection.execute(held.returning(ATTEMPTS.c.failures, ATTEMPTS.c.wait_until, ATTEMPTS.c.forget_at)).one()
        return (0, now) if row.forget_at <= now else (row.failures, row.wait_until)

    def _store(self, connection: Connection, one: Try, failures: int, now: datetime) -> None:
        wait_until = now + one.limit.wait(failures)
        forget_at = wait_until + LONGEST if failures else now
        values = {"failures": failures, "wait_until": wait_until, "forget_at": forget_at}
        connection.execute(update(ATTEMPTS).where(ATTEMPTS.c.key == self._key(one)).values(values))

    def _forget(self, now: datetime) -> None:
        # what somebody else counts under just now is left for the next time: waiting for it could be mutual
        old = select(ATTEMPTS.c.key).where(ATTEMPTS.c.forget_at <= now).with_for_update(skip_locked=True)
        with self._database.writing() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.key.in_(old)))

    def _key(self, one: Try) -> bytes:
        return hmac.digest(self._secret, f"{one.limit.name}\0{one.of}".encode("utf-8", "surrogatepass"), "sha256")


def network(address: str | None) -> str:
    """What an address is counted as: itself, or the /64 that one household has in IPv6 (RFC 6177)."""
    try:
        known = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return known.exploded[:19]
    return str(known)


def in_seconds(wait: timedelta) -> int:
    """A wait in whole seconds, rounded up."""
    return -(-wait // timedelta(seconds=1))


def in_words(wait: timedelta) -> Phrase:
    """A wait as people say it, rounded up: "1 second", "12 minutes"."""
    seconds = in_seconds(wait)
    return counted(seconds, "second") if seconds <= 90 else counted(-(-seconds // 60), "minute")

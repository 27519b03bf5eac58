"""Forms that were sent when their session had ended, kept for an hour until whoever typed them has signed in again.

A form belongs to the person whose it was, as its own mark says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import delete, func, select

from charter.message import Refused
from web.access.database import AccountsDatabase
from web.access.keeping import Keeping, KeptPage, Waiting
from web.access.secret import csrf_token, derived, digest, equal, new_secret
from web.access.tables import KEPT

MOST = 5
"""Forms that are kept for one person in one browser at a time."""
MOST_IN_ALL = 20
"""And in all browsers, of those that are sent without anybody signed in."""
MOST_OF_OWN = 2 * MOST_IN_ALL
"""And from a browser that holds the cookie of the session its page was made in: who has the page alone fills half."""


class TooManyForms(Refused):
    """You were signed out, and {most} forms of yours wait already: this one was not kept. Sign in in another tab, then
    load this page again, and let the browser send it once more."""


class KeptForms(Keeping):
    """The forms that wait for whoever typed them."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime], secret: bytes) -> None:
        super().__init__(database, clock, KEPT)
        self._secret = secret

    def keep(self, person: str, kept: KeptPage, held: Iterable[str] = (), most: int | None = MOST_IN_ALL) -> str:
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

    def waiting(self, secrets: Iterable[str]) -> list[Waiting]:
        """What waits of some cookies: what was not shown yet first, and of that the oldest."""
        return sorted(super().waiting(secrets), key=lambda each: each.shown)

    def show(self, secret: str, person: str) -> KeptPage | None:
        """The form of a cookie for the person it belongs to, from now on for a minute more; None for anybody else."""
        form = self._opened(secret, person)
        if form:
            self._note_shown(secret)
        return form

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
        return derived(self._secret, "\0".join(parts))

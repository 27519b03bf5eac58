"""What a form has made and is shown only once, such as a token, waits for the page that shows it.

The form itself brings the 256 bits that it is sealed under, so that it makes one thing however often it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Concatenate, ParamSpec

from sqlalchemy import Connection

from web.access.database import AccountsDatabase
from web.access.keeping import HOUR, Keeping, KeptPage, Waiting
from web.access.tables import MADE

P = ParamSpec("P")
Also = Callable[Concatenate[Connection, P], None]
"""What is also done, with what is then given back, in the transaction that makes it: what it raises stops that."""


def nothing_else(*_: object) -> None:
    """Where nothing is also done."""


class MadeAlready(Exception):
    """What a form makes was made when it was sent before."""


class KeptMade(Keeping):
    """What forms have made, until the page that shows it was asked for."""

    def __init__(self, database: AccountsDatabase, clock: Callable[[], datetime]) -> None:
        super().__init__(database, clock, MADE)

    def keep_in(self, connection: Connection, secret: str, person: str, kept: KeptPage) -> None:
        """Keep what a form makes, in the transaction in which it is made, under the secret that the form brought.

        Raises MadeAlready where it was sent before, and what it made waits or was shown within a minute: then nothing
        more may be made in the transaction.
        """
        if not self._keep_in(connection, secret, person, kept):
            raise MadeAlready

    def waiting(self, secrets: Iterable[str]) -> list[Waiting]:
        """What waits of some cookies and was not shown."""
        return [each for each in super().waiting(secrets) if not each.shown]

    def take(self, secret: str, person: str, address: str) -> KeptPage | None:
        """What a cookie opens for its person at this address, and not again; of two at once, one is given it."""
        kept = self._opened(secret, person)
        return kept if kept and kept.address == address and self._note_shown(secret) else None

    def show_again(self, secret: str, person: str) -> None:
        """Let it be taken once more, where its form was sent again while the page that shows it was on its way."""
        self._stays(secret, HOUR, MADE.c.person == person)

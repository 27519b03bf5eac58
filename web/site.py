"""Everything one server process holds while it runs: the ledger, what can be read from it, its writer, its accounts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request

from charter.desk import Order, Written
from charter.ledger import Ledger
from charter.message import Command
from charter.store.database import is_sqlite
from projections.engine import Views
from web.access.accounts import Accounts
from web.forms import SHOWN_AGAIN, SignedInAgain
from web.settings import Settings
from web.writer import Writer

T = TypeVar("T")


@dataclass(frozen=True)
class Site:
    """What every page and every call of the API works with."""

    ledger: Ledger
    views: Views
    writer: Writer
    accounts: Accounts
    settings: Settings
    _kept: dict[Callable[[Site], Any], Any] = field(default_factory=dict, repr=False, compare=False)
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    @classmethod
    def open(cls, ledger: Ledger, settings: Settings) -> Site:
        """A site over a ledger; the caller closes both."""
        accounts = Accounts.beside(ledger.engine, ledger.now, settings)
        return cls(ledger, Views(ledger), Writer(ledger), accounts, settings)

    def write(self, command: Command, by: str, *, expect: int | None = None, key: str | None = None) -> Written:
        """Write what a person asks for now, and return once it is durable; raises Refused."""
        return self.write_together([Order(command, by, self.ledger.now(), expect, key)])[0]

    def write_together(self, orders: Sequence[Order]) -> list[Written]:
        """Write what the desks' orders lead to in one transaction; raises what the first was refused for that was.

        Nothing is ever written for a form that is only shown again: SignedInAgain.
        """
        if SHOWN_AGAIN.get():
            raise SignedInAgain
        written = []
        for outcome in self.writer.write_many(orders):
            if isinstance(outcome, Exception):
                raise outcome
            written.append(outcome)
        return written

    def once(self, make: Callable[[Site], T]) -> T:
        """What a function makes of the site: made when it is asked for first, and kept as long as the site."""
        with self._lock:
            if make not in self._kept:
                self._kept[make] = make(self)
            made: T = self._kept[make]
            return made

    @property
    def is_in_files(self) -> bool:
        """Whether ledger and accounts are files of this computer, which need no server to be read."""
        return is_sqlite(self.ledger.engine) and is_sqlite(self.accounts.database.engine)

    def close(self) -> None:
        """Finish what was accepted, then give everything back but the ledger itself."""
        self.writer.stop()
        self.views.close()
        self.accounts.close()


def site_of(request: Request) -> Site:
    """The site a request came to."""
    site: Site = request.app.state.site
    return site

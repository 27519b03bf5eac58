"""Everything one server process holds while it runs: the ledger, what can be read from it, its writer, its accounts."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from charter.desk import Order, Written
from charter.ledger import Ledger
from charter.message import Command
from charter.store.database import is_sqlite
from projections.engine import Views
from web.access.accounts import Accounts
from web.settings import Settings
from web.writer import Writer


@dataclass(frozen=True)
class Site:
    """What every page and every call of the API works with."""

    ledger: Ledger
    views: Views
    writer: Writer
    accounts: Accounts
    settings: Settings

    @classmethod
    def open(cls, ledger: Ledger, settings: Settings) -> Site:
        """A site over a ledger; the caller closes both."""
        accounts = Accounts.beside(ledger.engine, ledger.now, settings)
        return cls(ledger, Views(ledger), Writer(ledger), accounts, settings)

    def write(self, command: Command, by: str, *, expect: int | None = None, key: str | None = None) -> Written:
        """Write what a person asks for now, and return once it is durable; raises Refused."""
        return self.writer.write(Order(command, by, self.ledger.now(), expect, key))

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

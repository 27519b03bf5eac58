"""What one run of the command knows: which ledger it speaks to, who acts, and for which charter."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from charter.desk import Written
    from charter.ledger import Ledger
    from charter.message import Command
    from projections.engine import Views

DEFAULT_LEDGER = "charter.db"


class Session:
    """The choices of one run, from options first and the environment second; the ledger is opened when it is needed.

    It imports nothing of the ledger itself, so that help and wrong spelling are answered at once.
    """

    def __init__(self) -> None:
        self.where_given: str | None = None
        self.by_given: str | None = None
        self.charter_given: str | None = None
        self.as_json = False
        self.reads = False
        self.next_commands: tuple[str, ...] = ()

    @cached_property
    def where(self) -> str:
        """The path or address of the ledger; raises UsageError for an address that can be none."""
        where = self.where_given or os.environ.get("CHARTER_LEDGER") or DEFAULT_LEDGER
        if "://" in where:
            from sqlalchemy.exc import ArgumentError

            from charter.store.database import address

            try:
                address(where)
            except (ValueError, ArgumentError):
                kind = where.partition("://")[0]
                msg = f"--ledger: a ledger is a file or a postgresql:// address; this one, {kind}://…, cannot be read."
                raise click.UsageError(msg) from None
        elif os.path.isdir(where):  # noqa: PTH112  # help and wrong spelling are answered without pathlib
            inside = os.path.join(where, DEFAULT_LEDGER)  # noqa: PTH118
            msg = f"The ledger {where} is a folder. Name the file in it, for example --ledger {inside}."
            raise click.UsageError(msg)
        return where

    @property
    def place(self) -> str:
        """Where the ledger is, as people are told it: without a password."""
        from charter.store.database import shown

        return shown(self.where)

    @cached_property
    def by(self) -> str:
        """The id of the person who acts: as given, else the name the computer knows the user by."""
        given = self.by_given or os.environ.get("CHARTER_BY")
        if given:
            return given.strip().lower()
        import getpass

        with suppress(OSError, KeyError, ImportError):  # a container may run under a user without a name
            if name := as_person(getpass.getuser()):
                return name
        msg = "Who are you? Add --by and your id, or set CHARTER_BY."
        raise click.UsageError(msg)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger; raises NoLedger or NeedsUpgrade. An erasure that was interrupted is completed first."""
        from charter.ledger import Ledger
        from projections.erasure import unfinished

        ledger = self.__dict__["ledger"] = Ledger(self.where)
        if unfinished(ledger):
            from terminal.resuming import resume

            resume(self)
        return ledger

    @cached_property
    def views(self) -> Views:
        """What can be read from the ledger."""
        from projections.engine import Views

        ledger = self.ledger
        return self.__dict__.get("views") or Views(ledger)  # completing an erasure has opened them already

    @cached_property
    def charter(self) -> str:
        """The charter that is meant: as given, else the only one there is; raises WhichCharter or NoCharter."""
        known = self.chosen
        if known:
            return known
        from terminal.refusals import NoCharter, WhichCharter

        charters = self.ledger.charters()
        if not charters:
            raise NoCharter
        if len(charters) > 1:
            raise WhichCharter(charters=", ".join(charters))
        return charters[0]

    @property
    def chosen(self) -> str | None:
        """The charter that was given, if any; lists take it as a filter."""
        given = self.charter_given or os.environ.get("CHARTER_CHARTER")
        return given.strip().lower() if given else None

    @property
    def known_charter(self) -> str | None:
        """The charter that was given, if any; raises UnknownCharter when there is none of that name."""
        if self.chosen and not self.ledger.charter(self.chosen).opened:
            from charter.given import UnknownCharter

            raise UnknownCharter(charter=self.chosen)
        return self.chosen

    def write(self, command: Command, at: datetime | None = None) -> Written:
        """Write a command in the name of the person who acts."""
        return self.ledger.write(command, by=self.by, at=at)

    def close(self) -> None:
        """Give back what was opened."""
        for name in ("views", "ledger"):
            opened = self.__dict__.pop(name, None)
            if opened is not None:
                opened.close()


def as_person(name: str) -> str:
    """A name as the id of a person: small letters, hyphens for what an id may not hold; empty if nothing is left."""
    return re.sub(r"[^a-z0-9]*-[^a-z0-9]*", "-", re.sub(r"[^a-z0-9._@+]+", "-", name.lower())).strip("-._@+")


def current() -> Session:
    """The session of the command that runs."""
    return click.get_current_context().ensure_object(Session)

"""Webhooks: which places are told when something was written, how far each has come, and what became of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, delete, func, insert, select, update

from charter.catalogue import EVENTS
from charter.given import UnknownCharter
from charter.ledger import Ledger
from charter.message import NotFound, Refused
from charter.proof.identity import origin
from web.access.database import AccountsDatabase
from web.access.made import Also, nothing_else
from web.access.secret import new_id
from web.hooks import message
from web.hooks.guard import Networks, Resolver, find
from web.hooks.post import Reply, post
from web.hooks.tables import HOOKS, PART, VERSION, metadata

if TYPE_CHECKING:
    from web.site import Site

MOST = 50
BY_HAND = "an admin paused it"


class UnknownHook(NotFound):
    """There is no webhook {id} any more. See the list of those there are."""


class UnknownTypes(Refused):
    """There are no entries of these types: {types}. See the list of all there are in docs/events.md."""


class TooManyHooks(Refused):
    """There are {most} webhooks already. Remove one that nobody needs any more."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as admins see it: its secret is shown once, when it is made."""

    id: str
    url: str
    types: tuple[str, ...]
    charter: str | None
    made_by: str
    made_at: datetime
    position: int
    failures: int
    failing_since: datetime | None
    next_at: datetime | None
    paused: str | None
    said: str | None
    said_at: datetime | None


_SHOWN = [HOOKS.c[field.name] for field in fields(Hook)]


class Hooks:
    """All webhooks of a site. Safe to use from many threads and processes at once.

    `allowed` are networks inside the house that may be reached; `resolver` and `send` are those of the system.
    """

    def __init__(
        self,
        database: AccountsDatabase,
        ledger: Ledger,
        allowed: Networks = (),
        resolver: Resolver = socket.getaddrinfo,
        send: Callable[..., Reply] | None = None,
    ) -> None:
        self.database = database
        self.ledger = ledger
        self.allowed = allowed
        self._resolver = resolver
        self._send = send or post
        database.have(PART, VERSION, metadata)

    @classmethod
    def of(cls, site: Site) -> Hooks:
        """The webhooks of a site, which may reach the networks that its settings allow."""
        return cls(site.accounts.database, site.ledger, site.settings.allowed)

    def add(
        self,
        url: str,
        *,
        by: str,
        types: Iterable[str] = (),
        charter: str | None = None,
        after: int | None = None,
        also: Also[[str, Hook]] = nothing_else,
    ) -> tuple[str, Hook]:
        """Make a webhook; its secret is given this once. It tells of entries after a position (None: from now on).

        Without types it tells of all; without a charter also of people and of the ledger itself. Raises
        UnusableAddress, Unresolved, ForbiddenAddress, UnknownTypes, UnknownCharter or TooManyHooks.
        """
        wanted = tuple(dict.fromkeys(types))
        if unknown := [name for name in wanted if name not in EVENTS]:
            raise UnknownTypes(types=", ".join(unknown))
        if charter is not None and not self.ledger.charter(charter).opened:
            raise UnknownCharter(charter=charter)
        find(url, self.allowed, self._resolver)
        size = self.ledger.entries_recorder.size()
        position = size if after is None else max(0, min(after, size))
        now = self.ledger.now()
        hook = Hook(new_id(), url, wanted, charter, by, now, position, 0, None, None, None, None, None)
        secret = message.new_secret()
        with self.database.writing() as connection:
            also(connection, secret, hook)
            if connection.execute(select(func.count()).select_from(HOOKS)).scalar_one() >= MOST:
                raise TooManyHooks(most=MOST)
            connection.execute(insert(HOOKS).values(**asdict(hook) | {"types": " ".join(wanted), "secret": secret}))
        return secret, hook

    def list(self) -> list[Hook]:
        """All webhooks, in the order in which they were made."""
        with self.database.reading() as connection:
            rows = connection.execute(select(*_SHOWN).order_by(HOOKS.c.made_at, HOOKS.c.id))
            return [_hook(row) for row in rows]

    def get(self, id_: str) -> Hook:
        """One of them; raises UnknownHook."""
        return _hook(self._row(id_, *_SHOWN))

    def remove(self, id_: str) -> None:
        """Forget one; raises UnknownHook."""
        with self.database.writing() as connection:
            if not connection.execute(delete(HOOKS).where(HOOKS.c.id == id_)).rowcount:
                raise UnknownHook(id=id_)

    def pause(self, id_: str, why: str = BY_HAND) -> None:
        """Send nothing until it goes on; what is written meanwhile waits. Raises UnknownHook."""
        self._change(id_, paused=why, next_at=None)

    def go_on(self, id_: str) -> None:
        """Send again, beginning with what waits; raises UnknownHook."""
        self._change(id_, paused=None, failures=0, failing_since=None, next_at=None)

    def test(self, id_: str) -> Reply:
        """Send a message that only tries whether it comes in, paused or not; raises UnknownHook."""
        row = self._row(id_, HOOKS.c.url, HOOKS.c.secret)
        now = self.ledger.now()
        reply = self.sent(row.url, row.secret, message.test(self.source, now), now)
        self._change(id_, said=f"test {reply.words}", said_at=now)
        return reply

    def sent(self, url: str, secret: str, what: message.Message, at: datetime) -> Reply:
        """Send a message to where the guard allows it; why it could not be sent is in the reply."""
        try:
            target = find(url, self.allowed, self._resolver)
        except Refused as refusal:
            return Reply(None, f"was not sent: {refusal}")
        return self._send(target, what.body, message.headers(what, secret, at))

    @property
    def source(self) -> str:
        """The ledger's name, which stays the same wherever it is; `charter-ledger/empty` before the first entry."""
        return origin(self.ledger.engine)

    def _row(self, id_: str, *columns: Any) -> Row[Any]:
        with self.database.reading() as connection:
            row = connection.execute(select(*columns).where(HOOKS.c.id == id_)).one_or_none()
        if row is None:
            raise UnknownHook(id=id_)
        return row

    def _change(self, id_: str, **values: Any) -> None:
        with self.database.writing() as connection:
            if not connection.execute(update(HOOKS).where(HOOKS.c.id == id_).values(**values)).rowcount:
                raise UnknownHook(id=id_)


def _hook(row: Row[Any]) -> Hook:
    return Hook(**row._asdict() | {"types": _names(row.types)})


def _names(types: str) -> tuple[str, ...]:
    return tuple(types.split())


def types_of(text: str) -> Sequence[str]:
    """The types of entries that a webhook tells of, as they are kept; none: all."""
    return _names(text)

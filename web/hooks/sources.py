"""The helpdesks that may log requests by themselves: each under one charter, in the name of a registered person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Row, delete, func, insert, or_, select, update

from charter.given import UnknownCharter, UnknownPerson
from charter.ledger import Ledger
from charter.message import NotFound, Refused
from web.access.database import AccountsDatabase
from web.access.made import Also, nothing_else
from web.access.secret import new_id
from web.hooks import signatures, tickets
from web.hooks.tables import PART, SOURCES, VERSION, metadata

if TYPE_CHECKING:
    from web.site import Site

MOST = 50
SHORTEST, LONGEST = 16, 200
"""Characters of a secret."""
LONGEST_SITE = 120
"""Characters of a helpdesk's address, so that the link to any of its tickets is one that a request can carry."""
_MINUTE = timedelta(minutes=1)


class Kind(StrEnum):
    """A helpdesk whose tickets can come in."""

    ZAMMAD = "zammad"
    CHATWOOT = "chatwoot"
    ZENDESK = "zendesk"


class Helpdesk(NamedTuple):
    """How one kind of helpdesk signs what it sends, and what it says."""

    signed: Callable[[Mapping[str, str], bytes, str, datetime], bool]
    read: Callable[[Mapping[str, Any], str], tickets.Ticket | None]


HELPDESKS = {
    Kind.ZAMMAD: Helpdesk(signatures.zammad, tickets.zammad),
    Kind.CHATWOOT: Helpdesk(signatures.chatwoot, tickets.chatwoot),
    Kind.ZENDESK: Helpdesk(signatures.zendesk, tickets.zendesk),
}


class UnknownSource(NotFound):
    """There is no helpdesk {id} here any more. See the list of those there are."""


class TooManySources(Refused):
    """There are {most} helpdesks already. Remove one that is not in use any more."""


class SiteAddress(Refused):
    """The address of the helpdesk reads like https://help.example.com, without anything after the name."""


class WeakSecret(Refused):
    """The secret has from {shortest} to {longest} characters. Copy all of it from the helpdesk."""


@dataclass(frozen=True, slots=True)
class Source:
    """A helpdesk as admins see it, never with its secret."""

    id: str
    kind: Kind
    charter: str
    person: str
    site: str
    made_by: str
    made_at: datetime
    last_at: datetime | None
    has_secret: bool


class Sources:
    """All helpdesks of a site. Safe to use from many threads and processes at once."""

    def __init__(self, database: AccountsDatabase, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        database.have(PART, VERSION, metadata)

    @classmethod
    def of(cls, site: Site) -> Sources:
        """The helpdesks of a site."""
        return cls(site.accounts.database, site.ledger)

    def add(
        self,
        kind: Kind,
        *,
        charter: str,
        person: str,
        site: str,
        by: str,
        also: Also[[str | None, Source]] = nothing_else,
    ) -> tuple[str | None, Source]:
        """Let a helpdesk log requests under a charter, in the name of a person.

        Zammad is told a secret, which is given this once; the others make their own, which `keep_secret` takes. Until
        then nothing comes in. Raises UnknownCharter, UnknownPerson, SiteAddress or TooManySources.
        """
        if not self._ledger.charter(charter).opened:
            raise UnknownCharter(charter=charter)
        if self._ledger.person(person).actor is None:
            raise UnknownPerson(person=person)
        secret = token_urlsafe(32) if kind is Kind.ZAMMAD else None
        now = self._ledger.now()
        source = Source(new_id(), Kind(kind), charter, person, _site(site), by, now, None, secret is not None)
        values = {name: value for name, value in asdict(source).items() if name != "has_secret"}
        with self._database.writing() as connection:
            also(connection, secret, source)
            if connection.execute(select(func.count()).select_from(SOURCES)).scalar_one() >= MOST:
                raise TooManySources(most=MOST)
            connection.execute(insert(SOURCES).values(values | {"kind": source.kind.value, "secret": secret}))
        return secret, source

    def keep_secret(self, id_: str, secret: str) -> None:
        """Take the secret that the helpdesk signs with; raises UnknownSource or WeakSecret."""
        text = secret.strip()
        if not SHORTEST <= len(text) <= LONGEST or not text.isascii() or not text.isprintable():
            raise WeakSecret(shortest=SHORTEST, longest=LONGEST)
        with self._database.writing() as connection:
            if not connection.execute(update(SOURCES).where(SOURCES.c.id == id_).values(secret=text)).rowcount:
                raise UnknownSource(id=id_)

    def list(self) -> list[Source]:
        """All helpdesks, in the order in which they were added."""
        with self._database.reading() as connection:
            return [
                _source(row) for row in connection.execute(select(SOURCES).order_by(SOURCES.c.made_at, SOURCES.c.id))
            ]

    def remove(self, id_: str) -> None:
        """Let nothing more come in from a helpdesk; raises UnknownSource."""
        with self._database.writing() as connection:
            if not connection.execute(delete(SOURCES).where(SOURCES.c.id == id_)).rowcount:
                raise UnknownSource(id=id_)

    def find(self, kind: Kind, id_: str) -> tuple[Source, str] | None:
        """A helpdesk with its secret; None unless there is such a one and its secret is known."""
        asked = select(SOURCES).where(SOURCES.c.id == id_, SOURCES.c.kind == kind.value)
        with self._database.reading() as connection:
            row = connection.execute(asked).one_or_none()
        return None if row is None or row.secret is None else (_source(row), row.secret)

    def heard(self, source: Source) -> None:
        """Remember that something signed came in, once a minute."""
        now = self._ledger.now()
        old = or_(SOURCES.c.last_at.is_(None), SOURCES.c.last_at <= now - _MINUTE)
        if source.last_at is None or now - source.last_at >= _MINUTE:
            with self._database.writing() as connection:
                connection.execute(update(SOURCES).where(SOURCES.c.id == source.id, old).values(last_at=now))


def decision_of(source: str, ticket: str) -> str:
    """The id of the request that a ticket becomes: the same however often it comes in."""
    return sha256(f"{source}\n{ticket}".encode()).hexdigest()[:32]


def _site(text: str) -> str:
    try:
        parts = urlsplit(text.strip())
        bare = parts.scheme in ("https", "http") and parts.hostname and not parts.username
    except ValueError:
        raise SiteAddress from None
    if (
        not bare
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
        or not text.isascii()
        or not text.isprintable()
        or len(text) > LONGEST_SITE
    ):
        raise SiteAddress
    return f"{parts.scheme}://{parts.netloc}"


def _source(row: Row[Any]) -> Source:
    known = {field.name: getattr(row, field.name) for field in fields(Source) if field.name != "has_secret"}
    return Source(**known | {"kind": Kind(row.kind), "has_secret": row.secret is not None})

"""The people of a ledger: who is registered, where they work, what each may do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Boolean, Column, MetaData, Row, Table, select

from charter.given import UnknownPerson
from charter.message import Entry
from charter.people.events import (
    AuthorityGranted,
    AuthorityRevoked,
    PersonEvent,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
)
from charter.terms import Role
from projections.engine import Projection, Rows, Views, stored_names
from projections.stored import Text

metadata = MetaData()

PERSON = Table(
    "person",
    metadata,
    Column("person", Text, primary_key=True),
    Column("full_name", Text, nullable=False),
    Column("department", Text),
    Column("contact", Text),
    Column("may_bend", Boolean, nullable=False),
)
HELD = Table(
    "person_role",
    metadata,
    Column("person", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("charter", Text, primary_key=True, comment="empty for a role that is held for all charters"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A role somebody holds, for one charter or (None) for all."""

    role: Role
    charter: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """A registered person as others see them."""

    person: str
    name: str
    department: str | None
    contact: str | None
    roles: tuple[Held, ...]
    may_bend: bool


class People(Projection):
    """Keeps everybody who is registered, and the roles they hold."""

    name = "people"
    version = 1
    events = stored_names(PersonEvent)
    tables = (PERSON, HELD)
    personal: ClassVar[Mapping[Table, tuple[str, ...]]] = {PERSON: ("full_name", "contact")}

    def apply(self, rows: Rows, entry: Entry) -> None:
        """Whatever is granted or revoked changes what a person may do from that entry on."""
        match entry.event:
            case PersonRegistered() as event:
                facts = {"full_name": event.full_name, "department": event.department, "contact": event.contact}
                rows.append(PERSON, {"person": entry.key, "may_bend": False, **facts})
            case RoleGranted() as event:
                rows.append(HELD, {"person": entry.key, "role": str(event.role), "charter": event.charter or ""})
            case RoleRevoked() as event:
                rows.delete(HELD, (entry.key, str(event.role), event.charter or ""))
            case AuthorityGranted() | AuthorityRevoked():
                row = rows.get(PERSON, entry.key)
                assert row is not None, f"{entry.key} was not registered before position {entry.position}"
                rows.put(PERSON, row | {"may_bend": isinstance(entry.event, AuthorityGranted)})


PEOPLE = People()


def people(views: Views, after: str = "", limit: int = 100, text: str = "") -> list[Member]:
    """People in the order of their ids, those after one of them; `text` is a part of an id, a name or a department."""
    query = select(PERSON).where(PERSON.c.person > after).order_by(PERSON.c.person).limit(limit)
    if text:
        columns = (PERSON.c.person, PERSON.c.full_name, PERSON.c.department)
        found = [column.icontains(text, autoescape=True) for column in columns]
        query = query.where(found[0] | found[1] | found[2])
    with views.reading(PEOPLE) as connection:
        rows = connection.execute(query).all()
        held = _held(connection.execute(select(HELD).where(HELD.c.person.in_([row.person for row in rows]))))
        return [_member(row, held.get(row.person, ())) for row in rows]


def person(views: Views, person: str) -> Member:
    """One person; raises UnknownPerson."""
    with views.reading(PEOPLE) as connection:
        row = connection.execute(select(PERSON).where(PERSON.c.person == person)).one_or_none()
        if row is None:
            raise UnknownPerson(person=person)
        held = _held(connection.execute(select(HELD).where(HELD.c.person == person)))
        return _member(row, held.get(person, ()))


def holders(views: Views, charter: str, roles: Collection[Role]) -> list[Member]:
    """Who holds one of these roles for a charter, or for all, in the order of their ids."""
    has = select(HELD.c.person).where(HELD.c.role.in_(roles), HELD.c.charter.in_(("", charter)))
    with views.reading(PEOPLE) as connection:
        rows = connection.execute(select(PERSON).where(PERSON.c.person.in_(has)).order_by(PERSON.c.person)).all()
        held = _held(connection.execute(select(HELD).where(HELD.c.person.in_(has))))
        return [_member(row, held[row.person]) for row in rows]


def _held(rows: Iterable[Row[Any]]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for row in rows:
        found.setdefault(row.person, []).append(Held(Role(row.role), row.charter or None))
    return found


def _member(row: Row[Any], held: Iterable[Held]) -> Member:
    order = list(Role)
    roles = sorted(held, key=lambda each: (order.index(each.role), each.charter or ""))
    return Member(row.person, row.full_name, row.department, row.contact, tuple(roles), row.may_bend)

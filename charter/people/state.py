"""What is known of a person after everything that happened to them."""

from datetime import datetime
from typing import NamedTuple, assert_never

from charter.given import Actor
from charter.people.events import (
    AuthorityGranted,
    AuthorityRevoked,
    PersonEvent,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
)
from charter.terms import Role


class Person(NamedTuple):
    """A person; `registered` is False before the first event."""

    registered: bool = False
    id: str = ""
    department: str | None = None
    roles: frozenset[tuple[Role, str | None]] = frozenset()
    may_bend: bool = False

    @property
    def actor(self) -> Actor | None:
        """What other rules may know of the person; None when there is no such person."""
        return Actor(self.id, self.department, self.roles, self.may_bend) if self.registered else None


def evolve(state: Person, event: PersonEvent, _by: str, _at: datetime | None) -> Person:
    """The person after one more event, written by somebody."""
    match event:
        case PersonRegistered():
            return state._replace(registered=True, id=event.person, department=event.department)
        case RoleGranted():
            return state._replace(roles=state.roles | {(event.role, event.charter)})
        case RoleRevoked():
            return state._replace(roles=state.roles - {(event.role, event.charter)})
        case AuthorityGranted():
            return state._replace(may_bend=True)
        case AuthorityRevoked():
            return state._replace(may_bend=False)
        case _:
            assert_never(event)

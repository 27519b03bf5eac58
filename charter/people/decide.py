"""The rules about people: an admin registers, grants and revokes; the founder of an empty ledger needs none."""

from typing import assert_never

from charter.given import Given, Needs, UnknownPerson, scope
from charter.people.commands import (
    GrantAuthority,
    GrantRole,
    PersonCommand,
    RegisterPerson,
    RevokeAuthority,
    RevokeRole,
)
from charter.people.events import (
    AuthorityGranted,
    AuthorityRevoked,
    PersonEvent,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
)
from charter.people.refusals import (
    AdminOfOneCharter,
    AlreadyRegistered,
    AuthorityUnchanged,
    OwnAdminRole,
    RoleHeld,
    RoleNotHeld,
)
from charter.people.state import Person
from charter.phrase import Phrase
from charter.terms import Role


def needs(_state: Person, command: PersonCommand) -> Needs:
    """A role for one charter needs that charter to exist."""
    slug = command.charter if isinstance(command, GrantRole) else None
    return Needs(charters=(slug,)) if slug else Needs()


def decide(state: Person, command: PersonCommand, given: Given) -> list[PersonEvent]:
    """The events a command leads to; raises Refused."""
    given.happened()  # never ahead of its time
    if isinstance(command, RegisterPerson):
        return _register(state, command, given)
    given.require(None, Role.ADMIN)
    if not state.registered:
        raise UnknownPerson(person=command.person)
    match command:
        case GrantRole():
            if command.charter:
                given.charter(command.charter)
                if command.role is Role.ADMIN:
                    raise AdminOfOneCharter
            if (command.role, command.charter) in state.roles:
                raise RoleHeld(person=state.id, role=command.role, scope=scope(command.charter))
            return [RoleGranted(role=command.role, charter=command.charter)]
        case RevokeRole():
            if (command.role, command.charter) not in state.roles:
                raise RoleNotHeld(person=state.id, role=command.role, scope=scope(command.charter))
            if command.role is Role.ADMIN and given.by == state.id:
                raise OwnAdminRole(person=state.id)
            return [RoleRevoked(role=command.role, charter=command.charter)]
        case GrantAuthority():
            if state.may_bend:
                raise AuthorityUnchanged(person=state.id, may=Phrase("may"))
            return [AuthorityGranted()]
        case RevokeAuthority():
            if not state.may_bend:
                raise AuthorityUnchanged(person=state.id, may=Phrase("may not"))
            return [AuthorityRevoked()]
        case _:
            assert_never(command)


def _register(state: Person, command: RegisterPerson, given: Given) -> list[PersonEvent]:
    registered = PersonRegistered(**dict(command))
    if given.empty and given.by == command.person:
        return [registered, *(RoleGranted(role=role) for role in Role), AuthorityGranted()]
    given.require(None, Role.ADMIN)
    if state.registered:
        raise AlreadyRegistered(person=command.person)
    return [registered]

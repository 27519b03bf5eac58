"""An admin registers people, grants and revokes; the founder of an empty ledger needs none, and one always remains."""

from __future__ import annotations

import pytest

from charter.given import Actor, InTheFuture, MissingRole, UnknownCharter, UnknownPerson
from charter.message import Command
from charter.people.commands import GrantAuthority, GrantRole, RegisterPerson, RevokeAuthority, RevokeRole
from charter.people.events import (
    AuthorityGranted,
    AuthorityRevoked,
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
from charter.terms import Role
from tests.rules import A_MOMENT, NOW, Scenario, given

ZOE = RegisterPerson(person="zoe", full_name="Zoe Hart", department="Care", contact="zoe@skyline.example")
REGISTERED = PersonRegistered(person="zoe", full_name="Zoe Hart", department="Care", contact="zoe@skyline.example")
GRANT = GrantRole(person="zoe", role=Role.REP)
REVOKE = RevokeRole(person="zoe", role=Role.REP)
GRANT_HERE = GrantRole(person="zoe", role=Role.REP, charter="skyline")
REVOKE_HERE = RevokeRole(person="zoe", role=Role.REP, charter="skyline")
GRANTED = RoleGranted(role=Role.REP)
GRANTED_HERE = RoleGranted(role=Role.REP, charter="skyline")
MAY_BEND = GrantAuthority(person="zoe")
MAY_NOT_BEND = RevokeAuthority(person="zoe")


def zoe(*history: RoleGranted | RoleRevoked | AuthorityGranted | AuthorityRevoked) -> Scenario:
    """Zoe is registered, and adam is asked."""
    return given(REGISTERED, *history).by("adam")


# The founder


def test_the_founder_of_an_empty_ledger_holds_every_role_and_may_bend_promises() -> None:
    founding = given().in_an_empty_ledger().by("zoe")
    founding.when(ZOE).then(REGISTERED, *(RoleGranted(role=role) for role in Role), AuthorityGranted())


def test_nobody_founds_a_ledger_in_the_name_of_another() -> None:
    given().in_an_empty_ledger().by("sam").when(ZOE).refused(UnknownPerson, "sam is not registered")


def test_nobody_registers_themselves_afterwards() -> None:
    given().by("zoe").when(ZOE).refused(UnknownPerson, "charter person register zoe")


# Registering


def test_an_admin_registers_a_person() -> None:
    given().by("adam").when(ZOE).then(REGISTERED)


def test_a_person_is_registered_once() -> None:
    zoe().when(ZOE).refused(AlreadyRegistered, "zoe is registered already")


@pytest.mark.parametrize("command", [ZOE, GRANT, REVOKE, MAY_BEND, MAY_NOT_BEND])
@pytest.mark.parametrize("who", ["ann", "rita", "rex", "nora", "harry"])
def test_only_an_admin_changes_what_people_may_do(command: Command, who: str) -> None:
    zoe(GRANTED).by(who).when(command).refused(MissingRole, f"{who} does not hold the role admin.")


def test_an_admin_of_one_charter_alone_is_no_admin_of_people() -> None:
    local = Actor("loki", None, frozenset({(Role.ADMIN, "skyline")}), may_bend=False)
    zoe().knowing(local).by("loki").when(GRANT_HERE).refused(MissingRole)


@pytest.mark.parametrize("command", [GRANT, REVOKE, MAY_BEND, MAY_NOT_BEND])
def test_a_stranger_is_granted_nothing(command: Command) -> None:
    given().by("adam").when(command).refused(UnknownPerson, "charter person register zoe")


@pytest.mark.parametrize("command", [ZOE, GRANT])
def test_nothing_is_granted_ahead_of_its_time(command: Command) -> None:
    zoe().by("adam", at=NOW + A_MOMENT).when(command).refused(InTheFuture)


# Roles


@pytest.mark.parametrize("role", Role)
def test_every_role_is_granted_and_revoked(role: Role) -> None:
    granted = RoleGranted(role=role)
    zoe().when(GrantRole(person="zoe", role=role)).then(granted)
    zoe(granted).when(RevokeRole(person="zoe", role=role)).then(RoleRevoked(role=role))


def test_a_role_is_granted_for_one_charter_or_for_all() -> None:
    zoe(GRANTED).when(GRANT_HERE).then(GRANTED_HERE)
    zoe(GRANTED_HERE).when(GRANT).then(GRANTED)
    zoe(GRANTED, GRANTED_HERE).when(REVOKE).then(RoleRevoked(role=Role.REP))
    zoe(GRANTED, GRANTED_HERE).when(REVOKE_HERE).then(RoleRevoked(role=Role.REP, charter="skyline"))


def test_a_role_is_granted_for_a_charter_that_is_open() -> None:
    zoe().when(GRANT_HERE.model_copy(update={"charter": "nimbus"})).refused(UnknownCharter, "nimbus")


def test_a_role_that_is_held_is_not_granted_again() -> None:
    zoe(GRANTED).when(GRANT).refused(RoleHeld, "zoe holds the role rep already")
    zoe(GRANTED_HERE).when(GRANT_HERE).refused(RoleHeld, "rep for skyline already")


def test_a_role_that_is_not_held_is_not_revoked() -> None:
    zoe().when(REVOKE).refused(RoleNotHeld, "charter person show zoe")
    zoe(GRANTED_HERE).when(REVOKE).refused(RoleNotHeld, "the role rep,")
    zoe(GRANTED).when(REVOKE_HERE).refused(RoleNotHeld, "rep for skyline")


def test_a_revoked_role_can_be_granted_again() -> None:
    zoe(GRANTED, RoleRevoked(role=Role.REP)).when(GRANT).then(GRANTED)


def test_no_admin_gives_up_their_own_role_so_that_one_always_remains() -> None:
    adam = PersonRegistered(person="adam", full_name="Adam Vale")
    resign = RevokeRole(person="adam", role=Role.ADMIN)
    admin = RoleGranted(role=Role.ADMIN)
    given(adam, admin).by("adam").when(resign).refused(OwnAdminRole, "Ask another admin")
    second = Actor("zoe", None, frozenset({(Role.ADMIN, None)}), may_bend=False)
    given(adam, admin).knowing(second).by("zoe").when(resign).then(RoleRevoked(role=Role.ADMIN))


def test_an_admin_gives_up_any_other_role() -> None:
    adam = PersonRegistered(person="adam", full_name="Adam Vale")
    given(adam, GRANTED).by("adam").when(RevokeRole(person="adam", role=Role.REP)).then(RoleRevoked(role=Role.REP))


# Authority


def test_authority_to_bend_promises_is_granted_and_revoked() -> None:
    zoe().when(MAY_BEND).then(AuthorityGranted())
    zoe(AuthorityGranted()).when(MAY_NOT_BEND).then(AuthorityRevoked())
    zoe(AuthorityGranted(), AuthorityRevoked()).when(MAY_BEND).then(AuthorityGranted())


def test_authority_that_is_as_asked_for_stays_so() -> None:
    zoe(AuthorityGranted()).when(MAY_BEND).refused(AuthorityUnchanged, "zoe may bend promises as things stand")
    zoe().when(MAY_NOT_BEND).refused(AuthorityUnchanged, "zoe may not bend promises as things stand")


def test_an_admin_is_one_for_the_whole_ledger() -> None:
    here = GrantRole(person="zoe", role=Role.ADMIN, charter="skyline")
    zoe().when(here).refused(AdminOfOneCharter)

"""What has happened to people."""

from typing import ClassVar

from charter.message import Event, Line, PersonalLine, PersonId, Slug
from charter.terms import Role


class PersonRegistered(Event):
    """A person was registered and can write entries."""

    name: ClassVar = "person.registered"
    person: PersonId
    full_name: PersonalLine
    department: Line | None = None
    contact: PersonalLine | None = None


class RoleGranted(Event):
    """A person was granted a role, for one charter or for all."""

    name: ClassVar = "role.granted"
    role: Role
    charter: Slug | None = None


class RoleRevoked(Event):
    """A role was taken back from a person."""

    name: ClassVar = "role.revoked"
    role: Role
    charter: Slug | None = None


class AuthorityGranted(Event):
    """A person may now bend promises."""

    name: ClassVar = "authority.granted"


class AuthorityRevoked(Event):
    """A person may no longer bend promises."""

    name: ClassVar = "authority.revoked"


PersonEvent = PersonRegistered | RoleGranted | RoleRevoked | AuthorityGranted | AuthorityRevoked

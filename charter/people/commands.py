"""What can be asked about people."""

from pydantic import Field

from charter.message import Command, Line, PersonalLine, PersonId, Slug
from charter.terms import Role


class OnPerson(Command):
    """A command about one person."""

    person: PersonId = Field(description="Short id of the person, as typed: ann, j.smith.")

    @property
    def stream(self) -> str:
        return f"person/{self.person}"


class RegisterPerson(OnPerson):
    """Register a person, so that entries can be written in their name."""

    full_name: PersonalLine = Field(description="The name shown to others.")
    department: Line | None = Field(None, description="The department the person works in.")
    contact: PersonalLine | None = Field(None, description="Where the person can be reached.")


class GrantRole(OnPerson):
    """Grant a person a role: rep, leader, reviewer or admin."""

    role: Role = Field(description="The role to grant.")
    charter: Slug | None = Field(None, description="Only for this charter; for all when left out.")


class RevokeRole(OnPerson):
    """Revoke a role that a person holds."""

    role: Role = Field(description="The role to revoke.")
    charter: Slug | None = Field(None, description="The charter the role was granted for; left out when for all.")


class GrantAuthority(OnPerson):
    """Let a person bend promises: make exceptions on their own authority."""


class RevokeAuthority(OnPerson):
    """Take back a person's authority to bend promises."""


PersonCommand = RegisterPerson | GrantRole | RevokeRole | GrantAuthority | RevokeAuthority

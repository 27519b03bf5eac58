"""Why something asked about people is refused."""

from charter.message import Refused


class AlreadyRegistered(Refused):
    """{person} is registered already. Use another id, or grant roles to {person} as they are."""


class RoleHeld(Refused):
    """{person} holds the role {role}{scope} already."""


class RoleNotHeld(Refused):
    """{person} does not hold the role {role}{scope}, so it cannot be revoked. See: charter person show {person}."""


class AuthorityUnchanged(Refused):
    """{person} {has} the authority to bend promises already."""


class OwnAdminRole(Refused):
    """{person} cannot give up their own admin role. Ask another admin to revoke it, so that one always remains."""

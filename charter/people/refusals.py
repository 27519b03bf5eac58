"""Why something asked about people is refused."""

from charter.message import Refused


class AlreadyRegistered(Refused):
    """{person} is registered already. Use another id, or grant roles to {person} as they are."""


class RoleHeld(Refused):
    """{person} holds the role {role}{scope} already. Nothing has to be done."""


class RoleNotHeld(Refused):
    """{person} does not hold the role {role}{scope}, so it cannot be revoked. See: charter person show {person}."""


class AuthorityUnchanged(Refused):
    """{person} {may} bend promises as things stand. Nothing has to be done."""


class AdminOfOneCharter(Refused):
    """An admin registers people and grants roles for the whole ledger. Grant the role without a charter."""


class OwnAdminRole(Refused):
    """{person} cannot give up their own admin role. Ask another admin to revoke it, so that one always remains."""

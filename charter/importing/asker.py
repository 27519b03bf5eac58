"""Whether somebody may import at all: told once before the first row, instead of in each."""

from charter.given import MissingRole, UnknownPerson
from charter.ledger import Ledger
from charter.terms import Role

ROLES = (Role.LEADER,)
"""What others decided is brought in by who answers for a charter."""


def require_asker(ledger: Ledger, by: str) -> None:
    """Raises UnknownPerson, or MissingRole when leading no charter."""
    actor = ledger.person(by).actor
    if actor is None:
        raise UnknownPerson(person=by)
    if not any(role in ROLES for role, _ in actor.roles):
        raise MissingRole.of(actor, ROLES, None)

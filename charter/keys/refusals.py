"""Why something asked about the ledger's keys is refused."""

from charter.message import NotFound, Refused


class KeyMistyped(Refused):
    """{key} is not a whole Ed25519 verifier key: its id does not fit. Copy it again, all of it."""


class AlreadyAdopted(Refused):
    """The key {key} was adopted before. A key is adopted once; make a new one: charter key rotate."""


class UnknownKey(NotFound):
    """The key {key} is not one of this ledger's. See: charter key show."""


class AlreadyRetired(Refused):
    """The key {key} is retired already. Nothing has to be done."""

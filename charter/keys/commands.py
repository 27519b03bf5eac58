"""What can be asked about the ledger's signing keys."""

from pydantic import Field

from charter.keys.verifier import KeyText
from charter.message import Command, Text

STREAM = "ledger/keys"


class OnKeys(Command):
    """A command about one of the ledger's keys; only its public half is ever written down."""

    key: KeyText = Field(description="The verifier key, as charter key show gives it: NAME+ID+KEY.")

    @property
    def stream(self) -> str:
        return STREAM


class AdoptKey(OnKeys):
    """Adopt a key: what it signs from now on is signed by this ledger."""


class RetireKey(OnKeys):
    """Retire a key: it signs no more, and what it signed until now stays valid."""

    why: Text = Field(description="Why it is retired.")


KeyCommand = AdoptKey | RetireKey

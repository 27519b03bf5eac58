"""What has happened to the ledger's signing keys."""

from typing import ClassVar

from charter.keys.verifier import KeyText
from charter.message import Event, Text


class KeyAdopted(Event):
    """The ledger adopted a key, to sign its checkpoints with."""

    name: ClassVar = "key.adopted"
    key: KeyText


class KeyRetired(Event):
    """A key of the ledger was retired; what it signed before stays valid."""

    name: ClassVar = "key.retired"
    key: KeyText
    why: Text


KeyEvent = KeyAdopted | KeyRetired

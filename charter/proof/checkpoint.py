"""A checkpoint: three lines, kept outside the ledger, that seal every entry up to a position.

The text is the body of a C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint): origin, number of entries, base64
of the tree's root, each on a line of its own, as in::

    charter-ledger/9f86d081884c7d65
    1284
    zTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=

The origin names the ledger by the first 16 hex digits of the leaf of its first entry, so a checkpoint of another
ledger is told from a rewritten history.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from typing import Self

from charter.tree import HASH_SIZE

_TEXT = re.compile(r"([^\x00-\x20\x7f-\xa0+]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n")


def origin(first_leaf: bytes) -> str:
    """The name of the ledger whose first entry has this leaf hash."""
    return f"charter-ledger/{first_leaf.hex()[:16]}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root of the tree over the first `size` entries of the ledger named `origin`."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint written so; ValueError for anything that `str` would not give back the same."""
        found = _TEXT.fullmatch(text)
        if found is None:
            msg = "a checkpoint is three lines: the ledger's name, the number of entries, and 44 characters of base64"
            raise ValueError(msg)
        name, size, encoded = found.groups()
        try:
            root = b64decode(encoded, validate=True)
        except Error as error:  # pragma: no cover - the pattern leaves nothing to refuse
            raise ValueError(str(error)) from error
        if len(root) != HASH_SIZE or b64encode(root).decode() != encoded:
            msg = f"{encoded} is not the base64 of {HASH_SIZE} bytes"
            raise ValueError(msg)
        return cls(name, int(size), root)

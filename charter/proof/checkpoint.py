"""A checkpoint: three lines, kept outside the ledger, that seal every entry up to a position.

The text is the body of a C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint): origin, number of entries, base64
of the tree's root, each on a line of its own, as in::

    charter-ledger/9f86d081884c7d65
    1284
    zTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=

The origin names the ledger by the first 16 hex digits of the leaf of its first entry, so a checkpoint of another
ledger is told from a rewritten history. Published, it is a signed note with this text (`charter.proof.note`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import NoReturn, Self

from charter.proof.note import Note, SigningKey
from charter.proof.strict import unbase64
from charter.tree import HASH_SIZE

_LINES = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")
_ORIGIN = re.compile(r"[^\x00-\x20\x7f-\xa0+]+")


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
        name, size, root, extension = _read(text)
        if extension or not _ORIGIN.fullmatch(name):
            _not_a_checkpoint()
        return cls(name, size, root)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint in the signed note it was published as; ValueError where the note says something else.

    Reading one says nothing about its signatures: `charter.proof.note.verified` does, and a policy says whose matter.
    """

    checkpoint: Checkpoint
    note: Note

    def __post_init__(self) -> None:
        if read_body(self.note.text) != self.checkpoint:
            msg = "the signed text is not that of the checkpoint"
            raise ValueError(msg)

    def __str__(self) -> str:
        return str(self.note)

    @classmethod
    def parse(cls, text: bytes | str) -> Self:
        """The signed checkpoint written so; ValueError for anything that `str` would not give back the same.

        As in the specification, but for a checkpoint of one's own, the origin may have spaces, and further lines may
        follow the three (`extension`).
        """
        note = Note.parse(text)
        return cls(read_body(note.text), note)

    @classmethod
    def signed(cls, checkpoint: Checkpoint, *keys: SigningKey) -> Self:
        """The checkpoint signed with these keys."""
        text = str(checkpoint)
        return cls(checkpoint, Note(text, tuple(key.sign(text) for key in keys)))

    @property
    def extension(self) -> tuple[str, ...]:
        """The lines after the first three: what they mean is up to the log that signed them."""
        return tuple(self.note.text.split("\n")[3:-1])


def read_body(text: str) -> Checkpoint:
    """The checkpoint in the text of a signed note, of any log; ValueError for a text that is none."""
    return Checkpoint(*_read(text)[:3])


def _read(text: str) -> tuple[str, int, bytes, str]:
    """Origin, size, root, and the lines after these."""
    found = _LINES.fullmatch(text)
    if found is None:
        _not_a_checkpoint()
    name, size, encoded, extension = found.groups()
    return name, int(size), unbase64(encoded, HASH_SIZE), extension


def _not_a_checkpoint() -> NoReturn:
    msg = "a checkpoint is three lines: the ledger's name, the number of entries, and 44 characters of base64"
    raise ValueError(msg)

"""What a log says to a witness: the tree it is known to have had, a proof that it only grew, and its new checkpoint.

The body of `add-checkpoint` (https://c2sp.org/tlog-witness), sent to `<submission prefix>/add-checkpoint`::

    old 1200
    PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
    jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=

    charter-ledger/9f86d081884c7d65
    1284
    zTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=

    — charter-ledger/9f86d081884c7d65 NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMc=
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Self

from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.strict import number, unbase64, utf8
from charter.tree import HASH_SIZE

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
"""The media type of an answer that says which size the witness knows."""
LONGEST = 65_536
"""Bytes of a request, and of an answer."""
MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """One request; what it claims is for the witness to check."""

    old: int
    """The size of the tree that the log thinks the witness knows; 0 for none."""
    proof: tuple[bytes, ...]
    """That the new tree begins with the old one (RFC 6962 §2.1.2): at most 63 hashes of 32 bytes."""
    signed: SignedCheckpoint

    def __bytes__(self) -> bytes:
        hashes = "".join(f"{b64encode(node).decode()}\n" for node in self.proof)
        return f"old {self.old}\n{hashes}\n{self.signed}".encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The request written so; ValueError for anything that `bytes` would not give back the same."""
        first, blank, note = utf8(data, LONGEST).partition("\n\n")
        old, *hashes = first.split("\n")
        if not (blank and old.startswith("old ")):
            msg = "a request is a line with the old size, the lines of a proof, an empty line, and a checkpoint"
            raise ValueError(msg)
        if len(hashes) > MOST_HASHES:
            msg = f"a proof has at most {MOST_HASHES} hashes"
            raise ValueError(msg)
        proof = tuple(unbase64(line, HASH_SIZE) for line in hashes)
        return cls(number(old.removeprefix("old ")), proof, SignedCheckpoint.parse(note))

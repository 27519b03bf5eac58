"""A proof in one file that an entry is in a ledger, for somebody who has the entry, the keys, and nothing else.

The file is that of C2SP's tlog-proof (https://c2sp.org/tlog-proof), and its name ends in .tlog-proof: the entry's index
from 0, the hashes from its leaf up (`charter.proof.paths`), and after an empty line the signed checkpoint::

    c2sp.org/tlog-proof@v1
    extra <base64, if there is any>
    index 6
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
    B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

    charter-ledger/9f86d081884c7d65
    1284
    zTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=

    — charter-ledger/9f86d081884c7d65 NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQ=
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from charter.proof.checkpoint import SignedCheckpoint
from charter.proof.note import VerifierKey
from charter.proof.paths import check_inclusion
from charter.proof.policy import Policy
from charter.proof.strict import number, quoted, unbase64, utf8
from charter.tree import HASH_SIZE

FIRST_LINE = "c2sp.org/tlog-proof@v1"
LONGEST = 2_000_000
"""Bytes in the longest proof that is read."""
LONGEST_PATH = 63
"""Hashes in the longest path there can be."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """What shows that an entry is in the tree of a signed checkpoint."""

    index: int
    """The entry's position less one: leaves are counted from 0."""
    path: tuple[bytes, ...]
    """Hashes of 32 bytes, from the leaf's neighbour up to the child of the root."""
    checkpoint: SignedCheckpoint
    extra: bytes = b""
    """Anything else that is of use; nothing vouches for it."""

    def __str__(self) -> str:
        lines = [FIRST_LINE, f"index {self.index}", *(b64encode(node).decode() for node in self.path)]
        if self.extra:
            lines.insert(1, f"extra {b64encode(self.extra).decode()}")
        return "\n".join(lines) + f"\n\n{self.checkpoint}"

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """The proof written so; ValueError for anything that `str` would not give back the same.

        Whether it proves anything is for `check` to say.
        """
        head, _, checkpoint = utf8(data, LONGEST).partition("\n\n")
        first, *lines = head.split("\n")
        if first != FIRST_LINE:
            msg = f"{quoted(first)} is not the first line of a proof, which is {FIRST_LINE}"
            raise ValueError(msg)
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = unbase64(lines.pop(0).removeprefix("extra "))
            if not extra:
                msg = "the line of extra data is empty"
                raise ValueError(msg)
        if not lines or not lines[0].startswith("index "):
            msg = "the proof does not say which entry it is about, in a line such as: index 6"
            raise ValueError(msg)
        index = number(lines[0].removeprefix("index "))
        if len(lines) - 1 > LONGEST_PATH:
            msg = f"a proof has at most {LONGEST_PATH} hashes"
            raise ValueError(msg)
        path = tuple(unbase64(line, HASH_SIZE) for line in lines[1:])
        return cls(index, path, SignedCheckpoint.parse(checkpoint), extra)

    def check(self, leaf: bytes, keys: Iterable[VerifierKey] = (), policy: Policy | None = None) -> dict[str, int]:
        """Which witnesses of the policy cosigned, and when, if the proof shows the entry with this leaf hash.

        The leaf is `tree.leaf_hash` of the entry's record; the log must have signed with one of `keys` or of the
        policy's. Raises BadProof for an entry that is not in the tree there, and UnsignedNote, BadSignature or
        QuorumMissing for a checkpoint that can't be believed.
        """
        cosigned = (policy or Policy()).check(self.checkpoint, keys)
        sealed = self.checkpoint.checkpoint
        check_inclusion(self.index, sealed.size, leaf, self.path, sealed.root)
        return cosigned

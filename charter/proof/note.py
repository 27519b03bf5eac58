"""Signed notes: a text, a blank line, and one line for each signature, as C2SP's signed-note defines them.

A note (https://c2sp.org/signed-note) looks like this; the text may be anything that ends in a newline::

    charter-ledger/9f86d081884c7d65
    1284
    zTPN5CGSMbQSxxSxdF0rGh9ZXKNMdjTGxeRLn6gUTf4=

    — charter-ledger/9f86d081884c7d65 NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQ=

The base64 holds the four bytes that name the key and then the signature (`charter.proof.key`). Everything is read
strictly: what `str` would not give back the same is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from charter.proof.key import COSIGNATURE, ED25519, Signature, SigningKey, VerifierKey, check_text
from charter.proof.strict import utf8

__all__ = [
    "COSIGNATURE",
    "ED25519",
    "LONGEST",
    "MOST_SIGNATURES",
    "BadSignature",
    "Note",
    "Signature",
    "SigningKey",
    "UnsignedNote",
    "VerifierKey",
    "good_signatures",
    "verified",
]

LONGEST = 1_000_000
"""Bytes in the longest note that is read."""
MOST_SIGNATURES = 100
"""Signature lines in the longest note that is read."""


class BadSignature(ValueError):
    """A key that is known did not make the signature that bears its name: the note was altered, or forged."""


class UnsignedNote(ValueError):
    """None of the keys that are known has signed the note."""


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and its signatures; ValueError for a text that no note can have."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        check_text(self.text)

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    @classmethod
    def parse(cls, data: bytes | str) -> Self:
        """The note written so; ValueError for anything that `str` would not give back the same.

        At least one signature, at most `MOST_SIGNATURES` of them and `LONGEST` bytes; whether the signatures are good
        is for `verified` to say.
        """
        text = utf8(data, LONGEST)
        body, blank, lines = text.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            msg = "a note is a text, an empty line, and lines of signatures up to its end"
            raise ValueError(msg)
        if lines.count("\n") > MOST_SIGNATURES:
            msg = f"a note has at most {MOST_SIGNATURES} signatures"
            raise ValueError(msg)
        return cls(body + "\n", tuple(Signature.parse(line + "\n") for line in lines[:-1].split("\n")))

    def with_signatures(self, *signatures: Signature) -> Self:
        """The same text with these signatures after those it has; one that it has already is not repeated."""
        return type(self)(self.text, tuple(dict.fromkeys((*self.signatures, *signatures))))


def verified(note: Note, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
    """The keys that signed the note, in the order of its lines.

    Raises BadSignature and ValueError as `good_signatures` does, and UnsignedNote when none of the keys signed.
    """
    known = tuple(keys)
    signed = list(dict.fromkeys(key for key, _ in good_signatures(note, known)))
    if not signed:
        given = ", ".join(dict.fromkeys(f"{key.name}+{key.key_id.hex()}" for key in known))
        msg = f"none of these keys has signed it: {given}" if given else "there is no key that could have signed it"
        raise UnsignedNote(msg)
    return signed


def good_signatures(note: Note, keys: Iterable[VerifierKey]) -> Iterator[tuple[VerifierKey, Signature]]:
    """Each line that one of the keys signed; the lines of other keys are passed over.

    Raises BadSignature when a line with the name and id of a key is not that key's, and ValueError for two keys that
    have both in common.
    """
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            msg = f"two keys of {key.name} have the id {key.key_id.hex()}; leave one of them out"
            raise ValueError(msg)
    for line in note.signatures:
        signer = known.get((line.name, line.key_id))
        if signer is None:
            continue
        if not signer.signed(note.text, line.signature):
            msg = f"the signature of {line.name} is not good: the text was altered after it was signed, or it is forged"
            raise BadSignature(msg)
        yield signer, line

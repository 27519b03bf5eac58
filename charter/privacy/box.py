"""One sealed value: text that only its person's key opens, and that opens to one meaning only.

AES-256-GCM (NIST SP 800-38D) under the person's key, with a fresh 96-bit nonce. What it belongs to is bound to it as
associated data, five lines that each end in LF::

    charter-ledger/sealed/v1
    <stream>
    <version>
    <type>
    <subject>

AES-GCM does not commit to its key: whoever chooses two keys can build one box that opens under both, to two different
texts. So inside the box the text comes after 32 random bytes, the salt, and beside the box stands
HMAC-SHA-256(salt, text) (RFC 2104), which is checked at opening: a second text would need a collision of SHA-256.
Without the salt, which goes with the key, that seal says nothing about the text.
"""

from __future__ import annotations

from hmac import compare_digest, digest
from os import urandom
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_SIZE = 32
NONCE_SIZE = 12
SALT_SIZE = 32


class SealBroken(ValueError):
    """The sealed words do not open to what was sealed: they, their key, or their place in the ledger were changed."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Box(NamedTuple):
    """A sealed value: 12 bytes of nonce, the box (ciphertext and 16 bytes of tag), the 32-byte seal."""

    nonce: bytes
    box: bytes
    seal: bytes


class Opened(NamedTuple):
    """What was in a box: the text, and the 32-byte salt that proves with the seal that it was this one."""

    text: bytes
    salt: bytes


def context(stream: str, version: int, type_: str, subject: str) -> bytes:
    """The associated data of what is sealed in one entry for one person."""
    return f"charter-ledger/sealed/v1\n{stream}\n{version}\n{type_}\n{subject}\n".encode()


def randomness(boxes: int) -> list[bytes]:
    """What `Sealer.seal` needs of it for so many boxes, 44 bytes each: asking the system once is faster by half."""
    size = NONCE_SIZE + SALT_SIZE
    random = urandom(size * boxes)
    return [random[at : at + size] for at in range(0, len(random), size)]


class Sealer:
    """What seals and opens under one person's key of 32 bytes: to be made once for all of that person's boxes."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, text: bytes, belongs_to: bytes, random: bytes | None = None) -> Box:
        """Seal text, with 44 random bytes that were never used before; so never twice the same."""
        random = random or urandom(NONCE_SIZE + SALT_SIZE)
        nonce, salt = random[:NONCE_SIZE], random[NONCE_SIZE:]
        return Box(nonce, self._aead.encrypt(nonce, salt + text, belongs_to), digest(salt, text, "sha256"))

    def open(self, box: Box, belongs_to: bytes) -> Opened:
        """What was sealed; raises SealBroken."""
        try:
            inside = self._aead.decrypt(box.nonce, box.box, belongs_to)
        except (InvalidTag, ValueError):
            raise SealBroken from None
        salt, text = inside[:SALT_SIZE], inside[SALT_SIZE:]
        if not compare_digest(digest(salt, text, "sha256"), box.seal):
            raise SealBroken
        return Opened(text, salt)

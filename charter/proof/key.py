"""Keys that sign notes and that check them, each written as one line, and the signatures they make.

As in C2SP's signed-note (https://c2sp.org/signed-note#verifier-keys)::

    name+<8 hex digits>+<base64 of the algorithm and the public key>           to check with
    PRIVATE+KEY+name+<8 hex digits>+<base64 of the algorithm and the seed>     to sign with

The hex digits are the key's id: the first four bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key). There are two
algorithms, both with keys of 32 bytes: 1 is Ed25519 (RFC 8032) over the text, 4 is Ed25519 over a time and the text
(`charter.proof.cosignature`).
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Self

from charter.proof.strict import quoted, unbase64, utf8

ED25519 = 1
COSIGNATURE = 4

_KEY_SIZE = 32
_ID_SIZE = 4
_LONGEST = 4_000  # characters of a key as text
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f-\x9f\ud800-\udfff]+")  # \s is every Unicode space
_HEX = re.compile(r"[0-9a-f]{8}")
_LINE = "\N{EM DASH} "
_PRIVATE = "PRIVATE+KEY+"


class Signature(NamedTuple):
    """One signature line of a note."""

    name: str
    key_id: bytes
    """4 bytes."""
    signature: bytes
    """The bytes after the key's id: 64 for Ed25519, 8 of time and then 64 for a cosignature."""

    def __str__(self) -> str:
        return f"{_LINE}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """The signature written so, with the newline at the end; ValueError for anything else."""
        name, space, encoded = line.removesuffix("\n").removeprefix(_LINE).partition(" ")
        if not (line.startswith(_LINE) and line.endswith("\n") and space):
            msg = f"{quoted(line)} is not a signature line (an em dash, the key's name and base64, and nothing else)"
            raise ValueError(msg)
        check_name(name)
        data = unbase64(encoded)
        if len(data) <= _ID_SIZE:
            msg = f"the signature of {quoted(name)} is empty"
            raise ValueError(msg)
        return cls(name, data[:_ID_SIZE], data[_ID_SIZE:])


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name it signs under; ValueError where its parts do not fit each other."""

    name: str
    key_id: bytes
    """The first 4 bytes of SHA-256(name ‖ newline ‖ algorithm ‖ public key)."""
    algorithm: int
    """1 for Ed25519 over the text, 4 for a cosignature with a time."""
    public: bytes
    """32 bytes."""

    def __post_init__(self) -> None:
        if self.key_id != key_id(self.name, self.public, self.algorithm):
            msg = f"the key of {self.name} does not have the id {self.key_id.hex()}"
            raise ValueError(msg)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.algorithm]) + self.public).decode()}"

    @classmethod
    def of(cls, name: str, public: bytes, algorithm: int = ED25519) -> Self:
        """The key with its id; ValueError for a name no key can have, another algorithm, or not 32 bytes."""
        return cls(name, key_id(name, public, algorithm), algorithm, public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key written so; ValueError for anything that `str` would not give back the same."""
        if text.startswith(_PRIVATE):  # whose message would show a part of it
            msg = "this is a secret key, which is for nobody to see; the public half of it is asked for"
            raise ValueError(msg)
        name, shown, algorithm, public = _parse_key(text)
        return cls(name, shown, algorithm, public)

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether this key made these bytes (those after the key's id) over the text of a note."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        message = text.encode()
        if self.algorithm == COSIGNATURE:
            time, signature = int.from_bytes(signature[:8]), signature[8:]
            if time >= 1 << 63:
                return False
            message = cosigned_message(message, time)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """A secret key and the name it signs under; its text, but not its `repr`, gives the secret away."""

    __slots__ = ("_seed", "verifier")

    def __init__(self, name: str, seed: bytes, algorithm: int = ED25519) -> None:
        """The key of a seed of 32 random bytes; ValueError for any other length, name or algorithm."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        check_name(name)
        if len(seed) != _KEY_SIZE:
            msg = f"a signing key has {_KEY_SIZE} bytes, not {len(seed)}"
            raise ValueError(msg)
        self._seed = bytes(seed)
        public = Ed25519PrivateKey.from_private_bytes(self._seed).public_key().public_bytes_raw()
        self.verifier = VerifierKey.of(name, public, algorithm)

    @classmethod
    def new(cls, name: str, algorithm: int = ED25519) -> Self:
        """A new random key."""
        from secrets import token_bytes

        return cls(name, token_bytes(_KEY_SIZE), algorithm)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key written so; ValueError, which does not repeat the secret, for anything that `str` would not write."""
        if not text.startswith(_PRIVATE):
            msg = f"a signing key begins with {_PRIVATE}"
            raise ValueError(msg)
        try:
            name, shown, algorithm, seed = _parse_key(text.removeprefix(_PRIVATE))
            key = cls(name, seed, algorithm)
        except ValueError:
            key, shown = None, b""
        if key is None or key.verifier.key_id != shown:  # said outside of `except`, so that no traceback shows the text
            msg = "this is not a signing key, or not all of it; the line must be exactly as it was made"
            raise ValueError(msg)
        return key

    def __str__(self) -> str:
        secret = b64encode(bytes([self.verifier.algorithm]) + self._seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.key_id.hex()}+{secret}"

    def __repr__(self) -> str:
        return f"<SigningKey of {self.name}, id {self.verifier.key_id.hex()}>"

    @property
    def name(self) -> str:
        """The name it signs under."""
        return self.verifier.name

    def sign(self, text: str) -> Signature:
        """Its signature over the text of a note; ValueError for a key of cosignatures, which need a time."""
        if self.verifier.algorithm != ED25519:
            msg = f"the key of {self.name} makes cosignatures, which bear a time: charter.proof.cosignature signs them"
            raise ValueError(msg)
        check_text(text)
        return Signature(self.name, self.verifier.key_id, self.raw_signature(text.encode()))

    def raw_signature(self, message: bytes) -> bytes:
        """The 64 bytes of Ed25519 (RFC 8032) over a message."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).sign(message)


def cosigned_message(text: bytes, time: int) -> bytes:
    """What a cosignature signs: two lines before the text of the note (https://c2sp.org/tlog-cosignature)."""
    return b"cosignature/v1\ntime %d\n%b" % (time, text)


def key_id(name: str, public: bytes, algorithm: int) -> bytes:
    """The 4 bytes that name a key beside its name; ValueError for a name or key that is none."""
    check_name(name)
    if algorithm not in (ED25519, COSIGNATURE):
        msg = f"the key of {name} is of the kind {algorithm}; known are 1 (Ed25519) and 4 (cosignatures)"
        raise ValueError(msg)
    if len(public) != _KEY_SIZE:
        msg = f"the key of {name} has {len(public)} bytes instead of {_KEY_SIZE}"
        raise ValueError(msg)
    return sha256(b"%b\n%c%b" % (name.encode(), algorithm, public)).digest()[:_ID_SIZE]


def check_name(name: str) -> None:
    """ValueError for a name that no key can have: it has no space, no plus and no control character."""
    if not _NAME.fullmatch(name):
        msg = f"{quoted(name)} can't be the name of a key: a name has no spaces, no plus and no control characters"
        raise ValueError(msg)


def check_text(text: str) -> None:
    """ValueError for a text that can't be signed: it ends in a newline, and has no other control character."""
    if not text.endswith("\n"):
        msg = "the text of a note ends in a newline"
        raise ValueError(msg)
    utf8(text)


def _parse_key(text: str) -> tuple[str, bytes, int, bytes]:
    """Name, id, algorithm and key of the form that both kinds of keys have."""
    parts = text.split("+", 2)
    if len(text) > _LONGEST or len(parts) != 3 or not _HEX.fullmatch(parts[1]):
        msg = f"{quoted(text)} is not a key: a key is written as name+8 hex digits+base64"
        raise ValueError(msg)
    data = unbase64(parts[2])
    if not data:
        msg = f"the key of {quoted(parts[0])} is empty"
        raise ValueError(msg)
    return parts[0], bytes.fromhex(parts[1]), data[0], data[1:]

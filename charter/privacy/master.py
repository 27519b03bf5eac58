"""The master key: the one secret under which the key of every person is wrapped, kept in a file or the environment.

It is 32 random bytes, written as base64. CHARTER_MASTER_KEY holds it, or CHARTER_MASTER_KEY_FILE says which file does;
else it is in the file `charter/master.key` of the user's configuration folder (XDG Base Directory Specification).
Whoever loses it loses every sealed word; whoever has it and the key store can read them all.
"""

from __future__ import annotations

import os
import unicodedata
from base64 import b64decode, b64encode
from hmac import digest
from pathlib import Path
from secrets import token_bytes

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap_with_padding,
    aes_key_wrap_with_padding,
)

from charter.message import NotFound, Refused

SIZE = 32
VARIABLE, FILE_VARIABLE = "CHARTER_MASTER_KEY", "CHARTER_MASTER_KEY_FILE"


class MasterKeyMissing(NotFound):
    """There is no master key here, so no words of a person can be sealed or read. It belongs in {path}, or in
    CHARTER_MASTER_KEY or CHARTER_MASTER_KEY_FILE. For a ledger that never had one: charter key master"""


class MasterKeyUnreadable(Refused):
    """The master key in {place} can't be used: {why}."""


class MasterKeyOpenToOthers(Refused):
    """Others can read the master key in {path}. Close it to them: chmod 600 {path}"""


class MasterKeyExists(Refused):
    """There is a master key in {place} already. It is never replaced: all that it sealed would be lost."""


class MasterKey:
    """The secret, and what it is used for: wrapping keys, and finding people and orders without keeping their words."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SIZE:
            msg = f"a master key has {SIZE} bytes, not {len(secret)}"
            raise ValueError(msg)
        self._wrapping = self._derived(secret, b"wrap")
        self._naming = HMAC(self._derived(secret, b"name"), SHA256())
        self.mark = self._derived(secret, b"mark")
        """32 bytes that tell this master key from another, and nothing else about it."""
        self.asking = self._derived(secret, b"ask")
        """32 bytes without which nobody can try words against the digest of an order."""

    @staticmethod
    def _derived(secret: bytes, purpose: bytes) -> bytes:
        # HKDF-Expand (RFC 5869 §2.3) to one block: the secret is random already
        return digest(secret, b"charter-ledger/" + purpose + b"/v1\x01", "sha256")

    def wrap(self, key: bytes) -> bytes:
        """A person's key as it is stored: AES-KWP (RFC 5649), 8 bytes longer."""
        return aes_key_wrap_with_padding(self._wrapping, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """The key that was wrapped; ValueError if it was wrapped under another master key, or changed."""
        try:
            return aes_key_unwrap_with_padding(self._wrapping, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            msg = "the key of a person does not unwrap: it was changed, or wrapped under another master key"
            raise ValueError(msg) from error

    def alias(self, kind: str, name: str) -> str:
        """What a person is found by: HMAC-SHA-256 (RFC 2104) of the sort of name and the name, in hex.

        Case, width and spaces make no difference. Without the master key nobody can try names against it.
        """
        spelled = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        named = self._naming.copy()  # twice as fast as to begin with the key again
        named.update(f"{kind}\0{spelled}".encode())
        return named.finalize().hex()

    def __repr__(self) -> str:
        return "<MasterKey>"


def default_file() -> Path:
    """Where the master key is, unless the environment says otherwise."""
    given = os.environ.get(FILE_VARIABLE)
    if given:
        return Path(given).expanduser()
    return Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "charter" / "master.key"


def load() -> MasterKey | None:
    """The master key of this user; None if there is none. MasterKeyUnreadable or MasterKeyOpenToOthers if it is bad."""
    text = os.environ.get(VARIABLE)
    if text:
        return _parsed(text, VARIABLE)
    path = default_file()
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise MasterKeyUnreadable(place=path, why=getattr(error, "strerror", None) or "it is not base64") from None
    if mode & 0o077:
        raise MasterKeyOpenToOthers(path=path)
    return _parsed(text, str(path))


def _parsed(text: str, place: str) -> MasterKey:
    try:
        secret = b64decode(text.strip(), validate=True)
        return MasterKey(secret)
    except ValueError:
        raise MasterKeyUnreadable(place=place, why=f"it is not the base64 of {SIZE} bytes") from None


def create() -> Path:
    """Make a new master key in its file, which only its owner can read; MasterKeyExists if there is one already."""
    path = default_file()
    if os.environ.get(VARIABLE):
        raise MasterKeyExists(place=VARIABLE)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MasterKeyExists(place=path) from None
    except OSError as error:
        raise MasterKeyUnreadable(place=path, why=error.strerror) from None
    with os.fdopen(file, "wb") as out:
        out.write(b64encode(token_bytes(SIZE)) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return path

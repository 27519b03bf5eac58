"""The keys a ledger signs with: in a file of the user's that nobody else can read, or in the environment.

A secret key is one line, `PRIVATE+KEY+NAME+ID+BASE64`, under the name of its ledger (`charter.proof.note`). While one
key takes over from another there are two lines, and both sign. CHARTER_SIGNING_KEY holds the lines themselves; else
they are in `charter/keys/<16 hex digits of the ledger's name>.key` of the user's configuration folder (XDG Base
Directory Specification). The ledger's database knows only their public halves.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from charter.message import NotFound, Refused
from charter.proof.note import ED25519, SigningKey
from charter.publishing import secret_file

VARIABLE = "CHARTER_SIGNING_KEY"


class NoSigningKey(NotFound):
    """There is no key here to sign for this ledger. Make one: charter key new. Or bring the one there is to {path}."""


class NotASigningKey(Refused):
    """What {place} holds is not a signing key: {why}. Restore it, or make another: charter key rotate."""


class KeyOfAnotherLedger(Refused):
    """The key in {place} signs for {other}, and this ledger is {origin}. Use the ledger's own: charter key show."""


class Held(NamedTuple):
    """The secret keys at hand, in the order they were made, and the file they are in; None for the environment."""

    keys: tuple[SigningKey, ...]
    path: Path | None

    @property
    def place(self) -> str:
        """Where they are, for people."""
        return str(self.path or VARIABLE)


def default_path(origin: str) -> Path:
    """The file for the keys of a ledger, by the ledger's name."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "charter" / "keys"
    return folder / f"{origin.rpartition('/')[2]}.key"


def held(origin: str) -> Held | None:
    """The keys at hand for a ledger; None if there are none.

    Raises NotASigningKey or KeyOfAnotherLedger, and as `secret_file.read` does for a file that others could read.
    """
    text = os.environ.get(VARIABLE)
    if text:
        return Held(_parsed(text, origin, VARIABLE), None)
    path = default_path(origin)
    if not path.exists():
        return None
    return Held(_parsed(secret_file.read(path), origin, str(path)), path)


def required(origin: str) -> Held:
    """The keys at hand for a ledger, as `held`; raises NoSigningKey if there are none."""
    found = held(origin)
    if found is None:
        raise NoSigningKey(path=default_path(origin))
    return found


def keep(path: Path, keys: Sequence[SigningKey], *, new: bool = False) -> None:
    """Write keys to their file, in the place of those that are there, or `new`; raises as `secret_file` does."""
    text = "".join(f"{key}\n" for key in keys)
    if new:
        secret_file.write_new(path, text)
    else:
        secret_file.replace(path, text)


def _parsed(text: str, origin: str, place: str) -> tuple[SigningKey, ...]:
    lines = text.split()
    if not lines:
        raise NotASigningKey(place=place, why="it is empty")
    try:
        keys = tuple(SigningKey.parse(line) for line in lines)
    except ValueError as error:
        raise NotASigningKey(place=place, why=error) from None
    for key in keys:
        if key.name != origin:
            raise KeyOfAnotherLedger(place=place, other=key.name, origin=origin)
        if key.verifier.algorithm != ED25519:
            raise NotASigningKey(place=place, why="it is the key of a witness")
    return keys

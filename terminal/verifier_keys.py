"""How the public keys of ledgers are typed: the long line that `charter key show` shows, or a file with such lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from charter.proof.note import ED25519, VerifierKey

LONGEST = 65_536
"""Bytes that are read of a file of keys."""


def verifier_keys_option(name: str, words: str, *, required: bool = False) -> click.Option:
    """The option `--name`, which can be repeated; read what was typed with `verifier_keys`."""
    return click.Option(
        [f"--{name}", name],
        multiple=True,
        required=required,
        metavar="VKEY|FILE",
        help=f"{words} The long line that charter key show shows, or a file with such lines. Can be repeated.",
    )


def verifier_keys(typed: Sequence[str], option: str) -> tuple[VerifierKey, ...]:
    """The keys that were typed, each once; raises UsageError for what is none, naming the option."""
    return tuple(dict.fromkeys(key for value in typed for key in _read(value.strip(), option)))


def _read(value: str, option: str) -> list[VerifierKey]:
    words = [value] if "+" in value and not Path(value).is_file() else _lines(value, option)
    if not words:
        raise _wrong(option, f"there is no key in {value}")
    try:
        keys = [VerifierKey.parse(word) for word in words]
    except ValueError as error:
        raise _wrong(option, str(error)) from None
    for key in keys:
        if key.algorithm != ED25519:
            raise _wrong(option, f"{key.name} is a witness, and not a ledger")
    return keys


def _lines(path: str, option: str) -> list[str]:
    try:
        with Path(path).open("rb") as file:
            return file.read(LONGEST).decode().split()
    except OSError as error:
        raise _wrong(option, f"{path} is neither a key nor a file that can be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise _wrong(option, f"{path} does not hold keys") from None


def _wrong(option: str, why: str) -> click.UsageError:
    return click.UsageError(f"--{option}: {why}. Give the whole long line that charter key show shows.")

"""Reading text that others wrote: there is one way to write each thing, and anything else is refused."""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import a2b_base64

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_QUOTED = 80


def utf8(data: bytes | str, most: int | None = None) -> str:
    """The text, of bytes or of a str; ValueError unless it is UTF-8 without control characters other than newlines.

    With `most`, ValueError also for a longer one, in bytes.
    """
    if most is not None and len(data) > most:  # a str has at least a byte for each character
        too_long(most)
    try:
        encoded, text = (data.encode(), data) if isinstance(data, str) else (data, data.decode())
    except UnicodeError:
        msg = "this is not UTF-8"
        raise ValueError(msg) from None
    if most is not None and len(encoded) > most:
        too_long(most)
    if found := _CONTROL.search(text):
        msg = f"there is a control character ({found[0]!r}) in it"
        raise ValueError(msg)
    return text


def too_long(most: int) -> None:
    """Raises the ValueError for what is longer than anything that is meant."""
    msg = f"this is longer than the {most:,} bytes that are read of such a text"
    raise ValueError(msg)


def unbase64(text: str, size: int | None = None) -> bytes:
    """The bytes of standard base64 (RFC 4648 §4) in its one canonical form, and as many as asked for; or ValueError."""
    try:
        data = a2b_base64(text, strict_mode=True)
    except ValueError:  # which binascii.Error is, and what text that is not ASCII raises
        data = b""
    if b64encode(data).decode() != text:
        msg = f"{quoted(text)} is not base64 as it must be written"
        raise ValueError(msg)
    if size is not None and len(data) != size:
        msg = f"{quoted(text)} is the base64 of {len(data)} bytes instead of {size}"
        raise ValueError(msg)
    return data


def number(text: str) -> int:
    """A whole number from 0, in decimal digits without zeros before it, at most 19 of them; or ValueError."""
    if not _NUMBER.fullmatch(text):
        msg = f"{quoted(text)} is not a number as it must be written"
        raise ValueError(msg)
    return int(text)


def quoted(text: str) -> str:
    """A text as a message may quote it: on one line, and not longer than one."""
    return repr(text if len(text) <= _QUOTED else text[: _QUOTED - 1] + "…")

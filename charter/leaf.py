"""The leaf record: the seven lines that stand for one entry in the ledger's tree.

Anybody can check an entry with this page and SHA-256. UTF-8, every line ends in LF, the last one too::

    charter-ledger/entry/v1
    <position>                          1, 2, 3 … without gaps
    <stream>                            charter/<slug>, decision/<id>, person/<id>, subject/<id>, ledger/keys
    <version>                           1, 2, 3 … in its stream
    <type>                              the event's stored name
    <recorded at>                       UTC, always six decimals and Z
    <base64 of SHA-256(body)>           RFC 4648 §4, 44 characters; the body exactly as stored

The entry at position 7 with the body ``{}``, for example::

    charter-ledger/entry/v1
    7
    decision/3f0c
    1
    decision.made
    2026-11-22T07:15:00.123456Z
    RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=

Its leaf in the tree is SHA-256(0x00 ‖ record) (`charter.tree`). No line can run into the next, because a stream or a
type with a control character is refused before it is written.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeAlias

Row: TypeAlias = tuple[int, str, int, str, str, bytes]
"""position, stream, version, type, recorded at (text as in the record), body."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_STAMP_LENGTH = len("2026-11-22T07:15:00.123456Z")


def record(position: int, stream: str, version: int, type_: str, recorded_at: str, body: bytes) -> bytes:
    """The leaf record of one entry, as this page specifies it; ValueError for a control character in stream or type."""
    refuse_control_characters((stream, type_))
    head = f"charter-ledger/entry/v1\n{position}\n{stream}\n{version}\n{type_}\n{recorded_at}\n"
    return head.encode() + b2a_base64(sha256(body).digest())


def leaves(rows: Iterable[Row]) -> list[bytes]:
    """The 32-byte leaf hashes of many entries, in their order: `tree.leaf_hash(record(…))` of each, at twice the speed.

    The streams and types must have passed `refuse_control_characters` before.
    """
    return [
        sha256(
            f"\x00charter-ledger/entry/v1\n{position}\n{stream}\n{version}\n{type_}\n{recorded_at}\n".encode()
            + b2a_base64(sha256(body).digest())
        ).digest()
        for position, stream, version, type_, recorded_at, body in rows
    ]


def refuse_control_characters(values: Iterable[str]) -> None:
    """ValueError naming the first value with a control character (Unicode's category Cc) in it."""
    values = tuple(values)
    if "".join(values).isprintable():  # most often true, and then 20 times as fast as looking for what is wrong
        return
    for value in values:
        if _CONTROL.search(value):
            msg = f"{value!r} contains a control character; a ledger's names are plain text on one line"
            raise ValueError(msg)


def stamp(moment: datetime) -> str:
    """A moment as the ledger writes it, such as 2026-11-22T07:15:00.123456Z; ValueError if it has no time zone."""
    if moment.tzinfo is None:
        msg = f"{moment} has no time zone"
        raise ValueError(msg)
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def instant(text: str) -> datetime:
    """The moment that `stamp` wrote, aware and in UTC; ValueError for any other way to write a time."""
    # fromisoformat is lenient (week dates, a comma, another zone, fewer digits), and what is stored has one form only
    if len(text) != _STAMP_LENGTH or (text[4] + text[7] + text[10] + text[19] + text[26]) != "--T.Z":
        msg = f"{text!r} is not a time as the ledger writes it (2026-11-22T07:15:00.123456Z)"
        raise ValueError(msg)
    return datetime.fromisoformat(text)

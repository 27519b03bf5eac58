"""Reads the little of DER that a time stamp needs: which values stand in which, each with its own bytes.

DER is the encoding of ITU-T X.690 that RFC 3161 prescribes. Bytes are only cut here, and not believed: whether they
are signed is for others to say.
"""

from __future__ import annotations

from typing import NamedTuple

INTEGER, BITS, OCTETS, OID, TEXT, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x0C, 0x30, 0x31
FIRST, SECOND = 0xA0, 0xA1
"""What a definition calls [0] and [1]."""
_LONG = 0x80
_MORE = 0x1F
_MOST_LENGTH = 4
"""Bytes of a length."""


class Value(NamedTuple):
    """One value: its tag, what it holds, and all of its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def parts(self, tag: int) -> list[Value]:
        """The values that it holds; ValueError if it is not of this tag, or if they do not fill it."""
        found = []
        rest = self.holding(tag)
        while rest:
            value, rest = _split(rest)
            found.append(value)
        return found

    def holding(self, tag: int) -> bytes:
        """Its content; ValueError if it is not of this tag."""
        if self.tag != tag:
            msg = f"the tag {self.tag:#04x} stands where {tag:#04x} should"
            raise ValueError(msg)
        return self.content


def only(data: bytes) -> Value:
    """The one value that these bytes are; ValueError for anything else."""
    value, rest = _split(data)
    if rest:
        msg = f"{len(rest)} bytes follow its end"
        raise ValueError(msg)
    return value


def wrapped(tag: int, content: bytes) -> bytes:
    """The bytes of a value."""
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def _split(data: bytes) -> tuple[Value, bytes]:
    """The first value, and the bytes after it."""
    if len(data) < 2:
        msg = "a value is cut off"
        raise ValueError(msg)
    if data[0] & _MORE == _MORE:
        msg = f"the tag {data[0]:#04x} is of a kind that has no place here"
        raise ValueError(msg)
    size, start = data[1], 2
    if size >= _LONG:
        start += size - _LONG
        length = data[2:start]
        size = int.from_bytes(length, "big")
        if not 0 < len(length) <= _MOST_LENGTH or size < _LONG or length[0] == 0:
            msg = "a length is not written as DER writes it"
            raise ValueError(msg)
    stop = start + size
    if stop > len(data):
        msg = "a value is cut off"
        raise ValueError(msg)
    return Value(data[0], data[start:stop], data[:stop]), data[stop:]

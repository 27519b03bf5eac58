"""Writes a zip that is the same, byte for byte, whenever the same is put into it, and that may hold millions of files.

The format is PKWARE's APPNOTE, deflate only, with its Zip64 parts where a zip grows beyond 65,534 files or 4 GB. Every
file is dated 1 January 1980, the first day the format knows. What the end of a zip repeats of each file waits in a
temporary file, so memory stays flat; and the name and SHA-256 of each file with it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from shutil import copyfileobj
from struct import pack
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Self

_LEVEL = 6
_CHUNK = 1 << 20
_FIRST_DAY = 1 << 5 | 1
_UTF_8 = 1 << 11
_DEFLATED = 8
_NEEDED = 20
"""The version of the format that is needed to read it: 2.0, and 4.5 with Zip64."""
_NEEDED_64 = 45
_UNIX = 3 << 8
_MOST_16 = 0xFFFF
_MOST_32 = 0xFFFFFFFF


class Archive:
    """A zip in the making, in a file that can be written and searched."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._directory = TemporaryFile()  # noqa: SIM115  # it lives as long as this does
        self._sums = TemporaryFile()  # noqa: SIM115
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._directory.close()
        self._sums.close()

    def add(self, name: str, parts: bytes | Iterable[bytes], *, runs: bool = False) -> None:
        """Put a file in, as a whole or in parts; `runs` marks it as a program."""
        start = self._file.tell()
        encoded = name.encode()
        self._file.write(_local(encoded, 0, 0, 0))
        crc = size = packed = 0
        digest = sha256()
        deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        for part in (parts,) if isinstance(parts, bytes) else parts:
            crc = zlib.crc32(part, crc)
            size += len(part)
            digest.update(part)
            packed += self._file.write(deflate.compress(part))
        packed += self._file.write(deflate.flush())
        assert size < _MOST_32, name
        self._file.seek(start)
        self._file.write(_local(encoded, crc, packed, size))
        self._file.seek(0, 2)
        self._directory.write(_central(encoded, crc, packed, size, start, 0o100755 if runs else 0o100644))
        self._sums.write(f"{digest.hexdigest()}  {name}\n".encode())
        self._count += 1

    def sums(self) -> Iterator[bytes]:
        """A line for each file so far, as `sha256sum` writes and checks it."""
        self._sums.seek(0)
        while part := self._sums.read(_CHUNK):
            yield part

    def finish(self) -> None:
        """Write what the end of a zip has to say; nothing can be added after that."""
        start = self._file.tell()
        self._directory.seek(0)
        copyfileobj(self._directory, self._file, _CHUNK)
        end = self._file.tell()
        size = end - start
        if self._count >= _MOST_16 or start >= _MOST_32:
            made = _UNIX | _NEEDED_64
            counts = (self._count, self._count, size, start)
            self._file.write(pack("<IQHHIIQQQQ", 0x06064B50, 44, made, _NEEDED_64, 0, 0, *counts))
            self._file.write(pack("<IIQI", 0x07064B50, 0, end, 1))
        count = min(self._count, _MOST_16)
        self._file.write(
            pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, min(size, _MOST_32), min(start, _MOST_32), 0)
        )


def _local(name: bytes, crc: int, packed: int, size: int) -> bytes:
    """What stands before a file in a zip."""
    head = (0x04034B50, _NEEDED, _UTF_8, _DEFLATED, 0, _FIRST_DAY, crc, packed, size, len(name), 0)
    return pack("<IHHHHHIIIHH", *head) + name


def _central(name: bytes, crc: int, packed: int, size: int, start: int, mode: int) -> bytes:
    """What the end of a zip repeats of a file, and where it begins."""
    far = start >= _MOST_32
    extra = pack("<HHQ", 1, 8, start) if far else b""
    needed = _NEEDED_64 if far else _NEEDED
    head = (0x02014B50, _UNIX | needed, needed, _UTF_8, _DEFLATED, 0, _FIRST_DAY, crc, packed, size)
    rest = (len(name), len(extra), 0, 0, 0, mode << 16, min(start, _MOST_32))
    return pack("<IHHHHHHIII", *head) + pack("<HHHHHII", *rest) + name + extra

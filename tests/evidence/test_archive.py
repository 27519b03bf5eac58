"""The zip of a pack: every reader reads it, it is the same each time, and it may hold more than a small zip can."""

from __future__ import annotations

import io
import struct
import zipfile
from hashlib import sha256

import pytest

from charter.evidence import archive
from charter.evidence.archive import Archive

FILES = {"a.txt": b"hello", "deep/er/b.bin": bytes(range(256)) * 99, "empty": b"", "über.txt": b"\xc3\xbc"}


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip with these files."""
    file = io.BytesIO()
    with Archive(file) as made:
        for name, data in files.items():
            made.add(name, data)
        made.finish()
    return file.getvalue()


def test_what_was_put_in_is_read() -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(FILES))) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == FILES


def test_it_is_the_same_each_time_and_in_parts() -> None:
    file = io.BytesIO()
    with Archive(file) as made:
        for name, data in FILES.items():
            made.add(name, (data[at : at + 7] for at in range(0, len(data), 7)))
        made.finish()
    assert zipped(FILES) == zipped(FILES)
    with zipfile.ZipFile(file) as read:
        assert {name: read.read(name) for name in read.namelist()} == FILES
        assert {info.date_time for info in read.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_sums_are_those_of_the_files() -> None:
    with Archive(io.BytesIO()) as made:
        for name, data in FILES.items():
            made.add(name, data)
        lines = b"".join(made.sums()).decode().splitlines()
    assert lines == [f"{sha256(data).hexdigest()}  {name}" for name, data in FILES.items()]


def test_a_program_may_be_run_and_nothing_else() -> None:
    file = io.BytesIO()
    with Archive(file) as made:
        made.add("page", b"")
        made.add("program", b"", runs=True)
        made.finish()
    with zipfile.ZipFile(file) as read:
        assert [info.external_attr >> 16 & 0o777 for info in read.infolist()] == [0o644, 0o755]


def test_more_files_than_a_small_zip_can_count() -> None:
    many = {f"{number}": b"" for number in range(0x10000)}
    with zipfile.ZipFile(io.BytesIO(zipped(many))) as read:
        assert len(read.namelist()) == 0x10000


def test_what_lies_beyond_the_reach_of_a_small_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_MOST_32", 200)  # as if 4 GB were 200 bytes
    far = zipped({str(number): bytes(number) for number in range(9)})
    start, size = struct.unpack("<Q", far[-42 + 8 : -42 + 16])[0], far.count(b"PK\x01\x02")
    assert far[start : start + 4] == b"PK\x06\x06"
    count, length, offset = struct.unpack("<QQQ", far[start + 32 : start + 56])
    assert (count, far[offset : offset + 4]) == (size, b"PK\x01\x02")
    assert offset + length == start
    extra = struct.unpack("<HHQ", far[start - 12 : start])
    assert extra[:2] == (1, 8)
    assert far[extra[2] : extra[2] + 4] == b"PK\x03\x04"

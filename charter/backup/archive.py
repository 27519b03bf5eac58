"""A backup is one zip for its owner alone: the copied databases, and `backup.json`, which says what they have to be."""

from __future__ import annotations

import errno
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Literal
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from charter.backup.refusals import BackupMissing, FromNewerBackup, NotABackup
from charter.leaf import instant
from charter.message import Message
from charter.proof.reread import Progress

FORMAT = "charter-backup/1"
LEDGER, KEYS, ACCOUNTS = "ledger.db", "keys.db", "accounts.db"
_SAYS = "backup.json"
_LONGEST = 1 << 20
_CHUNK = 1 << 20
_README = """A backup of a customer charter ledger. Put it back with: charter restore FILE

ledger.db    the ledger, a SQLite database
keys.db      the keys of the people whose words are sealed in it, each wrapped under the master key
accounts.db  passwords (hashed), tokens (hashed) and settings of the web server
backup.json  what was copied when, and the SHA-256 of each file

Neither the master key nor the keys that sign checkpoints are in it. Without the master key no sealed word can be read.
"""


class Part(Message):
    """A database in a backup: how long it is, and its SHA-256 in hex."""

    bytes: int
    sha256: str


class Contents(Message):
    """What a backup says of itself: which ledger, up to which entry, copied when, and its files."""

    format: Literal["charter-backup/1"] = "charter-backup/1"
    made_at: str
    software: str
    ledger: str
    size: int
    root: str
    files: Mapping[str, Part]


def pack(path: Path, files: Mapping[str, Path], progress: Progress | None = None, **facts: Any) -> Contents:
    """Write the zip at `path`, for its owner alone and safe on the disk, and read all of it again.

    OSError where it cannot be written.
    """
    parts, step = {}, _bytes_of(files.values(), progress)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w+b") as file:
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as archive:
            _add_text(archive, "README.txt", _README)
            for name, source in files.items():
                with source.open("rb") as read, archive.open(_named(name), "w", force_zip64=True) as write:
                    parts[name] = _copied(read, write, step=step)
            contents = Contents(files=parts, **facts)
            _add_text(archive, _SAYS, json.dumps(contents.model_dump(mode="json"), indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with opened(path) as (again, archive):
        for name, part in again.files.items():
            with archive.open(name) as read:
                _require(path, name, _copied(read, None, step=step), part)
    return contents


@contextmanager
def opened(path: Path) -> Iterator[tuple[Contents, ZipFile]]:
    """A backup, and what it says of itself; raises BackupMissing, NotABackup or FromNewerBackup."""
    try:
        with ZipFile(path) as archive:
            yield _contents(path, archive), archive
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        raise NotABackup(path=path, why=error) from None
    except OSError as error:
        if error.filename == str(path):
            raise BackupMissing(path=path, why=error.strerror) from None
        if error.errno == errno.EINVAL:  # a part that is said to begin before the file does
            raise NotABackup(path=path, why=error.strerror) from None
        raise


def unpack(path: Path, archive: ZipFile, contents: Contents, name: str, target: Path) -> None:
    """Write one of its databases to a new file for its owner alone; NotABackup unless it is what was copied."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    expected = contents.files[name]
    with os.fdopen(handle, "wb") as write, _member(path, archive, name) as read:
        _require(path, name, _copied(read, write, expected.bytes), expected)
        write.flush()
        os.fsync(write.fileno())


def _contents(path: Path, archive: ZipFile) -> Contents:
    with _member(path, archive, _SAYS) as file:
        text = file.read(_LONGEST)
    try:
        said = json.loads(text)
        format_ = said.get("format") if isinstance(said, dict) else None
        if format_ != FORMAT and str(format_).startswith("charter-backup/"):
            raise FromNewerBackup(path=path, format=format_)
        contents = Contents.model_validate(said)
        instant(contents.made_at)
    except (ValueError, RecursionError):
        raise NotABackup(path=path, why=f"what it says of itself ({_SAYS}) cannot be read") from None
    if LEDGER not in contents.files or not contents.files.keys() <= {LEDGER, KEYS, ACCOUNTS}:
        raise NotABackup(path=path, why="its files are not those of a backup")
    return contents


@contextmanager
def _member(path: Path, archive: ZipFile, name: str) -> Iterator[IO[bytes]]:
    try:
        file = archive.open(name)
    except (KeyError, NotImplementedError, RuntimeError):
        raise NotABackup(path=path, why=f"there is no {name} in it that can be read") from None
    with file:
        yield file


def _bytes_of(files: Iterable[Path], progress: Progress | None) -> Callable[[int], None] | None:
    """What is told that bytes were written, and later read again, of all there are."""
    if progress is None:
        return None
    total, done = 2 * sum(each.stat().st_size for each in files), 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress(done, total)

    return step


def _copied(
    read: IO[bytes], write: IO[bytes] | None, most: int | None = None, step: Callable[[int], None] | None = None
) -> Part:
    """Copy to the end, or to a byte more than `most`; how long it was, and its hash."""
    digest, size = sha256(), 0
    while chunk := read.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if write is not None:
            write.write(chunk)
        if step is not None:
            step(len(chunk))
        if most is not None and size > most:
            break
    return Part(bytes=size, sha256=digest.hexdigest())


def _require(path: Path, name: str, found: Part, expected: Part) -> None:
    if found != expected:
        raise NotABackup(path=path, why=f"{name} is not what was copied")


def _add_text(archive: ZipFile, name: str, text: str) -> None:
    archive.writestr(_named(name), text)


def _named(name: str) -> ZipInfo:
    info = ZipInfo(name)  # dated 1980: backup.json says when
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with suppress(AttributeError):
        info._compresslevel = 1  # type: ignore[attr-defined]  # writing by name has no other way to say so
    return info

"""Files that hold a secret: written so that only their owner can read them, and read only while that is so."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from charter.files import on_disk
from charter.message import NotFound, Refused

LONGEST = 65_536
"""Bytes that are read of such a file."""


class SecretMissing(NotFound):
    """There is no file {path} with a key in it. Give the path of the one you mean."""


class SecretOpenToOthers(Refused):
    """Others can read the key in {path} (mode {mode}), so it is not used. Close it to them: chmod 600 {path}."""


class SecretUnreadable(Refused):
    """The file {path} cannot be used for a key: {why}."""


class SecretExists(Refused):
    """There is a file {path} already, and a key is never written over another. Give another path."""


def read(path: Path) -> str:
    """What is in the file; raises SecretMissing, SecretOpenToOthers or SecretUnreadable."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode  # of what was opened, whatever the name stands for by now
            if not stat.S_ISREG(mode):
                raise SecretUnreadable(path=path, why="it is not a file")
            if mode & 0o077:
                raise SecretOpenToOthers(path=path, mode=f"{stat.S_IMODE(mode):04o}")
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise SecretUnreadable(path=path, why="it is too long for a key")
        return data.decode()
    except FileNotFoundError:
        raise SecretMissing(path=path) from None
    except OSError as error:
        raise SecretUnreadable(path=path, why=error.strerror) from None
    except UnicodeDecodeError:
        raise SecretUnreadable(path=path, why="it does not hold text") from None


def write_new(path: Path, text: str) -> None:
    """Make the file, for its owner alone and safe on the disk; raises SecretExists or SecretUnreadable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SecretUnreadable(path=path, why=error.strerror) from None
    try:
        _write(path, text)
        on_disk(path.parent)
    except FileExistsError:
        raise SecretExists(path=path) from None
    except OSError as error:
        raise SecretUnreadable(path=path, why=error.strerror) from None


def replace(path: Path, text: str) -> None:
    """Put another text in the place of the file's, whole or not at all; raises SecretUnreadable."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):  # of a program that died here and had our number
            draft.unlink()
        _write(draft, text)
        draft.replace(path)
        on_disk(path.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise SecretUnreadable(path=path, why=error.strerror) from None


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)

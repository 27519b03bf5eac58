"""Files that are on the disk for certain, and whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def on_disk(path: Path) -> None:
    """Return once a file, or the names in a folder, are safe on the disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file, to write and to read, that takes its place when the block has ended, or not at all; raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def put(draft: Path, path: Path) -> None:
    """Give a finished file its name, whole or not at all; FileExistsError where there is something of that name."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without links: claim the name first, which a crash here would leave as an empty file
        path.touch(0o600, exist_ok=False)
        draft.replace(path)
    on_disk(path.parent)

"""A folder of published files: each is written whole or not at all, and never a second time with other contents."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from charter.files import on_disk
from charter.message import Refused

_AT_ONCE = 8
"""Files that are on their way to the disk at the same time."""


class FileDiffers(Refused):
    """{path} holds something else than the ledger does, and was left as it is.
    See which of the two was altered: charter verify. Then lay the tiles out in an empty folder."""


class Folder:
    """Puts files into a folder; what was put there is on the disk once `settle` has returned."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._unsettled: set[Path] = set()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder if it is missing, and wait until no other process is putting files into it."""
        self._root.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._root, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)  # which ends the lock

    def read(self, path: str) -> bytes | None:
        """The contents of a file; None if there is none."""
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None

    def keep_all(self, files: Iterable[tuple[str, bytes]]) -> tuple[int, int]:
        """`keep` each of many files, by path; how many were missing, and how many there already."""
        kept = [0, 0]
        files = iter(files)
        with ThreadPoolExecutor(_AT_ONCE) as threads:  # a disk takes many files in the time of one
            while several := list(islice(files, 4 * _AT_ONCE)):
                for missing in threads.map(self.keep, *zip(*several, strict=True)):
                    kept[not missing] += 1
        return kept[0], kept[1]

    def keep(self, path: str, data: bytes) -> bool:
        """Put a file that never changes; whether it was missing. FileDiffers if it is there with other contents."""
        there = self.read(path)
        if there is None:
            self.replace(path, data)
        elif there != data:
            raise FileDiffers(path=self._root / path)
        return there is None

    def replace(self, path: str, data: bytes) -> None:
        """Put a file in the place of the one there is; a crash leaves the one or the other."""
        place = self._root / path
        self._make(place.parent)
        draft = place.with_name(f".{place.name}.new")  # only one process is here; the next one writes over a leftover
        try:
            with draft.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:  # a full disk does not say for which file
            raise OSError(error.errno, error.strerror, str(place)) from error
        draft.replace(place)
        self._unsettled.add(place.parent)

    def settle(self) -> None:
        """Return when the names of all files are on the disk, too."""
        for folder in sorted(self._unsettled):
            on_disk(folder)
        self._unsettled.clear()

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(exist_ok=True)
            self._unsettled.add(folder.parent)

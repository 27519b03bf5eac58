"""Where a copy is made: a folder beside its place, for its owner alone, that does not outlive the work."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from charter.backup.refusals import BackupNotWritten
from charter.message import Refused
from charter.phrase import Phrase
from charter.publishing.remembered import Tell

_NAME = ".charter-copy-"
_MARK = "under-way"
_SAYS = b"A copy of a charter ledger is made here, with people's keys. If it is cut off, the next one removes it.\n"


@contextmanager
def workshop(place: Path, tell: Tell, not_written: type[Refused] = BackupNotWritten) -> Iterator[Path]:
    """A new folder beside a place, which is gone afterwards; what an earlier one left there is removed, and told.

    Raises `not_written` where there cannot be written.
    """
    for left in _left_in(place.parent):
        _clear(left, tell)
    try:
        folder = Path(tempfile.mkdtemp(prefix=_NAME, dir=place.parent))
        mark = None
        try:
            mark = _marked(folder)
            yield folder
        finally:
            try:
                with suppress(FileNotFoundError):
                    _remove(folder)
            finally:
                if mark is not None:
                    os.close(mark)
    except OSError as error:
        raise not_written(path=place, why=error.strerror) from None


def leave_mark(folder: Path, begun: datetime) -> None:
    """Leave in a folder that a copy was cut off there, for whoever looks next; raises OSError."""
    made = Path(tempfile.mkdtemp(prefix=_NAME, dir=folder))
    try:
        os.close(_marked(made))
        os.utime(made / _MARK, times=(begun.timestamp(), begun.timestamp()))
    except OSError:
        _remove(made)  # unmarked, nobody would ever remove it
        raise


def cut_off_in(folder: Path) -> list[datetime]:
    """When each of the copies in a folder was begun that were cut off, since the last one that was begun there."""
    found = []
    for left in _left_in(folder):
        with suppress(FileNotFoundError):  # removed by another one just now
            found.append(datetime.fromtimestamp((left / _MARK).lstat().st_mtime, UTC))
    return sorted(found)


def _marked(folder: Path) -> int:
    """Mark a folder as ours, held by this process as long as the handle is open and the process lives."""
    draft = folder / f"{_MARK}.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, _SAYS)
        with suppress(OSError):  # a disk without locks: the folder stays unmarked, and nobody else removes it
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.rename(folder / _MARK)  # no mark is ever seen without its lock
    except BaseException:
        os.close(handle)
        raise
    return handle


def _left_in(folder: Path) -> Iterator[Path]:
    """Folders that are certainly ours, and in which nobody is at work; none where it cannot be looked into."""
    with suppress(OSError):
        yield from [each for each in folder.iterdir() if each.name.startswith(_NAME) and _is_left(each)]


def _is_left(folder: Path) -> bool:
    with suppress(OSError):
        facts = folder.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
            return False
        handle = os.open(folder / _MARK, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return True
        finally:
            os.close(handle)
    return False


def _clear(left: Path, tell: Tell) -> None:
    try:
        _remove(left)
    except FileNotFoundError:  # another one, begun at the same time, removed it and says so
        return
    except OSError as error:
        found = Phrase(
            "{left} is left of a copy that was cut off, with people's keys in it perhaps, and could not be removed: "
            "{why}. Remove it.",
            left=left,
            why=error.strerror,
        )
        tell(found)
    else:
        tell(Phrase("{left} was left of a copy that was cut off, and is removed.", left=left))


def _remove(folder: Path) -> None:
    for each in sorted(folder.iterdir(), key=lambda each: each.name == _MARK):  # what tells it is ours goes last
        each.unlink(missing_ok=True)
    folder.rmdir()

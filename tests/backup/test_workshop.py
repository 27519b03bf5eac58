"""Where a copy is made, whatever goes wrong with it: no file stays open, and no folder that nobody would remove."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from charter.backup.refusals import BackupNotWritten
from charter.backup.workshop import leave_mark, workshop

AT = datetime(2026, 11, 22, tzinfo=UTC)


def is_open(handle: int) -> bool:
    """Whether a file is open under this number."""
    try:
        os.fstat(handle)
    except OSError:
        return False
    return True


@pytest.mark.parametrize("wrong", ["mark", "folder"])
def test_the_mark_does_not_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Where it cannot be written, and where the folder cannot be removed."""
    handles, write = [], os.write

    def written(handle: int, data: bytes) -> int:
        handles.append(handle)
        if wrong == "mark":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    with monkeypatch.context() as patched, pytest.raises(BackupNotWritten):
        patched.setattr(os, "write", written)
        with workshop(tmp_path / "a.backup", pytest.fail) as folder:
            assert is_open(handles[0])
            (folder / "more").mkdir()
    assert [is_open(handle) for handle in handles] == [False]
    assert len(list(tmp_path.iterdir())) == (wrong == "folder")


def test_on_a_disk_without_locks_no_mark_is_left_that_nobody_would_remove(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(*_: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(FileNotFoundError):
        leave_mark(tmp_path, AT)
    assert list(tmp_path.iterdir()) == []


def test_what_another_one_removes_just_then_is_left_to_them_to_tell(tmp_path: Path) -> None:
    for _ in range(2):
        leave_mark(tmp_path, AT)
    told = []

    def tell(words: str) -> None:
        told.append(words)
        for left in tmp_path.iterdir():
            shutil.rmtree(left)

    with workshop(tmp_path / "a.backup", tell):
        assert len(list(tmp_path.iterdir())) == 1
    [words] = told
    assert words.endswith("was left of a copy that was cut off, and is removed.")

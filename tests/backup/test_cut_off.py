"""A backup that is cut off leaves no copy of the keys: none where it is told to stop, else none after the next one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from charter.backup import take
from charter.backup.make import make
from charter.backup.workshop import cut_off_in
from tests.terminal.conftest import Terminal

ROOT = Path(__file__).parents[2]
WAIT = 60
PAUSES = """
import signal
from charter.backup import make

def whole(*_, **__):
    print("copied", flush=True)
    signal.pause()

make.whole = whole
import cli
cli.main()
"""
"""The command, which has copied ledger and keys when it says so, and then waits for a signal."""


@pytest.fixture
def folder(skyline: Terminal) -> Path:
    """A folder for backups."""
    made = skyline.folder / "backups"
    made.mkdir()
    return made


@contextmanager
def half_made(terminal: Terminal, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A backup under way, which has come as far as the copy of the keys."""
    process = subprocess.Popen(
        [sys.executable, "-c", PAUSES, "backup", str(folder)],
        env=os.environ | terminal.env | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "copied\n"
        assert [each.name for each in folder.glob("*/keys.db")] == ["keys.db"]
        yield process
    finally:
        process.kill()
        process.communicate()


def killed(terminal: Terminal, folder: Path) -> Path:
    """What a backup leaves that was killed."""
    with half_made(terminal, folder) as process:
        process.kill()
        process.communicate(timeout=WAIT)
    [left] = folder.iterdir()
    return left


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_backup_that_is_told_to_stop_leaves_nothing_and_says_so(
    skyline: Terminal, folder: Path, told: signal.Signals
) -> None:
    with half_made(skyline, folder) as process:
        process.send_signal(told)
        out, err = process.communicate(timeout=WAIT)
    assert (process.returncode, out) == (130, "")
    assert err == "Stopped. No backup was made; begin again.\n"
    assert list(folder.iterdir()) == []


def test_what_a_killed_backup_left_is_removed_by_the_next_one_which_says_so(skyline: Terminal, folder: Path) -> None:
    left = killed(skyline, folder)
    assert len(cut_off_in(folder)) == 1
    typed = skyline(["backup", str(folder)])
    assert typed.code == 0
    assert f"{left} was left of a copy that was cut off, and is removed." in typed.err
    assert [each.suffix for each in folder.iterdir()] == [".backup"]
    assert cut_off_in(folder) == []


def test_what_is_put_back_beside_it_removes_it_too(skyline: Terminal, folder: Path) -> None:
    skyline.ok(["backup", str(skyline.folder / "b.zip")])
    left = killed(skyline, folder)
    typed = Terminal(folder)(["restore", str(skyline.folder / "b.zip")])
    assert (typed.code, left.exists()) == (0, False)
    assert f"{left} was left" in typed.err


def test_a_copy_under_way_is_left_to_whoever_makes_it(skyline: Terminal, folder: Path) -> None:
    with half_made(skyline, folder):
        [theirs] = folder.iterdir()
        typed = skyline(["backup", str(folder)])
        assert (typed.code, "cut off" in typed.err) == (0, False)
        assert (theirs / "keys.db").exists()
        assert cut_off_in(folder) == []


@pytest.mark.parametrize("what", ["unmarked", "link", "file", "of another"])
def test_what_is_not_certainly_ours_is_not_touched(
    skyline: Terminal, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    left = killed(skyline, folder)
    if what == "unmarked":
        (left / "under-way").unlink()
    elif what == "link":
        shutil.move(left, tmp_path / "mine")
        left.symlink_to(tmp_path / "mine")
    elif what == "file":
        shutil.rmtree(left)
        left.write_text("mine")
    else:
        somebody_else = os.geteuid() + 1
        monkeypatch.setattr(os, "geteuid", lambda: somebody_else)
    typed = skyline(["backup", str(folder)])
    assert (typed.code, "cut off" in typed.err) == (0, False)
    assert left.exists()
    assert (left / "keys.db").exists() is (what != "file")


def test_what_cannot_be_removed_is_named(skyline: Terminal, folder: Path) -> None:
    left = killed(skyline, folder)
    (left / "more").mkdir()
    typed = skyline(["backup", str(folder)])
    assert typed.code == 0
    assert f"{left} is left of a copy that was cut off, with people's keys in it perhaps" in typed.err
    assert cut_off_in(folder)


@pytest.mark.parametrize("what", ["without_key", "pack"])
def test_a_stop_is_heard_after_the_copy_too(
    skyline: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """While keys are looked for, and while the zip is written."""
    reached = Event()
    made = getattr(take, what)

    def noted(*given: Any, **more: Any) -> Any:
        reached.set()
        return made(*given, **more)

    def stop(*_: int) -> None:
        if reached.is_set():
            raise KeyboardInterrupt

    monkeypatch.setattr(take, what, noted)
    with pytest.raises(KeyboardInterrupt):
        make(skyline.env["CHARTER_LEDGER"], folder, datetime.now(UTC), pytest.fail, stop)
    assert list(folder.iterdir()) == []

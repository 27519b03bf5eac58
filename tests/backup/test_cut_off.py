"""A backup or restore that is cut off leaves no copy of keys: none where it is told to stop, else after the next."""

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
from charter.proof.verify import verify
from tests.terminal.conftest import Terminal

ROOT = Path(__file__).parents[2]
WAIT = 60
PAUSES = """
import signal
import sys
from importlib import import_module

module, name = sys.argv.pop(1).split(":")

def pause(*_, **__):
    print("so far", flush=True)
    signal.pause()

setattr(import_module(module), name, pause)
import cli
cli.main()
"""
"""A command that says when it has come to something, the first word it is given, and then waits for a signal."""
ALL_READ = """
import signal
from charter.proof import reread

whole = reread.Team.whole

def pause(*given):
    whole(*given)
    print("so far", flush=True)
    signal.pause()

reread._STRETCH = 4
reread.Team.whole = pause
import cli
cli.main()
"""
"""A command that has read the whole ledger when it says so, together with other processes, which wait with it."""

AT_ONE_MOMENT = """
import sys
from datetime import UTC, datetime
from charter.backup import make

made, whole = make.make, make.whole

def then(where, target, at, *given, **more):
    return made(where, target, datetime(2026, 11, 22, 7, 15, tzinfo=UTC), *given, **more)

def wait(*given, **more):
    print("so far", flush=True)
    sys.stdin.readline()
    return whole(*given, **more)

make.make, make.whole = then, wait
import cli
cli.main()
"""
"""A backup of a quarter past seven, which has copied ledger and keys when it says so, and goes on for a line."""


@pytest.fixture
def folder(skyline: Terminal) -> Path:
    """A folder for backups."""
    made = skyline.folder / "backups"
    made.mkdir()
    return made


@contextmanager
def under_way(terminal: Terminal, script: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process group of its own, which has come as far as its script lets it."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words],
        env=os.environ | terminal.env | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "so far\n", process.communicate()
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def half_made(terminal: Terminal, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A backup under way, which has come as far as the copy of the keys."""
    with under_way(terminal, PAUSES, "charter.backup.make:whole", "backup", str(folder)) as process:
        assert [each.name for each in folder.glob("*/keys.db")] == ["keys.db"]
        yield process


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


def test_two_that_are_made_at_the_same_moment_are_both_whole_under_names_of_their_own(
    skyline: Terminal, folder: Path
) -> None:
    making = (AT_ONE_MOMENT, "backup", str(folder))
    with under_way(skyline, *making) as one, under_way(skyline, *making) as other:
        assert len([*folder.glob("*/keys.db")]) == 2
        for each in (one, other):
            assert each.stdin is not None
            print(file=each.stdin, flush=True)
        said = [each.communicate(timeout=WAIT) for each in (one, other)]
    assert [each.returncode for each in (one, other)] == [0, 0]
    assert not any("cut off" in err for _, err in said)
    name = "charter-20261122T071500Z"
    assert sorted(each.name for each in folder.iterdir()) == [f"{name}-2.backup", f"{name}.backup"]
    for path in [*folder.iterdir()]:
        place = (folder / path.stem).with_suffix(".db")
        assert skyline(["--ledger", str(place), "restore", str(path)]).code == 0
        assert verify(place).ok


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


# what is put back


@pytest.fixture
def elsewhere(tmp_path: Path) -> Terminal:
    """A terminal on another computer, with nothing on it."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Terminal(folder)


@pytest.fixture
def backup(skyline: Terminal) -> str:
    """A backup of a ledger."""
    path = str(skyline.folder / "b.zip")
    skyline.ok(["backup", path])
    return path


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("at", ["charter.backup.whole:whole", "charter.backup.put_back:without_key"])
def test_a_restore_that_is_told_to_stop_leaves_nothing_says_so_and_can_be_begun_again(
    elsewhere: Terminal, backup: str, at: str, told: signal.Signals
) -> None:
    with under_way(elsewhere, PAUSES, at, "restore", backup) as process:
        assert [each.name for each in elsewhere.folder.glob("*/ledger.db")] == ["ledger.db"]
        process.send_signal(told)
        out, err = process.communicate(timeout=WAIT)
    assert (process.returncode, out) == (130, "")
    assert err == "Stopped. The ledger was not put back; begin again.\n"
    assert list(elsewhere.folder.iterdir()) == []
    again = elsewhere(["restore", backup])
    assert (again.code, "was kept" in again.err, "were kept" in again.err) == (0, False, False)
    assert verify(elsewhere.env["CHARTER_LEDGER"]).ok


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_restore_that_is_told_to_stop_once_the_ledger_is_back_does_not_say_that_it_is_not(
    elsewhere: Terminal, backup: str, told: signal.Signals
) -> None:
    with under_way(elsewhere, PAUSES, "projections.erasure:unrecorded", "restore", backup) as process:
        process.send_signal(told)
        out, err = process.communicate(timeout=WAIT)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Stopped. The ledger is back, and whole;")
    assert verify(elsewhere.env["CHARTER_LEDGER"]).ok


def test_ctrl_c_which_all_processes_of_a_terminal_hear_is_answered_by_one(elsewhere: Terminal, backup: str) -> None:
    with under_way(elsewhere, ALL_READ, "restore", backup) as process:
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=WAIT)
    assert (process.returncode, out) == (130, "")
    assert err == "Stopped. The ledger was not put back; begin again.\n"
    assert list(elsewhere.folder.iterdir()) == []


def test_a_folder_for_it_that_is_not_there_is_named(elsewhere: Terminal, backup: str) -> None:
    place = elsewhere.folder / "none" / "charter.db"
    typed = elsewhere(["--ledger", str(place), "restore", backup])
    assert (typed.code, typed.out) == (1, "")
    assert f"The ledger could not be put back at {place}: No such file or directory." in " ".join(typed.err.split())

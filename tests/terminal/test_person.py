"""What only a person at a terminal sees: colour, the next command, progress, and a clean stop."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from terminal.progress import Stopped, progress
from tests.terminal.conftest import Terminal

ROOT = Path(__file__).parents[2]


def at_a_terminal(terminal: Terminal, *words: str, **env: str) -> str:
    """Run the command at a terminal of its own and give all that is seen there, in its order."""
    ours, theirs = pty.openpty()
    known = os.environ | terminal.env | {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"} | env
    line = [sys.executable, "-m", "cli", *words]
    running = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, env=known)
    os.close(theirs)
    seen = b""
    while True:
        try:
            some = os.read(ours, 65_536)
        except OSError:  # Linux says EIO when the other side is closed
            break
        if not some:
            break
        seen += some
    running.wait()
    os.close(ours)
    return seen.decode()


def test_the_next_command_is_the_last_thing_one_reads(skyline: Terminal) -> None:
    """After the answer, and only at a terminal."""
    seen = at_a_terminal(skyline, "no", "Refund", "-g", "off-brand", "-c", "REFUND-30.1", "-r", "Used.")
    assert seen.index("No, off-brand") < seen.index("Next: charter decision show")
    assert "Next:" not in at_a_terminal(skyline, "decision", "list", "--json")
    assert "Next:" not in skyline("decision list").err


def test_colour_is_for_a_terminal_that_wants_it(skyline: Terminal) -> None:
    """Not with NO_COLOR, nor in a terminal that knows none."""
    assert "\x1b[" in at_a_terminal(skyline, "show")
    assert "\x1b[" not in at_a_terminal(skyline, "show", NO_COLOR="1")
    assert "\x1b[" not in at_a_terminal(skyline, "show", TERM="dumb")


def test_a_stop_says_what_is_done() -> None:
    """Ctrl-C in long work is a sentence and exit code 130."""
    with pytest.raises(Stopped) as stopped, progress("Working", lambda done: f"Stopped after {done}.") as step:
        step(7, 10)
        raise KeyboardInterrupt
    assert stopped.value.format_message() == "Stopped after 7."
    assert stopped.value.exit_code == 130


def test_a_stopped_command_leaves_with_its_sentence(skyline: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import keeps what is written and says that it can be run again."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("charter.importing.cases.import_cases", stopped)
    typed = skyline("import decisions log.csv")
    assert typed.code == 130
    assert "Run the same command again: it writes what is missing." in " ".join(typed.err.split())


def test_long_work_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, once it takes longer than a moment."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("terminal.progress.PATIENCE", 0.0)
    with progress("Working", str) as step:
        step(1, 2)
        step(2, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Working" in err

"""The command as the shell runs it: exit codes, pipes, colour, and how little it imports before it answers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("alembic", "rich", "psycopg", "sqlalchemy", "pydantic", "eventsourcing", "asyncio", "charset_normalizer")


def run(*words: str, ledger: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a shell's way."""
    known = os.environ | {"CHARTER_LEDGER": str(ledger), "CHARTER_BY": "ann", "PYTHONPATH": str(ROOT)} | (env or {})
    return subprocess.run([sys.executable, "-m", "cli", *words], capture_output=True, text=True, env=known, check=False)


@pytest.fixture
def ledger(published: Path) -> Path:
    """The published ledger, only read here."""
    return published / "charter.db"


def test_exit_codes_and_streams(ledger: Path, tmp_path: Path) -> None:
    """Data on standard output, words on standard error, and a code for each kind of no."""
    done = run("promise", "list", ledger=ledger)
    assert (done.returncode, done.stderr) == (0, "")
    assert "REFUND-30" in done.stdout
    for words, code in (
        (("revision", "approve", "1"), 1),
        (("promise", "make"), 2),
        (("promise", "show", "NONE"), 3),
        (("--by", "ben", "promise", "retire", "BAG-FREE", "--why", "x"), 4),
        (("--ledger", str(tmp_path / "none.db"), "status"), 3),
    ):
        refused = run(*words, ledger=ledger)
        assert (refused.returncode, refused.stdout) == (code, ""), words
        assert refused.stderr.strip()
        assert "Traceback" not in refused.stderr


def test_a_broken_pipe_ends_quietly(ledger: Path) -> None:
    """`charter export entries | head -1` has nothing to complain about."""
    line = f"{sys.executable} -m cli export entries | head -1; echo ${{PIPESTATUS[0]}}"
    env = os.environ | {"CHARTER_LEDGER": str(ledger), "PYTHONPATH": str(ROOT)}
    for words in ("export entries", "log --first 1000", "events", "--help"):
        typed = line.replace("export entries", words)
        done = subprocess.run(["bash", "-c", typed], capture_output=True, text=True, env=env, check=False)
        assert done.stderr == ""
        assert done.stdout.splitlines()[-1] == "0"


def test_there_is_no_colour_in_a_pipe(ledger: Path) -> None:
    """Nor with NO_COLOR."""
    assert "\x1b" not in run("show", ledger=ledger).stdout
    assert "\x1b" not in run("show", ledger=ledger, env={"NO_COLOR": "1"}).stdout


def test_a_terminal_that_knows_few_letters_still_shows_the_charter(ledger: Path) -> None:
    """What cannot be shown is replaced, not refused."""
    done = run("show", ledger=ledger, env={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
    assert done.returncode == 0
    assert "safe ? books again" in done.stdout


@pytest.mark.parametrize(
    ("words", "without"),
    [
        (("--help",), HEAVY),
        (("--version",), HEAVY),
        (("decision", "show", "--help"), ("alembic", "rich", "psycopg")),
        (("yes", "x", "-e", "upheld", "-c", "BAG-FREE", "--at", "2001-01-01"), ("alembic", "rich", "psycopg")),
    ],
)
def test_what_is_not_needed_is_not_imported(ledger: Path, words: tuple[str, ...], without: tuple[str, ...]) -> None:
    """The cold start stays short because heavy libraries wait for the command that needs them."""
    code = (
        "import sys, cli\n"
        f"sys.argv[1:] = {words!r}\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        f"print('|', *[name for name in {without!r} if name in sys.modules])"
    )
    env = os.environ | {"CHARTER_LEDGER": str(ledger), "CHARTER_BY": "ann", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
    assert done.stdout.rstrip().endswith("|"), [*done.stdout.splitlines()[-1:], done.stderr]

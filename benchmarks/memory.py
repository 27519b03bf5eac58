"""How much memory long work takes, at more than one size, to see whether it grows with the ledger."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import content
from benchmarks.databases import Databases, Kind
from benchmarks.ours import opened
from benchmarks.results import Limit

TASKS = ("import", "replay", "rebuild", "verify")
MUST = 250.0
"""Megabytes that none of them may exceed, whatever the size."""


def memory(databases: Databases, kind: Kind, sizes: tuple[int, ...]) -> Iterator[Limit]:
    """Peak memory of each task at each size, given in decisions; each in a process of its own."""
    for size in sizes:
        place = databases.fresh(kind)
        csv = databases.folder / "memory.csv"
        content.write_csv(csv, content.decisions(size))
        opened(place).close()
        for task in TASKS:
            how = "peak resident memory of a process that does nothing else"
            peak = _peak(task, place.url, str(csv)) / 1e6
            yield Limit(kind, f"memory: {task} of {size * 2:,} entries", peak, MUST, "MB", at_most=True, how=how)
        databases.drop(place)
        csv.unlink()


def _peak(task: str, url: str, csv: str) -> int:
    command = [sys.executable, "-m", "benchmarks.child", task, url, csv]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])

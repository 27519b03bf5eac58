"""What a round writes, prepared before the clock starts: decisions, and the same ones in a CSV file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmarks.content import Decision

COMMIT = 1_000
"""Events or rows per commit wherever many are written."""
T = TypeVar("T")


class Batch(NamedTuple):
    """Decisions for those that take them as they are, and a CSV file for those that read one."""

    decisions: Sequence[Decision]
    csv: Path


def by_commit(items: Sequence[T], size: int = COMMIT) -> Iterator[Sequence[T]]:
    """The items in portions of one commit each."""
    for start in range(0, len(items), size):
        yield items[start : start + size]

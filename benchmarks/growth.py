"""What changes with size: the cost of one more entry, and how fast a large ledger is verified, on one core and two."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from benchmarks import content
from benchmarks.databases import Databases, Kind
from benchmarks.measure import in_turns, rate
from benchmarks.ours import Ours, fill
from benchmarks.results import TIMES, Limit

SMALL = 10_000
"""Entries of the ledger that a large one is compared with."""


def growth(
    databases: Databases, kind: Kind, *, entries: int, rounds: int, append: bool, verify: bool
) -> Iterator[Limit]:
    """Both, over one large ledger that is made once, through the rules, and not timed."""
    place = databases.fresh(kind)
    large = Ours(place)
    fill(large.ledger, content.decisions(entries // 2))
    size = large.ledger.entries_recorder.size()
    if verify:
        yield from _verify(large, kind, size, rounds)
    if append:
        yield _append(databases, large, kind, size, rounds)
    large.close()
    databases.drop(place)


def _verify(large: Ours, kind: Kind, size: int, rounds: int) -> Iterator[Limit]:
    """Everything read, hashed and compared; on two cores the second is a process whose start counts."""
    turns = {workers: partial(rate, partial(large.verify, workers)) for workers in (1, 2)}
    speeds = in_turns({str(workers): once for workers, once in turns.items()}, rounds)
    how = f"every body and leaf of {size:,} entries read and hashed again, the tree rebuilt"
    title = f"verify {size:,} entries"
    yield Limit(kind, f"{title} on one core", speeds["1"], 150_000, "entries/s", at_most=False, how=how)
    gain = speeds["2"] / speeds["1"]
    how = f"{speeds['2']:,.0f} entries/s; the start of the second process counts"
    yield Limit(kind, f"{title} on two cores against one", gain, 1.7, TIMES, at_most=False, how=how)


def _append(databases: Databases, large: Ours, kind: Kind, size: int, rounds: int) -> Limit:
    """The time of one decision, two entries in a durable commit, in the large ledger and in a small one, in turns."""
    place = databases.fresh(kind)
    small = Ours(place)
    few = min(SMALL, size // 4)
    fill(small.ledger, content.decisions(few // 2, seed=3))
    count = max(min(few // 20, 400), 5)
    fresh = content.decisions(2 * count * (rounds + 1), seed=4)
    for ours in (small, large):
        ours.log(list(islice(fresh, count)))
    turns = {name: partial(_logged, ours, fresh, count) for name, ours in (("small", small), ("large", large))}
    speeds = in_turns(turns, rounds)
    small.close()
    databases.drop(place)
    how = f"one decision, durable: {1e6 / speeds['large']:,.0f} µs against {1e6 / speeds['small']:,.0f} µs"
    title = f"cost of an append at {size:,} entries against {few:,}"
    return Limit(kind, title, speeds["small"] / speeds["large"], 1.2, TIMES, at_most=True, how=how)


def _logged(ours: Ours, decisions: Iterator[content.Decision], count: int) -> float:
    portion = list(islice(decisions, count))
    return rate(lambda: ours.log(portion))

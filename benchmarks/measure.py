"""How things are measured: in rounds that take turns, so that a noisy machine disturbs all alike, and as medians."""

import gc
import math
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

Work = Callable[[], int]
"""Does something once and says how many things it did."""
Round = Callable[[], float]
"""Does something once and gives what was measured, in things per second or in seconds."""


def rate(work: Work) -> float:
    """How many things per second one piece of work does, after the rubbish of others is cleared away."""
    gc.collect()
    gc.freeze()  # what is there already is no work of the one that is measured
    start = time.perf_counter()
    done = work()
    elapsed = time.perf_counter() - start
    gc.unfreeze()
    return done / elapsed


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(contenders: Mapping[str, Round], rounds: int) -> dict[str, float]:
    """The median of each contender; every round asks all of them, beginning with another one each time."""
    names = list(contenders)
    measured: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            measured[name].append(contenders[name]())
    return {name: median(values) for name, values in measured.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so many percent of the values do not exceed (nearest rank)."""
    return sorted(values)[max(math.ceil(len(values) * share / 100) - 1, 0)]

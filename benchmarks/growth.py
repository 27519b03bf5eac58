"""What changes with size: one more entry, one proof, and the verification of a large ledger, on one core and two."""

import random
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import islice

from benchmarks import content
from benchmarks.databases import Databases, Kind
from benchmarks.measure import Round, in_turns, percentile, rate, seconds
from benchmarks.ours import Ours, fill
from benchmarks.results import TIMES, Limit
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import SigningKey
from charter.proof.stored import StoredTree
from charter.proof.verify import checkpoint

SMALL = 10_000
"""Entries of the ledger that a large one is compared with."""
SIGNED_EVERY = 100
"""Decisions between two signed checkpoints: far more often than anybody would make them."""


def growth(
    databases: Databases, kind: Kind, parts: Collection[str], *, entries: int, rounds: int, questions: int
) -> Iterator[Limit]:
    """What is asked for (verify, append, prove), over one large ledger, made once by the rules and not timed."""
    place = databases.fresh(kind)
    large = Ours(place)
    fill(large.ledger, content.decisions(entries // 2))
    size = large.ledger.entries_recorder.size()
    if "verify" in parts:
        yield from _verify(large, kind, size, rounds)
    if "prove" in parts:
        yield from _prove(large, kind, size, questions)
        yield _signing(large, kind, rounds)
    if "append" in parts:
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


def _prove(large: Ours, kind: Kind, size: int, questions: int) -> Iterator[Limit]:
    """A proof made from the stored tree, with nothing remembered from the one before, and checked."""
    recorder, dice = large.ledger.entries_recorder, random.Random(7)
    sealed = checkpoint(large.ledger.engine)
    tree = StoredTree(recorder)
    older = [Checkpoint(sealed.origin, at, tree(0, at)) for at in dice.sample(range(1, size), min(questions, size - 1))]

    def included() -> object:
        return StoredTree(recorder).inclusion(dice.randint(1, size), sealed)

    def continued() -> object:
        return StoredTree(recorder).consistency(dice.choice(older), sealed)

    asked: dict[str, Callable[[], object]] = {"an entry is in": included, "the tree only grew to": continued}
    for title, ask in asked.items():
        took = [seconds(ask) * 1e3 for _ in range(questions)]
        half = percentile(took, 50)
        how = f"95th percentile of {questions} at random, each read from the tables anew; median {half:.2f} ms"
        yield Limit(kind, f"proof that {title} {size:,}", percentile(took, 95), 5, "ms", at_most=True, how=how)


def _signing(large: Ours, kind: Kind, rounds: int) -> Limit:
    """Decisions one by one, with and without a checkpoint signed now and then, in turns."""
    key = SigningKey.new("benchmark.example")
    fresh = content.decisions(4 * SIGNED_EVERY * (rounds + 1), seed=5)

    def signing() -> float:
        portion = list(islice(fresh, SIGNED_EVERY))

        def work() -> int:
            done = large.log(portion)
            SignedCheckpoint.signed(checkpoint(large.ledger.engine), key)
            return done

        return rate(work)

    turns: dict[str, Round] = {"unsigned": partial(_logged, large, fresh, SIGNED_EVERY), "signed": signing}
    speeds = in_turns(turns, rounds)
    signed, unsigned = speeds["signed"], speeds["unsigned"]
    how = f"{signed:,.0f} decisions/s with a checkpoint after every {SIGNED_EVERY}, {unsigned:,.0f} without"
    return Limit(kind, "append while signing, against not", signed / unsigned, 0.9, TIMES, at_most=False, how=how)


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

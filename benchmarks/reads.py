"""The questions people ask, of a ledger with many decisions: how long the slowest of many answers takes."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import Any

from benchmarks import content
from benchmarks.databases import Databases, Kind
from benchmarks.measure import percentile, seconds
from benchmarks.ours import Ours, fill
from benchmarks.results import Limit
from projections import charter_in_force, decision_trail, integrity_history, precedents
from projections.engine import Views

Question = Callable[[], object]
WARM_UP = 20
"""Questions asked before the clock starts."""


def reads(databases: Databases, kind: Kind, *, decisions: int, questions: int) -> Iterator[Limit]:
    """Each question so many times, with other values each time; all views are caught up before."""
    place = databases.fresh(kind)
    ours = Ours(place)
    fill(ours.ledger, content.decisions(decisions))
    ours.views.catch_up()
    chance = Random(5)
    known = [decision.id.hex for decision in islice(content.decisions(decisions), 20_000)]
    fresh = content.decisions(questions + WARM_UP, seed=6)
    asked: tuple[tuple[str, float, float, Callable[[], Question], str], ...] = (
        ("charter in force", 99, 5, lambda: _in_force(ours.views, chance), "on a random day, with all its wording"),
        (
            "one decision with its trail",
            99,
            5,
            lambda: partial(decision_trail.trail, ours.views, chance.choice(known)),
            "a random decision, with the wording of what it cites then and now",
        ),
        (
            "integrity history, first page and counts",
            95,
            50,
            lambda: _integrity(ours.views, chance),
            "the first 50 marks and all counts, random promise or limit, ground, rep and period, some or none of them",
        ),
        (
            "integrity history, counts by month, promise, rep or ground",
            95,
            50,
            lambda: _groups(ours.views, chance),
            "one of the four at random, with filters as above",
        ),
        (
            "public register of noes, right after a decision",
            95,
            50,
            lambda: _register(ours, next(fresh), chance),
            "every promise and limit by ground, over a year that begins on any day; a decision was just logged",
        ),
        (
            "precedents while typing",
            95,
            100,
            lambda: _precedents(ours.views, chance),
            "the five best for the first two to eight words of a random request",
        ),
    )
    for title, share, must, question, how in asked:
        took = _asked(question, questions) if share < 99 else _asked(question, questions * 5)
        measured = percentile(took, share) * 1e3
        middle = f"{how}; median {percentile(took, 50) * 1e3:.1f} ms, slowest {max(took) * 1e3:.1f} ms of {len(took)}"
        limit = f"{title}, p{share:g} at {decisions:,} decisions"
        yield Limit(kind, limit, measured, must, "ms", at_most=True, how=middle)
    ours.close()
    databases.drop(place)


def _asked(question: Callable[[], Question], times: int) -> list[float]:
    for _ in range(min(WARM_UP, times)):
        question()()
    return [seconds(question()) for _ in range(times)]


def _in_force(views: Views, chance: Random) -> Question:
    at = content.START + content.SPAN * chance.random()
    return partial(charter_in_force.in_force, views, content.CHARTER, at=at)


def _integrity(views: Views, chance: Random) -> Question:
    wanted = integrity_history.Filter(**_filter(chance))

    def ask() -> None:
        integrity_history.summary(views, wanted)
        integrity_history.marks(views, wanted, None, 50)

    return ask


def _groups(views: Views, chance: Random) -> Question:
    group: integrity_history.Group = chance.choice(("month", "promise", "rep", "ground"))
    return partial(integrity_history.by, views, integrity_history.Filter(**_filter(chance)), group)


def _register(ours: Ours, decision: content.Decision, chance: Random) -> Question:
    ours.log([decision])
    since = content.START.date() + timedelta(days=chance.randrange(366))
    wanted = integrity_history.Filter(charter=content.CHARTER, since=since, until=since + timedelta(days=364))
    return partial(integrity_history.by_code, ours.views, wanted)


def _filter(chance: Random) -> dict[str, Any]:
    """Each field filled in about every second filter, so that one in sixteen asks for everything."""
    first = content.START.date()
    since = first + timedelta(days=chance.randrange(600))
    fields: dict[str, Any] = {"charter": content.CHARTER}
    if chance.random() < 0.5:
        promise = chance.choice(content.PROMISES)
        fields |= {"promise": promise} if chance.random() < 0.5 else {"limit": f"{promise}.{chance.randint(1, 2)}"}
    if chance.random() < 0.5:
        fields["ground"] = chance.choice(content.GROUNDS)
    if chance.random() < 0.5:
        fields["rep"] = chance.choice(content.REPS)
    if chance.random() < 0.5:
        fields |= {"since": since, "until": min(since + timedelta(days=chance.randrange(1, 400)), date(2025, 12, 31))}
    return fields


def _precedents(views: Views, chance: Random) -> Question:
    request = next(content.decisions(1, seed=chance.randrange(1 << 30))).request
    typed = " ".join(request.split()[: chance.randint(2, 8)])
    return partial(precedents.precedents, views, typed, charter=content.CHARTER, limit=5)

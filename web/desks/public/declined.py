"""What is declined and why, in numbers: by promise, limit and ground, with no word of any customer and no name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from charter.charters.promise import Promise
from charter.terms import Ground, Serves
from projections.charter_in_force import CharterView
from projections.engine import Views
from projections.integrity_history import Counts, Filter, by_code
from projections.integrity_sentence import WITHOUT
from web.words import begun

GROUNDS = tuple(Ground)


@dataclass(frozen=True, slots=True)
class Declined:
    """How often was said no with one citation or none, by ground in the order of GROUNDS; `others` name no ground."""

    code: str
    text: str
    serves: Serves | None
    grounds: tuple[int, ...]
    others: int

    @property
    def noes(self) -> int:
        """All of them."""
        return sum(self.grounds) + self.others


@dataclass(frozen=True, slots=True)
class OfPromise:
    """A promise with what was declined to keep it: altogether, and by each of its limits."""

    whole: Declined
    limits: tuple[Declined, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """What was declined from one day to another; `retired` are promises that are not in the wording any more.

    `uncited` are the noes that cite nothing, None where every one does.
    """

    since: date
    until: date
    counts: Counts
    promises: tuple[OfPromise, ...]
    retired: tuple[Declined, ...]
    uncited: Declined | None


def register(views: Views, view: CharterView, since: date, until: date) -> Register:
    """The register of a charter over a period of days, in the order of a wording of it.

    A no that cites two promises counts for both, and one that cites a limit counts for its promise, too. Anybody may
    ask for it, so what was counted is kept until another entry is written.
    """
    return _counted(views, view, since, until, views.ledger.entries_recorder.size())


@lru_cache(maxsize=16)
def _counted(views: Views, view: CharterView, since: date, until: date, _size: int) -> Register:
    counts, cited, without = by_code(views, Filter(charter=view.slug, since=since, until=until))
    uncited = _counts("", begun(WITHOUT["promise"]), None, without)
    promises = tuple(_of_promise(promise, cited) for promise in view.promises)
    now = {promise.code for promise in view.promises}
    gone = (_declined(code, "", None, cited) for code in sorted(cited) if "." not in code and code not in now)
    retired = tuple(found for found in gone if found.noes)
    return Register(since, until, counts, promises, retired, uncited if uncited.noes else None)


def lines(found: Register) -> Iterator[tuple[str, ...]]:
    """The register as a table: code, text, whom it serves, noes, each ground, and those without one."""
    for promise in found.promises:
        yield from map(_line, (promise.whole, *promise.limits))
    yield from map(_line, found.retired)
    if found.uncited:
        yield _line(found.uncited)


def _of_promise(promise: Promise, cited: Mapping[str, Counts]) -> OfPromise:
    limits = (_declined(limit.code, limit.text, limit.serves, cited) for limit in promise.limits)
    return OfPromise(_declined(promise.code, promise.title, None, cited), tuple(limits))


def _declined(code: str, text: str, serves: Serves | None, cited: Mapping[str, Counts]) -> Declined:
    return _counts(code, text, serves, cited.get(code, Counts()))


def _counts(code: str, text: str, serves: Serves | None, counts: Counts) -> Declined:
    grounds = tuple(getattr(counts, ground.value.replace("-", "_")) for ground in GROUNDS)
    return Declined(code, text, serves, grounds, counts.no_ground)


def _line(one: Declined) -> tuple[str, ...]:
    numbers = (one.noes, *one.grounds, one.others)
    return (one.code, one.text, one.serves or "", *map(str, numbers))

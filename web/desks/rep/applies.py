"""What applies to a request while it is typed: promises and limits that share its words, or that precedents cite."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from math import log
from typing import NamedTuple

from charter.charters.promise import Promise
from charter.terms import Serves
from projections.precedents import Precedent
from projections.words import words

MOST = 6
"""Clauses that are shown."""
STEM = 5
"""Letters by which two forms of a word are taken for the same: refund, refunded, refunds."""
CITED = 2.0
"""What a citation by the nearest precedent is worth beside a shared word; that of the next half of it, and so on."""
LEAST = 0.5
"""What a clause has to be worth to be shown."""
SHARE = 3
"""What is worth less than this part of the closest is not shown either."""
SAY_NOTHING = frozenset(
    words(
        "about after again all also and any are because been before but can could did does don for from get give had "
        "has have her here him his how into its just let like may more much need not now off once one only our out "
        "over please she should some than that the their them then there they this too two very want was way were "
        "what when where which who why will with without would you your"
    )
)
"""Words that nearly every sentence has."""


class Clause(NamedTuple):
    """A promise, or a limit with whom it serves, that may be cited; `promise` is what it belongs to."""

    code: str
    text: str
    promise: Promise
    serves: Serves | None = None

    @property
    def is_limit(self) -> bool:
        """Whether it says what is not promised."""
        return self.code != self.promise.code


def clauses(promises: Iterable[Promise]) -> Iterator[Clause]:
    """All that can be cited, each promise before its limits."""
    for promise in promises:
        yield Clause(promise.code, promise.title, promise)
        for limit in promise.limits:
            yield Clause(limit.code, limit.text, promise, limit.serves)


def applying(text: str, promises: Sequence[Promise], nearest: Sequence[Precedent], most: int = MOST) -> list[Clause]:
    """The clauses that apply to a text, the closest first; `nearest` are precedents, the most alike first.

    Where a limit applies, so does its promise: what can be done instead is told with what cannot.
    """
    known = list(clauses(promises))
    said = [_stems(_wording(clause)) for clause in known]
    having = Counter(stem for stems in said for stem in stems)
    asked = _stems(text)
    worth: defaultdict[str, float] = defaultdict(float)
    for clause, stems in zip(known, said, strict=True):
        worth[clause.code] += sum(log(1 + len(known) / having[stem]) for stem in asked & stems)
    for rank, precedent in enumerate(nearest):
        for code in precedent.cited:
            worth[code] += CITED / 2**rank
    for clause in known:
        if clause.is_limit:
            worth[clause.promise.code] = max(worth[clause.promise.code], worth[clause.code] / 2)
    least = max(LEAST, max(worth.values(), default=0) / SHARE)
    found = [clause for clause in known if worth[clause.code] >= least]
    return sorted(found, key=lambda clause: -worth[clause.code])[:most]


def distinct(nearest: Iterable[Precedent]) -> list[Precedent]:
    """Precedents without those that say the same as one before: of the same request, answered alike, one is enough.

    The one that something became of tells more.
    """
    found: dict[tuple[object, ...], Precedent] = {}
    for each in nearest:
        alike = (each.request, each.answer, each.ground, each.effect, each.cited)
        if alike not in found or (each.became and not found[alike].became):
            found[alike] = each
    return list(found.values())


def _wording(clause: Clause) -> str:
    return clause.text if clause.is_limit else f"{clause.promise.title} {clause.promise.statement}"


def _stems(text: str) -> set[str]:
    return {word.removesuffix("s")[:STEM] for word in words(text) if len(word) > 2 and word not in SAY_NOTHING}

"""What the integrity history comes to, in one sentence whose figures lead to what they count, and what it warns of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from charter.phrase import Phrase, plural
from projections.integrity_history import Counts, Figure, Filter, Group, Mark, Summary
from projections.plain import long_day, long_month
from projections.wording import NO_MATCH


class Sum(str):
    """A number in the sentence, and which of the marks that have a day it counts."""

    __slots__ = ("mark",)
    mark: Mark | Figure

    def __new__(cls, number: int, mark: Mark | Figure) -> Self:
        """A number as it is read: 1,200."""
        made = super().__new__(cls, f"{number:,}")
        made.mark = mark
        return made


WITHOUT: dict[Group, Phrase] = {
    "month": Phrase("no date"),
    "promise": Phrase("cited nothing"),
    "ground": Phrase("no ground"),
    "rep": Phrase("nobody named"),
}
"""What a group of decisions is called that has no month, promise, ground or rep."""


def sentence(whole: Summary, wanted: Filter) -> Phrase:
    """What the history of a filter comes to; each number in it is a Sum."""
    counts = whole.dated
    if not counts.decisions and not counts.marks:
        return _nothing(whole, wanted)
    return Phrase(
        "In {decisions}{when} we {noes}{yeses}{overturned}.",
        decisions=plural(
            "{number} decision",
            "{number} decisions",
            counts.decisions,
            number=Sum(counts.decisions, Figure.DECISIONS),
        ),
        when=_when(whole),
        noes=_noes(counts),
        yeses=_yeses(counts),
        overturned=_overturned(counts),
    )


def warnings(whole: Summary) -> Iterator[tuple[Mark, Phrase]]:
    """What cites a rule that was not there: the mark by which it is found, and the alarm in words."""
    cited = whole.dated.not_in_force + whole.undated.not_in_force
    named = whole.dated.wrong_revision + whole.undated.wrong_revision
    if cited:
        told = plural(
            "{number} answer cited what was not in force.", "{number} answers cited what was not in force.", cited
        )
        yield Mark.NOT_IN_FORCE, told
    if named:
        told = plural(
            "{number} answer named a revision that was not in force.",
            "{number} answers named a revision that was not in force.",
            named,
        )
        yield Mark.WRONG_REVISION, told


def undated(whole: Summary) -> Phrase:
    """What stands in no month, because its source gave no date; empty where there is none of it."""
    number = whole.undated.decisions
    return (
        plural(
            "Another {number} decision of history has no date.",
            "Another {number} decisions of history have no date.",
            number,
        )
        if number
        else Phrase("")
    )


def _nothing(whole: Summary, wanted: Filter) -> Phrase:
    if any((wanted.promise, wanted.limit, wanted.ground, wanted.rep)) and not whole.undated.decisions:
        return NO_MATCH
    if whole.since or whole.until:
        return Phrase("Nothing was decided then.")
    return Phrase("Nothing has been decided yet.")


def _when(whole: Summary) -> Phrase:
    since = long_day(whole.since) if whole.since else long_month(whole.begins) if whole.begins else ""
    until = long_day(whole.until) if whole.until else ""
    if since and until:
        return Phrase(" since {since} until {until}", since=since, until=until)
    if since:
        return Phrase(" since {since}", since=since)
    return Phrase(" until {until}", until=until) if until else Phrase("")


def _noes(counts: Counts) -> Phrase:
    number = counts.to_stay_true
    if not number:
        return Phrase("never said no to stay true to the charter")
    return plural(
        "said no {number} time to stay true to the charter",
        "said no {number} times to stay true to the charter",
        number,
        number=Sum(number, Figure.TO_STAY_TRUE),
    )


def _yeses(counts: Counts) -> Phrase:
    bent, broken = Sum(counts.bent, Mark.BENT), Sum(counts.broken, Mark.BROKEN)
    if not counts.bent and not counts.broken:
        return Phrase(" and neither bent nor broke a promise")
    if not counts.bent:
        return plural(
            ", bent none and broke {number} promise",
            ", bent none and broke {number} promises",
            counts.broken,
            number=broken,
        )
    if not counts.broken:
        return plural(
            ", bent {number} promise and broke none",
            ", bent {number} promises and broke none",
            counts.bent,
            number=bent,
        )
    return plural(
        ", bent {number} promise and broke {broken}",
        ", bent {number} promises and broke {broken}",
        counts.bent,
        number=bent,
        broken=broken,
    )


def _overturned(counts: Counts) -> Phrase:
    number = counts.overturned_noes
    if not number:
        return Phrase("")
    return plural(
        "; {number} no was overturned",
        "; {number} noes were overturned",
        number,
        number=Sum(number, Figure.OVERTURNED_NOES),
    )

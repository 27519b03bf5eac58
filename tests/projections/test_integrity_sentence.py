"""The sentence that opens the integrity history: what it says of any counts, and what its figures count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from charter.phrase import Phrase
from charter.terms import Ground
from projections.integrity_history import Counts, Figure, Filter, Mark, Summary
from projections.integrity_sentence import Sum, sentence, undated, warnings

SINCE, UNTIL = date(2026, 3, 1), date(2026, 5, 31)


def whole(dated: Counts | None = None, undated: Counts | None = None, **period: date) -> Summary:
    """What a history comes to that has these counts."""
    asked: dict[str, Any] = {"since": None, "until": None, "begins": None} | period
    return Summary(**asked, dated=dated or Counts(), undated=undated or Counts(), revisions=())


def sums(said: Phrase) -> Iterator[tuple[Mark | Figure, str]]:
    """The figures of a phrase, in the order of what fills it."""
    for fact in said.facts.values():
        if isinstance(fact, Sum):
            yield fact.mark, str(fact)
        elif isinstance(fact, Phrase):
            yield from sums(fact)


def test_the_sentence_says_what_the_history_comes_to() -> None:
    counts = Counts(decisions=1366, off_brand=100, out_of_integrity=31, bent=11, broken=24, overturned_noes=2)
    said = sentence(whole(counts, begins=SINCE), Filter())
    assert said == (
        "In 1,366 decisions since March 2026 we said no 131 times to stay true to the charter, "
        "bent 11 promises and broke 24; 2 noes were overturned."
    )
    assert dict(sums(said)) == {
        Figure.DECISIONS: "1,366",
        Figure.TO_STAY_TRUE: "131",
        Mark.BENT: "11",
        Mark.BROKEN: "24",
        Figure.OVERTURNED_NOES: "2",
    }


@pytest.mark.parametrize(
    ("counts", "end"),
    [
        (Counts(decisions=1), "we never said no to stay true to the charter and neither bent nor broke a promise."),
        (Counts(decisions=1, off_brand=1), "we said no 1 time to stay true to the charter and neither bent nor broke"),
        (Counts(decisions=2, bent=1), "to stay true to the charter, bent 1 promise and broke none."),
        (Counts(decisions=2, broken=2), "to stay true to the charter, bent none and broke 2 promises."),
        (Counts(decisions=2, broken=1, bent=1), "to stay true to the charter, bent 1 promise and broke 1."),
        (Counts(decisions=2, overturned=1, overturned_noes=1), "broke a promise; 1 no was overturned."),
    ],
)
def test_what_there_is_none_of_is_said_without_a_nought(counts: Counts, end: str) -> None:
    said = sentence(whole(counts), Filter())
    assert end in said
    assert all(int(number) for _, number in sums(said))


def test_the_period_is_named_as_it_was_asked_for() -> None:
    one = Counts(decisions=1)
    assert "In 1 decision since 1 March 2026 we" in sentence(whole(one, since=SINCE), Filter())
    assert "In 1 decision until 31 May 2026 we" in sentence(whole(one, until=UNTIL), Filter())
    both = sentence(whole(one, begins=SINCE, until=UNTIL), Filter())
    assert "In 1 decision since March 2026 until 31 May 2026 we" in both


def test_where_nothing_was_decided_it_says_whether_the_question_or_the_time_is_to_blame() -> None:
    assert sentence(whole(), Filter()) == "Nothing has been decided yet."
    assert sentence(whole(since=SINCE), Filter(since=SINCE)) == "Nothing was decided then."
    assert sentence(whole(), Filter(ground=Ground.OFF_BRAND)) == "Nothing here matches. Leave out a filter."


def test_what_has_no_day_is_said_apart() -> None:
    assert undated(whole()) == ""
    assert undated(whole(undated=Counts(decisions=1))) == "Another 1 decision of history has no date."
    assert undated(whole(undated=Counts(decisions=1200))) == "Another 1,200 decisions of history have no date."


def test_what_cites_a_rule_that_was_not_there_is_warned_of_with_a_day_and_without() -> None:
    assert not list(warnings(whole(Counts(decisions=9))))
    found = dict(warnings(whole(Counts(not_in_force=1), Counts(not_in_force=1, wrong_revision=1))))
    assert found == {
        Mark.NOT_IN_FORCE: "2 answers cited what was not in force.",
        Mark.WRONG_REVISION: "1 answer named a revision that was not in force.",
    }

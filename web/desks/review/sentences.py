"""What the integrity history comes to, in one sentence, and what it warns of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from babel.dates import format_date

from projections.integrity_history import Counts, Mark, Summary
from projections.plain import long_day
from web.words import LANGUAGE, _, ngettext


def sentence(whole: Summary, first: date | None, *, is_narrowed: bool) -> str:
    """What the history comes to; `first` is the month it begins in, if that is known."""
    counts = whole.dated
    if not counts.decisions and not counts.marks:
        if is_narrowed:
            return _("Nothing matches. Leave out a part of what you asked for.")
        return _("Nothing has been decided yet. What reps decide is counted here, and what became of it.")
    parts = {
        "decisions": _number(counts.decisions, "{number} decision", "{number} decisions"),
        "when": _when(whole, first),
        "noes": _noes(counts),
        "yeses": _yeses(counts),
        "overturned": _overturned(counts),
    }
    return _("In {decisions}{when} we {noes}{yeses}{overturned}.").format(**parts)


def warnings(whole: Summary) -> Iterator[tuple[Mark, str]]:
    """What cites a rule that was not there: the alarm, in words, and the mark by which it is found."""
    cited = whole.dated.not_in_force + whole.undated.not_in_force
    named = whole.dated.wrong_revision + whole.undated.wrong_revision
    if cited:
        one, more = "{number} answer cited what was not in force", "{number} answers cited what was not in force"
        yield Mark.NOT_IN_FORCE, _number(cited, one, more)
    if named:
        one = "{number} answer named a revision that was not in force"
        more = "{number} answers named a revision that was not in force"
        yield Mark.WRONG_REVISION, _number(named, one, more)


def undated(whole: Summary) -> str:
    """What stands in no month, because its source gave no date."""
    number = whole.undated.decisions
    if not number:
        return ""
    return _number(
        number,
        "Another {number} decision of history has no date.",
        "Another {number} decisions of history have no date.",
    )


def _when(whole: Summary, first: date | None) -> str:
    start = ""
    if whole.since:
        start = _(" since {day}").format(day=long_day(whole.since))
    elif first:
        start = _(" since {month}").format(month=format_date(first, "MMMM y", LANGUAGE))
    return start + (_(" until {day}").format(day=long_day(whole.until)) if whole.until else "")


def _noes(counts: Counts) -> str:
    if not counts.to_stay_true:
        return _("never said no to stay true to the charter")
    return _number(
        counts.to_stay_true,
        "said no {number} time to stay true to the charter",
        "said no {number} times to stay true to the charter",
    )


def _yeses(counts: Counts) -> str:
    if not counts.bent and not counts.broken:
        return _(" and neither bent nor broke a promise")
    bent = _number(counts.bent, "bent {number} promise", "bent {number} promises") if counts.bent else _("bent none")
    broke = _number(counts.broken, "broke {number}", "broke {number}") if counts.broken else _("broke none")
    return _(", {bent} and {broke}").format(bent=bent, broke=broke)


def _overturned(counts: Counts) -> str:
    number = counts.overturned_noes
    return _number(number, "; {number} no was overturned", "; {number} noes were overturned") if number else ""


def _number(number: int, one: str, more: str) -> str:
    return ngettext(one, more, number).format(number=f"{number:,}")

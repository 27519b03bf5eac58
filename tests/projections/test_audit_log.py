"""The audit log: every entry, found by who, what, where and when, a page at a time."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from charter.charters.commands import OpenCharter
from charter.decisions.commands import AppealDecision, AssignCause, ReverseDecision
from charter.message import Entry
from charter.terms import Answer, Cause, Effect
from projections.audit_log import Filter, Page, lines
from tests.projections.airline import ANOTHER, CASE, Airline, day


def a_busy_day(airline: Airline) -> None:
    """Some entries of every kind, by several people, an hour apart."""
    airline.promise("REFUND-30", "No refund after departure.")
    airline.publish()
    airline.now = day(1, 3)
    airline.refuse("REFUND-30.1")
    airline.now = day(1, 4)
    airline.refuse("REFUND-30.1", decision=ANOTHER, at=day(1, 2, 18))
    airline.now = day(1, 5)
    airline.do(AppealDecision(decision=CASE, argument="Not fair."), by="rita")
    yes = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",), "reason": "She is right."}
    airline.do(ReverseDecision(decision=CASE, **yes), by="rex")
    airline.do(AssignCause(decision=CASE, cause=Cause.WRONG_OFFER), by="ben")
    airline.do(OpenCharter(charter="harbour", brand="Harbour Boats", style="Salty."))


def test_an_entry_shows_who_when_and_what_and_whether_it_was_recorded_late(airline: Airline) -> None:
    a_busy_day(airline)
    page = lines(airline.views, Filter(type="decision.made"))
    first, late = page.lines
    assert first.sentence == "rita answered no, off-brand, citing REFUND-30.1"
    assert (first.by, first.stream, first.version, first.at) == ("rita", f"decision/{CASE}", 2, day(1, 3))
    assert (first.recorded_late, late.recorded_late) == (False, True)
    assert (late.at, late.recorded_at) == (day(1, 2, 18), day(1, 4))
    assert (page.older, page.newer) == (None, None)


def test_the_newest_entries_come_first_to_hand_and_pages_lead_both_ways(airline: Airline) -> None:
    a_busy_day(airline)
    everything = [entry.position for entry in airline.ledger.entries()]
    page = lines(airline.views, limit=7)
    assert positions(page) == everything[-7:]
    assert page.newer is None

    back = [page]
    while back[0].older is not None:
        back.insert(0, lines(airline.views, before=back[0].older, limit=7))
    assert [position for page in back for position in positions(page)] == everything
    assert back[0].newer == everything[len(positions(back[0])) - 1]

    forth = [lines(airline.views, after=0, limit=7)]
    while forth[-1].newer is not None:
        forth.append(lines(airline.views, after=forth[-1].newer, limit=7))
    assert [position for page in forth for position in positions(page)] == everything
    assert (forth[0].older, forth[1].older) == (None, everything[7])
    assert lines(airline.views, before=everything[-1] + 1, limit=7) == page


PEOPLE = st.none() | st.sampled_from(("ann", "rita", "rex", "ben", "nobody"))
TYPES = st.none() | st.sampled_from(("decision.made", "promise.made", "role.granted", "decision.upheld"))
STREAMS = st.sampled_from(("", "decision/", "decision/3f", f"decision/{CASE}", "charter/skyline", "person", "p", "x"))
TIMES = st.none() | st.integers(-30, 90).map(lambda hours: day(1, 2) + timedelta(hours=hours))


def test_any_filter_finds_exactly_what_it_says_in_pages_of_any_size(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    a_busy_day(airline)
    entries = list(airline.ledger.entries())

    @settings(max_examples=100)
    @given(st.builds(Filter, stream=STREAMS, by=PEOPLE, type=TYPES, since=TIMES, until=TIMES), st.integers(1, 9))
    def check(filter: Filter, limit: int) -> None:  # noqa: A002 # the word people use
        wanted = [entry.position for entry in entries if _fits(entry, filter)]
        assert positions(lines(airline.views, filter, limit=limit)) == wanted[-limit:]
        first = lines(airline.views, filter, after=0, limit=limit)
        assert positions(first) == wanted[:limit]
        assert (first.newer is not None) == (len(wanted) > limit)
        if first.newer is not None:
            second = lines(airline.views, filter, after=first.newer, limit=limit)
            assert positions(second) == wanted[limit : 2 * limit]
            assert second.older is not None
            assert lines(airline.views, filter, before=second.older, limit=limit) == first

    check()


def positions(page: Page) -> list[int]:
    """Where the entries of a page stand."""
    return [line.position for line in page.lines]


def _fits(entry: Entry, wanted: Filter) -> bool:
    return (
        entry.stream.startswith(wanted.stream)
        and wanted.by in (None, entry.by)
        and wanted.type in (None, entry.type)
        and (wanted.since is None or entry.recorded_at >= wanted.since)
        and (wanted.until is None or entry.recorded_at < wanted.until)
    )

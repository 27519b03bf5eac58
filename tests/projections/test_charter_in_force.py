"""The charter in force: on any day, as known at any time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charter.charters.commands import OpenCharter, RecordRevision, WithdrawRevision
from charter.charters.promise import Promise
from charter.given import Standing, UnknownCharter
from charter.message import Refused
from charter.terms import Gap
from projections.charter_in_force import charters, in_force
from tests.projections.airline import Airline, day


def revision(airline: Airline, at: datetime, known_at: datetime | None = None) -> int | None:
    """The number of the revision in force."""
    found = in_force(airline.views, airline.charter, at, known_at)
    return found.revision if found else None


def record(airline: Airline, label: str, since: datetime | None, until: datetime | None = None) -> None:
    """Bring in an old version."""
    promise = Promise(code="SEAT", title="A seat", statement=f"You get a seat, says {label}.")
    command = RecordRevision(
        charter=airline.charter,
        label=label,
        effective_from=since.date() if since else None,
        effective_until=until.date() if until else None,
        promises=(promise,),
        source="old.csv",
    )
    airline.do_at_an_unknown_time(command)


def test_the_charter_in_force_on_a_day_is_the_last_one_that_took_effect(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    airline.promise("REFUND-30", "No refund after departure.")
    airline.publish()
    airline.revise("REFUND-30", statement="Your money is back within 14 days.")
    airline.now = day(1, 3)
    airline.publish(effective_from=day(2, 1))

    assert revision(airline, day(1, 1)) is None
    before, after = (
        in_force(airline.views, airline.charter, day(1, 31)),
        in_force(airline.views, airline.charter, day(2, 1)),
    )
    assert before is not None
    assert after is not None
    assert (before.revision, before.effective_at, before.until) == (1, day(1, 2), day(2, 1, 0))
    assert (after.revision, after.effective_at, after.until) == (2, day(2, 1, 0), None)
    assert before.promises[0].statement == "We keep REFUND-30."
    assert after.promises[0].statement == "Your money is back within 14 days."
    assert after.promises[0].limits[0].code == "REFUND-30.1"
    assert (after.brand, after.recorded_at, after.published_at) == ("Skyline Air", day(1, 3), day(1, 3))
    assert not after.recorded_late


def test_a_publication_is_known_from_the_time_it_was_recorded(airline: Airline) -> None:
    airline.promise("REFUND-30")
    airline.publish()
    airline.now = day(1, 10)
    airline.revise("REFUND-30", title="Soon")
    airline.publish(effective_from=day(2, 1))

    assert revision(airline, day(3, 1), known_at=day(1, 9)) == 1
    assert revision(airline, day(3, 1), known_at=day(1, 10)) == 2
    assert revision(airline, day(3, 1), known_at=day(1, 1)) is None


def test_a_withdrawn_publication_is_known_until_its_withdrawal_was_recorded(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    airline.promise("REFUND-30")
    airline.publish()
    airline.revise("REFUND-30", title="Soon")
    airline.publish(effective_from=day(2, 1))
    airline.now = day(1, 20)
    airline.do(WithdrawRevision(charter=airline.charter, revision=2, reason="Too soon."))

    assert revision(airline, day(3, 1), known_at=day(1, 19)) == 2
    assert revision(airline, day(3, 1), known_at=day(1, 20)) == 1
    kept = in_force(airline.views, airline.charter, day(3, 1))
    assert kept is not None
    assert (kept.revision, kept.until) == (1, None)


def test_history_brought_in_late_shows_as_recorded_late_with_its_gaps(airline: Airline) -> None:
    record(airline, "2019-v2", day(5, 1, year=2019))

    assert revision(airline, day(6, 1, year=2019), known_at=day(1, 1)) is None
    found = in_force(airline.views, airline.charter, day(6, 1, year=2019))
    assert found is not None
    assert found.recorded_late
    assert (found.label, found.published_at, found.recorded_at) == ("2019-v2", None, day(1, 2))
    assert Gap.NO_OWNER in found.gaps


def test_history_that_ended_without_a_successor_is_not_in_force_afterwards(airline: Airline) -> None:
    record(airline, "before all", None)
    record(airline, "2019", day(5, 1, year=2019), until=day(5, 31, year=2019))

    assert revision(airline, day(1, 1, year=1950)) == 1
    assert revision(airline, day(5, 31, year=2019)) == 2
    assert revision(airline, day(6, 1, year=2019)) is None
    found = in_force(airline.views, airline.charter, day(5, 31, year=2019))
    assert found is not None
    assert found.until == day(6, 1, 0, year=2019)


def test_every_charter_is_listed_also_one_with_nothing_published(airline: Airline) -> None:
    airline.do(OpenCharter(charter="harbour", brand="Harbour Boats", style="Salty."))
    airline.promise("REFUND-30")
    airline.promise("REBOOK")
    airline.publish()

    harbour, skyline = charters(airline.views)
    assert (harbour.slug, harbour.revision, harbour.promises) == ("harbour", None, 0)
    assert (skyline.slug, skyline.revision, skyline.promises) == ("skyline", 1, 2)
    with pytest.raises(UnknownCharter):
        in_force(airline.views, "skylime")


MOVES = st.lists(st.tuples(st.sampled_from(("record", "publish", "withdraw", "wait")), st.integers(0, 9)), max_size=12)


@settings(max_examples=40)
@given(MOVES, st.lists(st.integers(-30 * 24, 60 * 24), min_size=1, max_size=6))
def test_it_agrees_with_the_rules_whatever_happened_and_whenever_it_is_asked(
    airline: Airline, moves: list[tuple[str, int]], hours: list[int]
) -> None:
    airline.now += timedelta(days=60)
    start = airline.now
    airline.open(f"skyline-{start.date()}")
    airline.promise("REFUND-30")
    known: list[tuple[datetime, Standing]] = []
    for number, (move, days) in enumerate(moves):
        _try(airline, move, days, number)
        known.append((airline.now, airline.ledger.charter(airline.charter).standing))
        airline.now += timedelta(hours=1)
    for at in (start + timedelta(hours=hour) for hour in hours):
        for known_at, standing in known:
            expected = standing.in_force(at)
            assert revision(airline, at, known_at) == (expected.revision if expected else None)


def _try(airline: Airline, move: str, days: int, number: int) -> None:
    """One step of a random history; what the rules refuse does not happen."""
    later = airline.now + timedelta(days=days)
    try:
        match move:
            case "record":
                record(airline, f"v{number}", None if days == 0 else later - timedelta(days=15))
            case "publish":
                airline.revise("REFUND-30", title=f"Title {number}")
                airline.publish(effective_from=later if days else None)
            case "withdraw":
                newest = len(airline.ledger.charter(airline.charter).revisions)
                airline.do(WithdrawRevision(charter=airline.charter, revision=max(1, newest), reason="Not yet."))
            case "wait":
                airline.now = later
    except Refused:
        pass

"""What a time stamp proves of recorded times: what it covers was there, what it does not came later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from charter.proof.backdated import TOLERANCE, Recorded, Stamped, back_dated
from charter.proof.damage import Kind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def ledger(times: Sequence[datetime]) -> Recorded:
    """A ledger whose entries were recorded at these times."""
    return lambda position: times[position - 1] if 1 <= position <= len(times) else None


def hourly(count: int) -> list[datetime]:
    """An entry each hour from noon on."""
    return [NOON + at * HOUR for at in range(count)]


def stamped(size: int, time: datetime, accuracy: timedelta = SECOND) -> Stamped:
    """A stamp, good to the second unless it says otherwise."""
    return Stamped(size, time, accuracy)


def found(times: Sequence[datetime], *stamps: Stamped) -> int | None:
    """The position of the first entry that is named."""
    damage = back_dated(stamps, ledger(times))
    assert damage is None or damage.kind == Kind.BACK_DATED
    return damage.position if damage else None


def test_stamps_that_fit_name_nothing() -> None:
    times = hourly(9)
    assert found(times) is None
    assert found(times, *(stamped(size, times[size - 1] + 2 * SECOND) for size in range(1, 10))) is None


def test_an_entry_beyond_a_stamp_was_not_there_before_it() -> None:
    """The clock was set back, and an answer written as if it had been given on the same day."""
    times = [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 30 * HOUR]
    damage = back_dated([stamped(2, NOON + 24 * HOUR)], ledger(times))
    assert damage is not None
    assert (damage.position, damage.kind) == (3, Kind.BACK_DATED)
    assert damage.sentence == (
        "Entry 3 says that it was recorded at 2026-03-01T14:00:00.000000Z, but at 2026-03-02T12:00:00.000000Z, when a "
        "time stamp was given over all there was, the ledger had 2 entries: it was written later and back-dated."
    )


def test_an_entry_within_a_stamp_was_not_recorded_after_it() -> None:
    """The first of them is named."""
    damage = back_dated([stamped(40, NOON + 20 * HOUR)], ledger(hourly(60)))
    assert damage is not None
    assert damage.position == 22
    assert damage.sentence == (
        "Entry 22 says that it was recorded at 2026-03-02T09:00:00.000000Z, but it was there at "
        "2026-03-02T08:00:00.000000Z, when a time stamp was given over 40 entries: its recorded time is false."
    )


def test_of_several_contradictions_the_first_is_named() -> None:
    """Whatever the order of the stamps."""
    times = hourly(20)
    stamps = [stamped(4, times[6]), stamped(12, times[9]), stamped(16, times[18])]
    assert found(times, *stamps) == found(times, *reversed(stamps)) == 5
    assert found(times, *stamps[1:]) == 11
    assert found(times, stamps[2]) == 17


def test_clocks_may_differ_by_the_tolerance_and_the_accuracy() -> None:
    """And by not a microsecond more, on either side."""
    times = hourly(2)
    for accuracy in (SECOND, timedelta(minutes=3)):
        slack = accuracy + TOLERANCE
        least = timedelta(microseconds=1)
        assert found(times, stamped(1, times[1] + slack, accuracy)) is None
        assert found(times, stamped(1, times[1] + slack + least, accuracy)) == 2
        assert found(times, stamped(2, times[1] - slack, accuracy)) is None
        assert found(times, stamped(2, times[1] - slack - least, accuracy)) == 2


def test_entries_appended_between_checkpoint_and_answer_are_in_order() -> None:
    """A busy ledger does not wait for its authority."""
    times = [NOON + at * SECOND for at in range(100)]
    assert found(times, stamped(50, times[60])) is None


def test_a_stamp_over_more_entries_than_there_are_is_left_to_others() -> None:
    assert found(hourly(3), stamped(4, NOON)) is None
    assert found([], stamped(1, NOON)) is None


def test_every_entry_may_be_the_wrong_one() -> None:
    """All entries after the k-th an hour late: the stamp over all of them finds the first."""
    for wrong in range(1, 34):
        times = [NOON + (HOUR if at >= wrong else 0 * HOUR) for at in range(1, 34)]
        assert found(times, stamped(33, NOON)) == wrong


@given(
    st.lists(st.integers(0, 10_000), min_size=1, max_size=50).map(sorted),
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 10_000)), max_size=4),
)
def test_it_finds_what_looking_at_each_entry_finds(seconds: list[int], stamps: list[tuple[int, int]]) -> None:
    times = [NOON + at * SECOND for at in seconds]
    given_stamps = [stamped(size, NOON + at * SECOND) for size, at in stamps if size <= len(times)]
    slack = SECOND + TOLERANCE
    wrong = [
        position
        for position, time in enumerate(times, 1)
        for stamp in given_stamps
        if (position <= stamp.size and time > stamp.time + slack)
        or (position > stamp.size and time < stamp.time - slack)
    ]
    assert found(times, *given_stamps) == min(wrong, default=None)


def test_few_times_are_asked_for() -> None:
    """Of a million entries, a handful for each stamp."""
    asked: list[int] = []

    def recorded_at(position: int) -> datetime:
        asked.append(position)
        return NOON + position * SECOND

    assert back_dated([stamped(500_000, NOON + 500_000 * SECOND)], recorded_at) is None
    assert len(asked) == 2
    damage = back_dated([stamped(900_000, NOON + 123_456 * SECOND)], recorded_at)
    assert damage is not None
    assert damage.position == 123_456 + 1 + 300 + 1
    assert len(asked) < 30

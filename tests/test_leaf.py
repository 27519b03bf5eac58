"""The leaf record is written as its page says, and nothing that would break its lines gets in."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter import leaf
from charter.tree import leaf_hash

names = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40)
AT = "2026-11-22T07:15:00.123456Z"


def test_the_record_in_the_specification() -> None:
    """The example in the specification is what the software writes."""
    written = leaf.record(7, "decision/3f0c", 1, "decision.made", AT, b"{}").decode()
    shown = leaf.__doc__ or ""
    assert "".join(f"    {line}\n" for line in written.splitlines()) in shown
    assert written == (
        f"charter-ledger/entry/v1\n7\ndecision/3f0c\n1\ndecision.made\n{AT}\n"
        f"{b64encode(sha256(b'{}').digest()).decode()}\n"
    )


@given(st.lists(st.tuples(st.integers(1, 2**62), names, st.integers(1, 2**31), names, st.just(AT), st.binary())))
def test_many_are_as_each(rows: list[leaf.Row]) -> None:
    """The leaves of a batch are the hashes of the records one by one, and a record always has seven lines."""
    records = [leaf.record(*row) for row in rows]
    assert leaf.leaves(rows) == [leaf_hash(record) for record in records]
    assert all(record.count(b"\n") == 7 for record in records)


@pytest.mark.parametrize("bad", ["a\nb", "a\x00", "\x7f", "a\x85b", "tab\t", "\x9f", "\r"])
def test_control_characters_are_refused(bad: str) -> None:
    """A control character anywhere in a stream or a type is refused by name."""
    with pytest.raises(ValueError, match="control character"):
        leaf.record(1, bad, 1, "type", AT, b"")
    with pytest.raises(ValueError, match="control character"):
        leaf.record(1, "stream", 1, bad, AT, b"")
    with pytest.raises(ValueError, match="control character"):
        leaf.refuse_control_characters(["fine", bad])


def test_other_letters_are_welcome() -> None:
    """Any letter, space or sign of any language may stand in a name."""
    leaf.refuse_control_characters(["größe/ä ñ 漢字 \u00a0\u2028 🙂", ""])


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=30)), timezone(timedelta(hours=14))])
    )
)
def test_times_come_back(moment: datetime) -> None:
    """A moment in any zone is written in one form only, and read back the same."""
    try:
        text = leaf.stamp(moment)
    except OverflowError:  # the first and the last day of the calendar, seen from another zone
        return
    assert len(text) == 27
    assert leaf.instant(text) == moment
    assert leaf.stamp(leaf.instant(text)) == text


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody can say which moment it was."""
    with pytest.raises(ValueError, match="no time zone"):
        leaf.stamp(datetime(2026, 11, 22))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T07:15:00Z",
        "2026-11-22T07:15:00.123Z",
        "2026-11-22 07:15:00.123456Z",
        "2026-11-22T07:15:00,123456Z",
        "2026-11-22T07:15:00.123456z",
        "2026-11-22T07:15:00.12345+0",
        "2026-13-22T07:15:00.123456Z",
        "2026-W47-7T07:15:00.123456Z",
        "2026-11-22T07:15:00.12345\uff16Z",
        "",
    ],
)
def test_other_ways_to_write_a_time_are_refused(text: str) -> None:
    """What is stored has one form; anything else was not written by a ledger."""
    with pytest.raises(ValueError, match=r"time|isoformat|month"):
        leaf.instant(text)

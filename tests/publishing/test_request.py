"""What a log says to a witness has one form; anything else is no request, whatever it holds."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.publishing.witness.request import AddCheckpoint
from tests.publishing.logs import Log

LOG = Log()
ASKED = LOG.asks(5, 9).decode()
HASH = ASKED.split("\n")[1]

sizes = st.tuples(st.integers(0, 129), st.integers(0, 129)).map(sorted)


@given(sizes)
def test_it_is_read_as_it_was_written(sizes: list[int]) -> None:
    old, new = sizes
    data = LOG.asks(old, new)
    read = AddCheckpoint.parse(data)
    assert (read.old, read.proof, read.signed) == (old, LOG.proof(old, new), LOG.checkpoint(new))
    assert bytes(read) == data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 5",
        "old 5\n",
        ASKED.replace("old 5", "old 05"),
        ASKED.replace("old 5", "old -5"),
        ASKED.replace("old 5", "old +5"),
        ASKED.replace("old 5", "old  5"),
        ASKED.replace("old 5", "old 5 "),
        ASKED.replace("old 5", "old five"),
        ASKED.replace("old 5", "old 99999999999999999999"),
        ASKED.replace("old 5", "Old 5"),
        ASKED.replace("old 5\n", ""),
        ASKED.replace("old 5\n", "old 5\nold 5\n"),
        ASKED.replace(HASH, HASH[:-1]),
        ASKED.replace(HASH, HASH[:-4]),
        ASKED.replace(HASH, HASH + "AAAA"),
        ASKED.replace(HASH, f" {HASH}"),
        ASKED.replace(HASH, "\n" + HASH),
        ASKED.replace(HASH, f"{HASH}\n" * 64),
        ASKED.replace("\n", "\r\n"),
        ASKED.replace("old 5", "old 5\x00"),
        ASKED.rstrip("\n"),
        ASKED + "\n",
        ASKED.replace("\n\n", "\n", 1),
        f"old 0\n\n{LOG.checkpoint(3).note.text}",
        ASKED + "— x " + "A" * 70_000 + "\n",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        AddCheckpoint.parse(text.encode())


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_in_is_a_request_or_a_value_error(data: bytes) -> None:
    try:
        read = AddCheckpoint.parse(data)
    except ValueError:
        return
    assert bytes(read) == data


@given(st.integers(0, len(ASKED.encode()) - 1), st.integers(1, 255))
def test_a_request_with_one_byte_changed_is_never_taken_for_the_same(at: int, change: int) -> None:
    data = bytearray(ASKED.encode())
    data[at] ^= change
    with suppress(ValueError):
        assert AddCheckpoint.parse(bytes(data)) != AddCheckpoint.parse(ASKED.encode())

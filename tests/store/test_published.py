"""Published checkpoints are kept for good; only cosignatures and a time stamp may come later."""

from __future__ import annotations

import pytest
from eventsourcing.persistence import IntegrityError
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from charter.store.database import writing
from charter.store.published import Published, PublishedCheckpoint

MONDAY, TUESDAY = "2026-11-23T09:00:00.000000Z", "2026-11-24T09:00:00.000000Z"
NOTE = "charter-ledger/9f86d081884c7d65\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n\u2014 log AAAA\n"


@pytest.fixture
def published(engine: Engine) -> Published:
    """Those of a new ledger: none."""
    return Published(engine)


def test_added_and_read(published: Published) -> None:
    """The newest is the one made last, whatever its size; all come in the order in which they were made."""
    assert published.latest() is None
    assert published.all() == []
    later = published.add(9, TUESDAY, NOTE)
    earlier = published.add(9, MONDAY, NOTE)
    assert later == PublishedCheckpoint(9, TUESDAY, NOTE, None)
    assert published.latest() == later
    assert published.all() == [earlier, later]
    assert published.get(9, MONDAY) == earlier
    assert published.get(8, MONDAY) is None
    with pytest.raises(IntegrityError):
        published.add(9, MONDAY, NOTE)


def test_cosigned_later(published: Published) -> None:
    """More signatures may be added to a note, never another text put in its place."""
    published.add(7, MONDAY, NOTE)
    published.cosign(7, MONDAY, NOTE + "\u2014 witness BBBB\n")
    assert published.all() == [PublishedCheckpoint(7, MONDAY, NOTE + "\u2014 witness BBBB\n", None)]
    for other in (NOTE.replace("\n7\n", "\n8\n"), "", "\n\n" + NOTE, NOTE.partition("\n\n")[0]):
        with pytest.raises(IntegrityError, match="never changed or removed"):
            published.cosign(7, MONDAY, other)
    with pytest.raises(KeyError):
        published.cosign(7, TUESDAY, NOTE)


def test_stamped_once(published: Published) -> None:
    """A time stamp may come later, and stays."""
    published.add(7, MONDAY, NOTE)
    published.stamp(7, MONDAY, b"\x30\x00token")
    assert published.latest() == PublishedCheckpoint(7, MONDAY, NOTE, b"\x30\x00token")
    published.stamp(7, MONDAY, b"\x30\x00token")
    with pytest.raises(IntegrityError, match="never changed or removed"):
        published.stamp(7, MONDAY, b"another")
    with pytest.raises(KeyError):
        published.stamp(8, MONDAY, b"token")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM checkpoints",
        "UPDATE checkpoints SET size = 6",
        "UPDATE checkpoints SET made_at = '2020-01-01T00:00:00.000000Z'",
        "UPDATE checkpoints SET note = 'another'",
        "UPDATE checkpoints SET stamp = NULL",
        "INSERT INTO checkpoints VALUES (0, 'x', 'note', NULL)",
        "INSERT INTO checkpoints TABLE_AGAIN ON CONFLICT (size, made_at) DO UPDATE SET note = ''",
    ],
)
def test_checkpoints_refuse_to_change(engine: Engine, published: Published, statement: str) -> None:
    """Nor by hand."""
    published.add(7, MONDAY, NOTE)
    published.stamp(7, MONDAY, b"token")
    before = published.all()
    with pytest.raises(DBAPIError, match=r"never changed or removed|checkpoints_size"), writing(engine) as connection:
        connection.execute(text(statement.replace("TABLE_AGAIN", "SELECT * FROM checkpoints WHERE true")))
    assert published.all() == before

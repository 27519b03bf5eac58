"""How a view keeps what its columns have no type for: a wording or a list as one text, a time as in the ledger."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy
from pydantic import TypeAdapter

from charter.charters.promise import Promise
from charter.leaf import instant, stamp
from charter.terms import Gap

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
"""Text that sorts byte by byte in both databases, as ids, streams and times have to."""

_PROMISES = TypeAdapter(tuple[Promise, ...])


def packed(promises: tuple[Promise, ...]) -> str:
    """A wording as JSON, fields at their default left out."""
    return _PROMISES.dump_json(promises, exclude_defaults=True).decode()


def unpacked(text: str) -> tuple[Promise, ...]:
    """The wording that was packed."""
    return _PROMISES.validate_json(text)


def listed(gaps: Iterable[Gap]) -> str:
    """Gaps, one a line."""
    return "\n".join(gaps)


def unlisted(text: str) -> tuple[Gap, ...]:
    """The gaps that were listed."""
    return tuple(map(Gap, text.splitlines()))


def written(moment: datetime | None) -> str | None:
    """A time as text that sorts as times do; None stays None."""
    return stamp(moment) if moment else None


def read(text: str | None) -> datetime | None:
    """The time that was written."""
    return instant(text) if text else None

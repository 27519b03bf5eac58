"""How a view keeps what its columns have no type for: a wording or a list as one text (times: `projections.days`)."""

from collections.abc import Iterable
from functools import lru_cache

import sqlalchemy
from pydantic import TypeAdapter

from charter.charters.promise import Promise
from charter.terms import Gap

Text = sqlalchemy.Text().with_variant(sqlalchemy.Text(collation="C"), "postgresql")
"""Text that sorts byte by byte in both databases, as ids, streams and times have to."""

_PROMISES = TypeAdapter(tuple[Promise, ...])


def packed(promises: tuple[Promise, ...]) -> str:
    """A wording as JSON, fields at their default left out."""
    return _PROMISES.dump_json(promises, exclude_defaults=True).decode()


@lru_cache(maxsize=64)  # a charter has few revisions, and they are read again and again
def unpacked(text: str) -> tuple[Promise, ...]:
    """The wording that was packed."""
    return _PROMISES.validate_json(text)


def listed(gaps: Iterable[Gap]) -> str:
    """Gaps, one a line."""
    return "\n".join(gaps)


def unlisted(text: str) -> tuple[Gap, ...]:
    """The gaps that were listed."""
    return tuple(map(Gap, text.splitlines()))

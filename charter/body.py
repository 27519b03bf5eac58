"""The body of an entry: who wrote it, when it happened and what, as compact JSON in UTF-8.

`{"by": who wrote it, "at": when it happened, "event": {…}}`; fields at their default are left out (a default never
changes), and `at` is null when it is not known. Where words of a person are sealed, a fourth part says so
(`charter.privacy.envelope`).
"""

import json
from datetime import datetime
from functools import lru_cache

from charter.leaf import stamp
from charter.message import Event


def body(by: str, at: datetime | None, event: Event) -> bytes:
    """The bytes of an entry's body with all its words in the open."""
    return b"%b%b}" % (opening(by, at), event_json(event))


def event_json(event: Event, *, without: set[str] | None = None) -> bytes:
    """An event's fields as a JSON object, without those at their default; all of them, or all but some."""
    # The model's own serializer is called directly: model_dump_json spends as long again on its arguments.
    return event.__pydantic_serializer__.to_json(event, exclude=without, exclude_defaults=True)


@lru_cache(maxsize=256)  # the entries that one order leads to share it
def opening(by: str, at: datetime | None) -> bytes:
    """What a body begins with, up to the event."""
    happened = f'"{stamp(at)}"' if at else "null"
    return f'{{"by":{_quoted(by)},"at":{happened},"event":'.encode()


@lru_cache(maxsize=256)
def _quoted(by: str) -> str:
    return json.dumps(by, ensure_ascii=False)

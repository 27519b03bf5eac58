"""What was typed about a promise, as the change it makes to the promise that is there."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from charter.charters.commands import LimitWording
from charter.charters.draft import with_codes
from charter.charters.promise import Promise, Wording
from charter.charters.state import Charter
from charter.terms import Serves
from projections.diff import Diff, diff
from web.forms import Malformed, Typed, read

SPARE = 2
"""Empty rows for new limits, below those there are."""


class LimitRow(NamedTuple):
    """A limit as it stands in the form; the code of a new one is made when it is written."""

    code: str
    text: str
    serves: str


def limit_rows(promise: Promise | None, given: Typed | None = None) -> list[LimitRow]:
    """The rows of the form: what was typed, else the limits there are, and always some empty ones."""
    if given is not None:
        rows = [LimitRow(code, text, serves) for code, text, serves in _typed(given) if text]
    else:
        limits = promise.limits if promise else ()
        rows = [LimitRow(limit.code, limit.text, limit.serves or Serves.CUSTOMER) for limit in limits]
    return [*rows, *[LimitRow("", "", Serves.CUSTOMER)] * SPARE]


def limits(given: Typed) -> list[dict[str, str]]:
    """The limits that were typed; a row without a text is none."""
    return [{"text": text, "serves": serves} for _, text, serves in _typed(given) if text]


def version(*promises: Promise) -> str:
    """What tells one wording of a promise, or of several, from every other."""
    return sha256("\n".join(promise.model_dump_json() for promise in promises).encode()).hexdigest()[:16]


def values(promise: Promise) -> Typed:
    """A promise as the form shows it."""
    fields = {name: getattr(promise, name) for name in Wording.model_fields}
    return {name: [str(value)] for name, value in fields.items() if value is not None}


def changes(promise: Promise, given: Typed) -> Mapping[str, Any]:
    """What a form says that the promise does not: fields anew, and those to be `without`."""
    before = values(promise)
    found: dict[str, Any] = {}
    emptied = []
    for name in Wording.model_fields:
        old, new = "".join(before.get(name, ())), "".join(given.get(name, ()))
        if old and not new:
            emptied.append(name)
        elif new != old:
            found[name] = [new]
    if emptied:
        found["without"] = emptied
    return found


def beside(state: Charter, promise: Promise, given: Typed) -> Diff | None:
    """What there is now beside what was typed, as the ledger would take it; None where what was typed is no wording."""
    try:
        worded = dict(read(Wording, given))
        typed = [LimitWording.model_validate(limit) for limit in limits(given)]
    except (Malformed, ValueError):
        return None
    worded["limits"] = with_codes(state, promise.code, promise.limits, typed)
    return diff((promise,), (promise.model_copy(update=worded),))


def has_other_limits(promise: Promise, given: Typed) -> bool:
    """Whether the limits that were typed are not those of the promise."""
    return [(limit.text, limit.serves) for limit in promise.limits] != [
        (limit["text"], limit["serves"]) for limit in limits(given)
    ]


def _typed(given: Typed) -> list[tuple[str, str, str]]:
    texts, serves = given.get("limit_text", ()), given.get("limit_serves", ())
    codes = [*given.get("limit_code", ()), *[""] * len(texts)]
    return list(zip(codes, texts, serves, strict=False))

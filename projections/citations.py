"""What an answer cites: the promise or limit as it was worded in the revision of that day, and as it reads today."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from charter.charters.promise import Limit, Promise
from charter.phrase import Phrase
from projections.diff import LimitChange, PromiseChange, limit_change, promise_change


class Today(StrEnum):
    """What has become of a wording since."""

    SAME = "reads the same today"
    REWORDED = "reads differently today"
    GONE = "not in force today"


@dataclass(frozen=True, slots=True)
class Citation:
    """A code that an answer cites from a revision (None: no charter was in force).

    `then` is the promise or limit as it was worded in that revision, None where the code was not in it, which `note`
    says. `now` is today's wording, with what changed, and `title` that of the promise. `stands` is False for a citation
    that was corrected, or whose answer was reversed.
    """

    code: str
    revision: int | None
    stands: bool
    title: str | None
    then: Promise | Limit | None
    now: Promise | Limit | None
    today: Today | None
    change: PromiseChange | LimitChange | None
    note: str | None


Wordings = Callable[[int], tuple[Promise, ...]]
"""Gives the promises of a published revision by its number."""


def citation(
    code: str,
    revision: int | None,
    *,
    stands: bool,
    wording: Wordings,
    others: Iterable[int],
    today: tuple[Promise, ...],
) -> Citation:
    """One citation; `others` are the numbers of all published revisions, `today` is the charter in force now."""
    title, then = _find(code, wording(revision)) if revision is not None else (None, None)
    now_title, now = _find(code, today)
    change = _change(then, now)
    note = None
    if then is None:
        note = _note(code, revision, [other for other in others if _find(code, wording(other))[1]])
    return Citation(
        code=code,
        revision=revision,
        stands=stands,
        title=title or now_title,
        then=then,
        now=now,
        today=None if then is None else Today.GONE if now is None else Today.REWORDED if change else Today.SAME,
        change=change,
        note=note,
    )


def _find(code: str, promises: tuple[Promise, ...]) -> tuple[str | None, Promise | Limit | None]:
    """The promise or limit of that code, with the title of its promise."""
    for promise in promises:
        if promise.code == code:
            return promise.title, promise
        for limit in promise.limits:
            if limit.code == code:
                return promise.title, limit
    return None, None


def _change(then: Promise | Limit | None, now: Promise | Limit | None) -> PromiseChange | LimitChange | None:
    match then, now:
        case Promise(), Promise():
            return promise_change(then, now)
        case Limit(), Limit():
            return limit_change(then, now)
        case _:
            return None


def _note(code: str, revision: int | None, elsewhere: list[int]) -> str:
    say = partial(Phrase, code=code, revision=revision, numbers=", ".join(map(str, elsewhere)))
    if revision and elsewhere:
        return say("{code}: not in revision {revision}, which was in force then; it is in revision {numbers}")
    if revision:
        return say("{code}: not in revision {revision}, which was in force then, nor in any other revision")
    if elsewhere:
        return say("{code}: no charter was in force then; it is in revision {numbers}")
    return say("{code}: no charter was in force then")

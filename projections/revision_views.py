"""A revision as people see it: how far it has come, how it came about, what it changed and what it still misses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from charter.charters.events import (
    Deliberation,
    RevisionApproved,
    RevisionPublished,
    RevisionRecorded,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.charters.promise import Promise
from charter.given import BEGINNING, InForce, Standing
from charter.phrase import Phrase, plural
from charter.terms import Gap
from projections.diff import Diff
from projections.wording import words


class Progress(StrEnum):
    """How far a revision has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LATER = "in force later"
    REPLACED = "replaced before its day"
    IN_FORCE = "in force"
    PAST = "no longer in force"


OPEN = (Progress.PROPOSED, Progress.APPROVED)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a revision; `type` is the event's stored name."""

    revision: int
    type: str
    by: str
    at: datetime | None
    recorded_at: datetime
    note: str | None
    effective_at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class RevisionLine:
    """A revision in a list; `status` says in words how far it has come, `author` is None for history."""

    charter: str
    revision: int
    label: str | None
    summary: str | None
    progress: Progress
    status: str
    history: bool
    author: str | None
    proposed_at: datetime | None
    recorded_at: datetime
    published_at: datetime | None
    effective_from: date | None
    effective_at: datetime | None
    until: datetime | None
    approved: int
    needed: int
    promises: int
    gaps: tuple[Gap, ...]

    @property
    def replaced(self) -> bool:
        """Whether another took its place before its day, so that it is never in force."""
        return self.progress is Progress.REPLACED


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved a revision, and what they said about it."""

    by: str
    at: datetime | None
    note: str | None


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A revision with its wording, how it came about, what it still misses and what it changed.

    `reason` is why it was rejected or withdrawn; `changes` are those since revision `since`, the one published before.
    """

    line: RevisionLine
    promises: tuple[Promise, ...]
    deliberation: Deliberation | None
    approvals: tuple[Approval, ...]
    reason: str | None
    source: str | None
    missing: tuple[str, ...]
    since: int | None
    changes: Diff


@dataclass(frozen=True, slots=True)
class DraftView:
    """The wording being worked on, what keeps it from being published and its changes since revision `since`.

    `proposed` are the revisions that wait for approval or publication.
    """

    charter: str
    promises: tuple[Promise, ...]
    missing: tuple[str, ...]
    since: int | None
    changes: Diff
    proposed: tuple[RevisionLine, ...]


def standing(charter: str, zone: str, times: Iterable[tuple[int, datetime | None, datetime | None]]) -> Standing:
    """Published revisions (number, from when, until when) as the rules know them, to ask which was in force."""
    earliest_first = sorted(times, key=lambda known: (known[1] or BEGINNING, known[0]))
    return Standing(charter, zone, tuple(InForce(*known, frozenset(), frozenset()) for known in earliest_first))


def ends(known: Standing, revision: int) -> datetime | None:
    """When a published revision ends: with its successor, or by itself where it has none; None when no end is known."""
    numbers = [other.revision for other in known.revisions]
    place = numbers.index(revision)
    following = known.revisions[place + 1 : place + 2]
    possible = (known.revisions[place].until, *(successor.effective_at for successor in following))
    return min((end for end in possible if end is not None), default=None)


def publications(steps: Iterable[Step]) -> dict[int, Step]:
    """The step that published each revision, without those withdrawn later."""
    found: dict[int, Step] = {}
    for step in steps:
        if step.type in (RevisionPublished.name, RevisionRecorded.name):
            found[step.revision] = step
        elif step.type == RevisionWithdrawn.name:
            found.pop(step.revision, None)
    return found


def approvals(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Who approved a revision."""
    return tuple(step for step in steps if step.type == RevisionApproved.name)


def summed_up(
    steps: Sequence[Step],
    known: Standing,
    at: datetime,
    *,
    needed: int,
    label: str | None,
    summary: str | None,
    promises: int,
    gaps: tuple[Gap, ...],
) -> RevisionLine:
    """A revision with these steps, at a moment, beside the published revisions that are known."""
    first, published = steps[0], publications(steps).get(steps[0].revision)
    reached, have = _progress(steps, published, needed, known, at), len(approvals(steps))
    history = first.type == RevisionRecorded.name
    effective_at = published.effective_at if published else None
    return RevisionLine(
        charter=known.charter,
        revision=first.revision,
        label=label,
        summary=summary,
        progress=reached,
        status=Phrase("approved {have} of {needed}", have=have, needed=needed)
        if reached in OPEN and have
        else words(reached),
        history=history,
        author=None if history else first.by,
        proposed_at=None if history else first.at,
        recorded_at=first.recorded_at,
        published_at=published.at if published and not history else None,
        effective_from=known.day(effective_at) if effective_at else None,
        effective_at=effective_at,
        until=ends(known, first.revision) if published else None,
        approved=have,
        needed=needed,
        promises=promises,
        gaps=gaps,
    )


def missing(promises: tuple[Promise, ...], have: int, needed: int, author: str | None, newest: int | None) -> list[str]:
    """Everything a proposed revision still needs before it can be published; `newest` is one published after it."""
    lacks = [lack for promise in promises for lack in promise.missing]
    if have < needed:
        lacks.append(
            plural(
                "{number} more approval, from somebody other than {author}",
                "{number} more approvals, from somebody other than {author}",
                needed - have,
                author=author,
            )
        )
    if newest is not None:
        lacks.append(Phrase("revision {number} is newer and published: propose the wording again", number=newest))
    return lacks


def _progress(steps: Sequence[Step], published: Step | None, needed: int, known: Standing, at: datetime) -> Progress:
    last = steps[-1]
    if last.type == RevisionRejected.name:
        return Progress.REJECTED
    if last.type == RevisionWithdrawn.name:
        return Progress.WITHDRAWN
    if published is None:
        return Progress.APPROVED if len(approvals(steps)) >= needed else Progress.PROPOSED
    if published.effective_at is not None and ends(known, last.revision) == published.effective_at:
        return Progress.REPLACED
    if (published.effective_at or BEGINNING) > at:
        return Progress.LATER
    found = known.in_force(at)
    return Progress.IN_FORCE if found is not None and found.revision == last.revision else Progress.PAST

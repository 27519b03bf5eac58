"""What is known of a charter after everything that happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from charter.charters.events import (
    CharterAcknowledged,
    CharterEvent,
    CharterOpened,
    PromiseMade,
    PromiseRetired,
    PromiseRevised,
    RetentionSet,
    RevisionApproved,
    RevisionProposed,
    RevisionPublished,
    RevisionRecorded,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.charters.promise import Promise, codes
from charter.given import BEGINNING, InForce, Standing
from charter.terms import Retained


class Status(StrEnum):
    """How far a revision has come."""

    PROPOSED = "proposed"
    REJECTED = "rejected"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision as the rules see it."""

    number: int
    promises: tuple[Promise, ...]
    status: Status
    author: str | None = None
    approved_by: frozenset[str] = frozenset()
    effective_at: datetime | None = None
    until: datetime | None = None
    label: str | None = None
    recorded_as_history: bool = False
    acknowledged_by: frozenset[str] = frozenset()


NOWHERE = Standing("", "UTC")


@dataclass(frozen=True, slots=True)
class Charter:
    """A charter; `opened` is False before the first event, `last_limit` is the highest limit number a code has used.

    `retention` is for how many months each kind of data is kept; what is not in it is kept without an end.
    """

    opened: bool = False
    slug: str = ""
    brand: str = ""
    approvals: int = 1
    zone: str = "UTC"
    draft: Mapping[str, Promise] = field(default_factory=lambda: MappingProxyType({}))
    last_limit: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    revisions: Mapping[int, Revision] = field(default_factory=lambda: MappingProxyType({}))
    standing: Standing = NOWHERE
    retention: Mapping[Retained, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def published(self) -> list[Revision]:
        """The published revisions that were not withdrawn, by number."""
        return [revision for revision in self.revisions.values() if revision.status is Status.PUBLISHED]

    @property
    def newest(self) -> Revision | None:
        """The last of these."""
        return max(self.published, key=lambda revision: revision.number, default=None)

    def unread_by(self, person: str) -> Revision | None:
        """The newest, where somebody has not said yet that they have read it; nobody is asked to read history."""
        newest = self.newest
        return None if newest is None or newest.recorded_as_history or person in newest.acknowledged_by else newest

    @property
    def proposed_as_drafted(self) -> Revision | None:
        """The newest proposal that says just what the draft says and that no newer publication overtook."""
        wording, last = tuple(self.draft.values()), self.newest.number if self.newest else 0
        same = (
            known
            for known in self.revisions.values()
            if known.number > last and known.status is Status.PROPOSED and known.promises == wording
        )
        return max(same, key=lambda revision: revision.number, default=None)


def evolve(state: Charter, event: CharterEvent, by: str, at: datetime | None) -> Charter:
    """The charter after one more event, written by somebody."""
    match event:
        case CharterOpened():
            return replace(
                state,
                opened=True,
                slug=event.charter,
                brand=event.brand,
                approvals=event.approvals,
                zone=event.zone,
                standing=Standing(event.charter, event.zone, opened_at=at),
            )
        case PromiseMade() | PromiseRevised():
            return _with_draft(state, {**state.draft, event.promise.code: event.promise})
        case PromiseRetired():
            return _with_draft(state, {code: kept for code, kept in state.draft.items() if code != event.code})
        case RevisionProposed():
            return _with(state, Revision(event.revision, event.promises, Status.PROPOSED, author=by))
        case RevisionApproved():
            revision = state.revisions[event.revision]
            return _with(state, replace(revision, approved_by=revision.approved_by | {by}))
        case RevisionRejected():
            return _with(state, replace(state.revisions[event.revision], status=Status.REJECTED))
        case RevisionPublished():
            revision = state.revisions[event.revision]
            return _with(state, replace(revision, status=Status.PUBLISHED, effective_at=event.effective_at))
        case RevisionWithdrawn():
            return _with(state, replace(state.revisions[event.revision], status=Status.WITHDRAWN))
        case CharterAcknowledged():
            revision = state.revisions[event.revision]
            return _with(state, replace(revision, acknowledged_by=revision.acknowledged_by | {by}))
        case RevisionRecorded():
            recorded = Revision(
                event.revision,
                event.promises,
                Status.PUBLISHED,
                effective_at=event.effective_at,
                until=event.until,
                label=event.label,
                recorded_as_history=True,
            )
            with_revision = _with(state, recorded)
            untouched = not state.draft or tuple(state.draft.values()) == _newest_wording(state)
            return _with_draft(with_revision, {x.code: x for x in event.promises}) if untouched else with_revision
        case RetentionSet():
            return replace(state, retention=MappingProxyType({**state.retention, event.kind: event.months}))
        case _:
            assert_never(event)


def _newest_wording(state: Charter) -> tuple[Promise, ...]:
    return state.newest.promises if state.newest else ()


def _with_draft(state: Charter, draft: dict[str, Promise]) -> Charter:
    last = dict(state.last_limit)
    for code, promise in draft.items():
        for limit in promise.limits:
            last[code] = max(last.get(code, 0), int(limit.code.rpartition(".")[2]))
    return replace(state, draft=MappingProxyType(draft), last_limit=MappingProxyType(last))


def _with(state: Charter, revision: Revision) -> Charter:
    revisions = {**state.revisions, revision.number: revision}
    published = sorted(
        (known for known in revisions.values() if known.status is Status.PUBLISHED),
        key=lambda known: (known.effective_at or BEGINNING, known.number),
    )
    standing = state.standing
    if [known.number for known in published] != [known.revision for known in standing.revisions]:
        standing = standing._replace(revisions=tuple(map(_in_force, published)))
    return replace(state, revisions=MappingProxyType(revisions), standing=standing)


def _in_force(revision: Revision) -> InForce:
    promises, limits = codes(revision.promises)
    return InForce(revision.number, revision.effective_at, revision.until, promises, limits, revision.label)

"""The history of a charter: every revision, how it came about, who approved it and what became of it, and the draft.

A revision's wording never changes once it is proposed. What happens to it is kept as steps, each with the time it was
recorded, so that its status can be told as it was known at any time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Row, Table, select

from charter.charters.events import (
    CharterOpened,
    Deliberation,
    PromiseMade,
    PromiseRetired,
    PromiseRevised,
    RevisionApproved,
    RevisionProposed,
    RevisionPublished,
    RevisionRecorded,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.charters.promise import Promise
from charter.charters.refusals import UnknownRevision
from charter.given import UnknownCharter
from charter.leaf import instant
from charter.message import Entry
from charter.phrase import Phrase
from projections.days import read, stamp, written
from projections.diff import Diff, diff
from projections.engine import Key, Projection, Rows, Views, stored_names
from projections.revision_views import (
    OPEN,
    Approval,
    DraftView,
    Progress,
    RevisionDetail,
    RevisionLine,
    Step,
    approvals,
    missing,
    publications,
    standing,
    summed_up,
)
from projections.stored import Text, listed, packed, unlisted, unpacked

metadata = MetaData()

CHARTERS = Table(
    "charter_history_charters",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("zone", Text, nullable=False),
    Column("approvals", Integer, nullable=False, comment="how many a revision needs"),
    Column("draft", Text, nullable=False, comment="the promises of the draft, packed"),
)
REVISIONS = Table(
    "charter_history_revisions",
    metadata,
    Column("charter", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("label", Text),
    Column("summary", Text),
    Column("source", Text, comment="where history was taken from"),
    Column("gaps", Text, nullable=False, comment="separated by line ends"),
    Column("deliberation", Text, comment="JSON; none for history"),
    Column("promises", Text, nullable=False, comment="the complete wording, packed"),
    Column("promise_count", Integer, nullable=False),
)
STEPS = Table(
    "charter_history_steps",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("charter", Text, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Text),
    Column("recorded_at", Text, nullable=False),
    Column("note", Text),
    Column("effective_at", Text),
    Column("until", Text),
)

OnDraft = PromiseMade | PromiseRevised | PromiseRetired
OnRevision = (
    RevisionProposed | RevisionApproved | RevisionRejected | RevisionPublished | RevisionWithdrawn | RevisionRecorded
)


class CharterHistory(Projection):
    """Keeps every revision's wording and every step it took, and the draft as it is now."""

    name = "charter_history"
    version = 1
    events = stored_names(CharterOpened, OnDraft, OnRevision)
    tables = (CHARTERS, REVISIONS, STEPS)
    personal: ClassVar = {REVISIONS: ("deliberation",)}

    def needed(self, entries: Sequence[Entry]) -> Mapping[Table, set[Key]]:
        """Whatever changes the draft needs the draft."""
        return {CHARTERS: {(entry.key,) for entry in entries if isinstance(entry.event, OnDraft | RevisionRecorded)}}

    def apply(self, rows: Rows, entry: Entry) -> None:
        """The draft changes as promises do; a revision is a row when it appears, and a step each time."""
        match entry.event:
            case CharterOpened() as event:
                opened = {"charter": entry.key, "zone": event.zone, "approvals": event.approvals, "draft": packed(())}
                rows.append(CHARTERS, opened)
            case PromiseMade() | PromiseRevised() | PromiseRetired() as event:
                _draft(rows, entry, event)
            case RevisionProposed() as event:
                deliberation = event.deliberation.model_dump_json(exclude_defaults=True)
                _appear(rows, entry, event, summary=event.summary, gaps="", deliberation=deliberation)
                _step(rows, entry, event.revision)
            case RevisionRecorded() as event:
                _appear(rows, entry, event, label=event.label, source=event.source, gaps=listed(event.gaps))
                _step(rows, entry, event.revision, effective_at=written(event.effective_at), until=written(event.until))
                row = rows.get(CHARTERS, (entry.key,))
                assert row is not None
                rows.put(CHARTERS, row | {"draft": packed(event.promises)})
            case RevisionPublished() as event:
                _step(rows, entry, event.revision, effective_at=written(event.effective_at))
            case RevisionApproved() as event:
                _step(rows, entry, event.revision, note=event.note)
            case RevisionRejected() | RevisionWithdrawn() as event:
                _step(rows, entry, event.revision, note=event.reason)


CHARTER_HISTORY = CharterHistory()


def revisions(views: Views, charter: str, known_at: datetime | None = None) -> list[RevisionLine]:
    """Every revision of a charter by its number, as known at a time (aware; None: now). Raises UnknownCharter."""
    with views.reading(CHARTER_HISTORY) as connection:
        return list(_History(connection, charter, known_at, views.ledger.now()).lines().values())


def revision(views: Views, charter: str, number: int, known_at: datetime | None = None) -> RevisionDetail:
    """One revision in full, as known at a time (aware; None: now). Raises UnknownCharter or UnknownRevision."""
    with views.reading(CHARTER_HISTORY) as connection:
        return _History(connection, charter, known_at, views.ledger.now()).detail(number)


def draft(views: Views, charter: str) -> DraftView:
    """The draft as it is now. Raises UnknownCharter."""
    with views.reading(CHARTER_HISTORY) as connection:
        history = _History(connection, charter, None, views.ledger.now())
        promises = unpacked(history.charter.draft)
        since = max(history.publications, default=None)
        changes = diff(history.wording(since), promises)
        lacks = [lack for promise in promises for lack in promise.missing]
        if not promises:
            lacks.append(Phrase("the draft has no promises"))
        elif changes.nothing:
            lacks.append(Phrase("nothing has changed since revision {number}", number=since))
        waiting = tuple(line for line in history.lines().values() if line.progress in OPEN)
        return DraftView(charter, promises, tuple(lacks), since, changes, waiting)


def diff_revisions(views: Views, charter: str, old: int, new: int) -> Diff:
    """What changed between two revisions, published or not. Raises UnknownCharter or UnknownRevision."""
    with views.reading(CHARTER_HISTORY) as connection:
        history = _History(connection, charter, None, views.ledger.now())
        return diff(history.wording(old), history.wording(new))


class _History:
    """What is known of one charter's revisions at a time, wordings aside, which are read as they are asked for."""

    def __init__(self, connection: Connection, charter: str, known_at: datetime | None, now: datetime) -> None:
        found = connection.execute(select(CHARTERS).where(CHARTERS.c.charter == charter)).one_or_none()
        if found is None:
            raise UnknownCharter(charter=charter)
        self.charter = found
        self._connection = connection
        self._at = known_at or now
        steps = select(STEPS).where(STEPS.c.charter == charter).order_by(STEPS.c.position)
        if known_at is not None:
            steps = steps.where(STEPS.c.recorded_at <= stamp(known_at))
        self._steps: dict[int, list[Step]] = {}
        for row in connection.execute(steps):
            self._steps.setdefault(row.revision, []).append(_taken(row))
        self.publications = publications(step for taken in self._steps.values() for step in taken)
        times = ((number, step.effective_at, step.until) for number, step in self.publications.items())
        self._standing = standing(charter, found.zone, times)

    def lines(self) -> dict[int, RevisionLine]:
        columns = [column for column in REVISIONS.c if column.name not in ("promises", "deliberation")]
        query = select(*columns).where(REVISIONS.c.charter == self.charter.charter).order_by(REVISIONS.c.revision)
        rows = self._connection.execute(query)
        return {row.revision: self._line(row) for row in rows if row.revision in self._steps}

    def detail(self, number: int) -> RevisionDetail:
        row = self._row(number)
        line, steps, promises = self._line(row), self._steps[number], unpacked(row.promises)
        published = sorted(self.publications)
        since = max((other for other in published if other < number), default=None)
        newer = published[-1] if published and published[-1] > number else None
        lacks = missing(promises, line.approved, line.needed, line.author, newer) if line.progress in OPEN else []
        return RevisionDetail(
            line=line,
            promises=promises,
            deliberation=Deliberation.model_validate_json(row.deliberation) if row.deliberation else None,
            approvals=tuple(Approval(step.by, step.at, step.note) for step in approvals(steps)),
            reason=steps[-1].note if line.progress in (Progress.REJECTED, Progress.WITHDRAWN) else None,
            source=row.source,
            missing=tuple(lacks),
            since=since,
            changes=diff(self.wording(since), promises),
        )

    def wording(self, number: int | None) -> tuple[Promise, ...]:
        """The promises of a revision; none where there is no revision."""
        return () if number is None else unpacked(self._row(number).promises)

    def _row(self, number: int) -> Row[Any]:
        if number not in self._steps:
            raise UnknownRevision(charter=self.charter.charter, revision=number)
        column = REVISIONS.c
        query = select(REVISIONS).where(column.charter == self.charter.charter, column.revision == number)
        return self._connection.execute(query).one()

    def _line(self, row: Row[Any]) -> RevisionLine:
        return summed_up(
            self._steps[row.revision],
            self._standing,
            self._at,
            needed=self.charter.approvals,
            label=row.label,
            summary=row.summary,
            promises=row.promise_count,
            gaps=unlisted(row.gaps),
        )


def _draft(rows: Rows, entry: Entry, event: OnDraft) -> None:
    row = rows.get(CHARTERS, (entry.key,))
    assert row is not None, f"{entry.key} was not opened before position {entry.position}"
    promises = {promise.code: promise for promise in unpacked(row["draft"])}
    if isinstance(event, PromiseRetired):
        promises.pop(event.code, None)
    else:
        promises[event.promise.code] = event.promise
    rows.put(CHARTERS, row | {"draft": packed(tuple(promises.values()))})


def _appear(rows: Rows, entry: Entry, event: RevisionProposed | RevisionRecorded, **more: str) -> None:
    wording = {"promises": packed(event.promises), "promise_count": len(event.promises)}
    rows.append(REVISIONS, {"charter": entry.key, "revision": event.revision, **wording, **more})


def _step(rows: Rows, entry: Entry, revision: int, **more: str | None) -> None:
    times = {"at": written(entry.at), "recorded_at": stamp(entry.recorded_at)}
    taken = {"position": entry.position, "charter": entry.key, "revision": revision, "type": entry.type, "by": entry.by}
    rows.append(STEPS, taken | times | more)


def _taken(row: Row[Any]) -> Step:
    return Step(
        revision=row.revision,
        type=row.type,
        by=row.by,
        at=read(row.at),
        recorded_at=instant(row.recorded_at),
        note=row.note,
        effective_at=read(row.effective_at),
        until=read(row.until),
    )

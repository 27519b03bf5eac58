"""The versions in a charter file: which rows belong to which, and the complete wording each of them stands for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from pydantic import ValidationError

from charter.charters.commands import RecordRevision
from charter.desk import Written
from charter.importing.files import Row, Table
from charter.importing.promises import Clause, Clauses, Place
from charter.importing.refusals import DaysDiffer, IncompleteVersion
from charter.importing.unreadable import unreadable
from charter.message import Refused

_LONGEST_LINE = 200


@dataclass(slots=True)
class Line:
    """A row, the version it belongs to if that can be read, and its promise or why it has none."""

    row: Row
    place: Place | None
    clause: Clause | Refused


@dataclass(slots=True)
class Version:
    """The rows of one version of a charter, and what becomes of it, once that is known."""

    place: Place
    lines: list[Line] = field(default_factory=list)
    outcome: Written | Refused | None = None

    @property
    def clauses(self) -> list[Clause]:
        """Its promises, in the order of the file."""
        return [line.clause for line in self.lines if isinstance(line.clause, Clause)]

    @property
    def day(self) -> date | None:
        """When it took effect, None if that is not known."""
        return self.clauses[0].effective_from

    def command(self, wording: Sequence[Clause]) -> RecordRevision:
        """The version with its complete wording, as history; raises pydantic's ValidationError."""
        ends = {clause.effective_until for clause in self.clauses}
        sources = list(dict.fromkeys(clause.source for clause in self.clauses if clause.source))
        together = "; ".join(sources)
        if len(together) > _LONGEST_LINE and len(sources) > 1:
            together = f"{sources[0][: _LONGEST_LINE - 20]} (and {len(sources) - 1} more)"
        return RecordRevision(
            charter=self.place.charter,
            label=self.place.label,
            effective_from=self.day,
            # where its promises end on different days, the version itself ends with the next one
            effective_until=ends.pop() if len(ends) == 1 else None,
            promises=tuple(clause.promise for clause in wording),
            source=together,
        )


def lines(table: Table, clauses: Clauses) -> Iterator[Line]:
    """The rows of a file that its mapping wants, read."""
    for row in table.rows():
        place = None
        clause: Clause | Refused
        if row.refusal is not None:
            clause = row.refusal
        elif clauses.wanted(row.cells):
            try:
                place = clauses.place(row.cells)
                clause = clauses.clause(row, place)
            except Refused as refusal:
                clause = refusal
            except ValidationError as error:
                clause = unreadable(error, table.encoding)
        else:
            continue
        yield Line(row, place, clause)


def versions(found: Iterable[Line]) -> dict[Place, Version]:
    """The versions of a file, in its order.

    One with a refused row is refused, and so are all where it can't be told to which of them a refused row belongs.
    """
    of_place: dict[Place, Version] = {}
    lost = None
    for line in found:
        if line.place is not None:
            of_place.setdefault(line.place, Version(line.place)).lines.append(line)
        elif lost is None:
            lost = line
    for version in of_place.values():
        _agree_on_a_day(version)
        broken = next((line for line in version.lines if isinstance(line.clause, Refused)), lost)
        if broken is not None:
            version.outcome = IncompleteVersion(row=broken.row.number, label=version.place.label)
    return of_place


def wordings(ready: Iterable[Version]) -> Iterator[tuple[Version, list[Clause]]]:
    """Whole versions of one charter by the day they took effect, unknown days first, each with its complete wording.

    A version all of whose rows supersede another is a list of changes: what it does not replace goes on, unless its own
    row said that it ended before.
    """
    before: list[Clause] = []
    for version in sorted(ready, key=lambda version: version.day or date.min):
        own = version.clauses
        if before and all(clause.supersedes for clause in own):
            replaced = {clause.supersedes for clause in own} | {clause.promise.code for clause in own}
            own = [clause for clause in before if _goes_on(clause, version.day, replaced)] + own
        yield version, own
        before = own


def _goes_on(clause: Clause, day: date | None, replaced: set[str | None]) -> bool:
    ended = clause.effective_until is not None and (day is None or clause.effective_until < day)
    return not ended and clause.promise.code not in replaced


def _agree_on_a_day(version: Version) -> None:
    """Refuse the first row that lets its version take effect on another day than the rows before it."""
    first = None
    for line in version.lines:
        if isinstance(line.clause, Refused):
            continue
        first = first or line.clause
        if line.clause.effective_from != first.effective_from:
            line.clause = DaysDiffer(
                charter=version.place.charter,
                label=version.place.label,
                day=line.clause.effective_from or "an unknown day",
                other=first.effective_from or "an unknown day",
                row=first.row.number,
            )
            return

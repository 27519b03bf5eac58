"""One row of a charter file: a promise as one version words it."""

from datetime import date
from typing import Any, NamedTuple

from charter.charters.promise import Limit, Promise
from charter.importing.files import Row, Table
from charter.importing.mapping import CharterMapping
from charter.importing.readers import Cells, Reader, Readers, shown
from charter.importing.refusals import NoCode, RowUnreadable
from charter.importing.when import Days
from charter.importing.words import code, slug

_PLAIN = (
    "audience",
    "promise_class",
    "measure",
    "target",
    "unit",
    "owner",
    "remedy",
    "feels",
    "does",
    "outcome",
)


class Place(NamedTuple):
    """The version a row belongs to: the charter's short name, and what the source calls the version."""

    charter: str
    label: str


class Clause(NamedTuple):
    """A promise with what its row says of the version it belongs to."""

    row: Row
    brand: str
    style: str | None
    source: str | None
    effective_from: date | None
    effective_until: date | None
    promise: Promise
    supersedes: str | None


class Clauses:
    """Reads the rows of one table, and numbers limits: the same text under the same code keeps its number."""

    def __init__(self, mapping: CharterMapping, table: Table, charter: str | None) -> None:
        readers = Readers(mapping, table)
        self.wanted = readers.wanted
        self._charter: Reader = (lambda _: charter) if charter else readers.text("charter")
        self._label, self._brand, self._style = readers.text("label"), readers.text("brand"), readers.text("style")
        self._source, self._supersedes = readers.text("source"), readers.text("supersedes")
        self._code, self._title, self._statement = (readers.text(name) for name in ("code", "title", "statement"))
        self._from = Days(readers, "effective_from")
        self._until = Days(readers, "effective_until", last=True)
        self._review_on = Days(readers, "review_on")
        self._plain = [(field, readers.text(field)) for field in _PLAIN if readers.fills(field)]
        self._limits, self._serves = readers.texts("limits"), readers.text("serves")
        self._numbers: dict[tuple[str, str], dict[str, int]] = {}

    def place(self, cells: Cells) -> Place:
        """The version a row belongs to; raises RowUnreadable, NoCode."""
        name, label = self._charter(cells), self._label(cells)
        if name is None or label is None:
            raise RowUnreadable(faults=f"{'charter' if name is None else 'label'} is missing")
        return Place(_made(slug(name), name, "charter"), label)

    def clause(self, row: Row, place: Place) -> Clause:
        """The promise in a row; raises Refused or pydantic's ValidationError."""
        cells = row.cells
        name = self._code(cells)
        if name is None:
            raise RowUnreadable(faults="code is missing")
        made, replaced = _made(code(name), name, "code"), self._supersedes(cells)
        fields: dict[str, Any] = {field: text for field, read in self._plain if (text := read(cells)) is not None}
        if (statement := self._statement(cells)) is not None:
            fields["statement"] = statement
        return Clause(
            row,
            self._brand(cells) or self._charter(cells) or place.charter,
            self._style(cells),
            self._source(cells),
            self._from(cells),
            self._until(cells),
            Promise(
                code=made,
                title=self._title(cells) or name,
                review_on=self._review_on(cells),
                limits=self._numbered(place.charter, made, cells),
                **fields,
            ),
            code(replaced.rpartition("@")[0] or replaced) if replaced else None,
        )

    def _numbered(self, charter: str, made: str, cells: Cells) -> tuple[Limit, ...]:
        numbers, serves = self._numbers.setdefault((charter, made), {}), self._serves(cells)
        texts = dict.fromkeys(self._limits(cells))
        return tuple(
            Limit.model_validate(
                {"code": f"{made}.{numbers.setdefault(text, len(numbers) + 1)}", "text": text, "serves": serves}
            )
            for text in texts
        )


def _made(made: str | None, name: str, field: str) -> str:
    if made is None:
        raise NoCode(word=shown(name), field=field)
    return made

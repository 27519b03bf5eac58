"""Finds the one row that a secret belongs to: what every request waits for, so it is asked without any detour."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from charter.store.database import is_sqlite
from web.access.database import AccountsDatabase, Moment, moment


class Lookup:
    """Finds rows of a table by their digest."""

    def __init__(self, database: AccountsDatabase, table: Table) -> None:
        local = is_sqlite(database.engine)
        self._database = database
        self._columns = [(column.name, isinstance(column.type, Moment)) for column in table.columns]
        names = ", ".join(name for name, _ in self._columns)
        place, mark = (table.name, "?") if local else (table.fullname, "%s")
        self._text = f"SELECT {names} FROM {place} WHERE digest = {mark}"  # noqa: S608  # names of ours

    def find(self, digest: bytes) -> dict[str, Any] | None:
        """The row, by the names of its columns; None where there is none."""
        rows = self._database.rows(self._text, digest)
        if not rows:
            return None
        return {
            name: moment(value) if is_moment else value
            for (name, is_moment), value in zip(self._columns, rows[0], strict=True)
        }

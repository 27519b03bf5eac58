"""The backups in a folder: when each was made, how many entries it has, and how large it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from charter.backup.archive import opened
from charter.backup.refusals import BackupMissing, FromNewerBackup, NotABackup
from charter.leaf import instant

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Kept(NamedTuple):
    """A backup as it says of itself; of one that cannot be read nothing but its name, its length and what is wrong."""

    name: str
    made_at: datetime | None
    size: int
    """How many entries are in it."""
    bytes: int
    wrong: str = ""


def kept_in(folder: Path) -> list[Kept]:
    """The backups in a folder, the newest first; raises OSError where it cannot be looked into."""
    return sorted(_each(folder), key=lambda each: (each.made_at or _LONG_AGO, each.name), reverse=True)


def _each(folder: Path) -> Iterator[Kept]:
    for path in folder.iterdir():
        if path.suffix != ".backup" or not path.is_file():
            continue
        length = path.stat().st_size
        try:
            with opened(path) as (contents, _):
                yield Kept(path.name, instant(contents.made_at), contents.size, length)
        except (BackupMissing, NotABackup, FromNewerBackup) as refused:
            yield Kept(path.name, None, 0, length, str(refused))

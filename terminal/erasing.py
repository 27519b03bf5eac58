"""What is said before somebody is erased and after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from charter.desk import Written
from charter.message import Refused
from charter.subjects.events import ErasureCompleted
from projections.wording import counted, decided
from terminal.finding import others
from terminal.output import then
from terminal.text import paragraph

if TYPE_CHECKING:
    from projections.subject_data import SubjectData


class NobodySaidYes(Refused):
    """Nothing was erased, since nobody said yes. To erase without being asked, add --yes."""


def what_goes(data: SubjectData) -> Iterator[str]:
    """What an erasure takes away, line by line, before it is confirmed."""
    entries = counted(data.entries, "entry", "entries")
    yield from paragraph(
        f"This destroys the key to the words of this person in {entries}, for ever, and takes them out of every view. "
        "The entries stay, and with them every proof."
    )
    yield from others(data)
    for about in data.about:
        stream = about.where.stream
        yield f"  {stream.removeprefix('decision/')[:8] if stream.startswith('decision/') else stream}" + (
            f"  {decided(about.answered)}" if about.answered else ""
        )


def gone(written: Written) -> str:
    """What was destroyed, and what could not be."""
    event = written.events[-1]
    assert isinstance(event, ErasureCompleted)
    views = ", ".join(view.replace("_", " ") for view in event.views)
    entries = counted(event.entries, "entry", "entries")
    then("charter verify", f"charter subject show {written.key}")
    return (
        f"Erased: the key to {entries} in {counted(len(event.streams), 'place')} is destroyed, and these views were "
        f"purged: {views}. Copies that were exported or handed out before are not."
    )

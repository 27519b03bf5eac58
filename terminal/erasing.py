"""What is said before somebody is erased and after it; and what the reason may not say, since it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from charter.desk import Written
from charter.message import Refused
from charter.subjects.events import ErasureCompleted
from terminal.finding import others
from terminal.output import then
from terminal.text import counted, one_line, paragraph
from terminal.wording import decided

if TYPE_CHECKING:
    from projections.subject_data import SubjectData

SHORTEST = 3
"""Letters of a word from which on it may tell who somebody is."""


class NotConfirmed(Refused):
    """Nothing was erased, since nobody said yes. To erase without being asked, add --yes."""


class ReasonNamesThem(Refused):
    """The reason names the person ({word}), and it stays when they are erased. Say it without that."""


def without_names(reason: str, data: SubjectData) -> None:
    """Raises ReasonNamesThem for a name, ticket or address of theirs, or a word of one: nobody can erase the reason."""
    said = (words for about in data.about for entry in about.entries for words in entry.words)
    naming = [*data.names, *(words.text for words in said if words.label in ("ticket", "contact"))]
    spoken = reason.casefold()
    in_reason = set(re.findall(r"\w+", spoken))
    for name in map(str.casefold, naming):
        parts = {part for part in re.findall(r"\w+", name) if len(part) >= SHORTEST}
        if len(name) >= SHORTEST and name in spoken:
            parts.add(name)
            in_reason.add(name)
        if found := (parts or {name}) & in_reason:
            raise ReasonNamesThem(word=one_line(max(found, key=len)))


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

"""Finds whose data is meant: by the customer as logged, somebody's id or name, a case, or the id of the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from charter.message import NotFound, Refused
from terminal.session import Session
from terminal.text import one_line, paragraph

if TYPE_CHECKING:
    from projections.subject_data import SubjectData

WHO = "The customer as logged, a person's id or name, a decision's id, or the id of the sealed data."


class NobodySo(NotFound):
    """Nothing is sealed for {who} here. Type the customer as it was logged, or the id of one of their decisions."""


class SeveralPeople(Refused):
    """{who} may mean more than one person. Look at each, then name one by its id: {ids}."""


def find(session: Session, who: str) -> list[str]:
    """The people that may be meant, by the ids of their data; raises NobodySo."""
    from projections.finding import meant

    found = meant(session.ledger, who)
    if not found:
        raise NobodySo(who=one_line(who))
    return found


def one(session: Session, who: str) -> SubjectData:
    """All that is held of the one person that is meant; raises NobodySo or SeveralPeople."""
    from projections.subject_data import subject_data

    found = find(session, who)
    if len(found) > 1:
        raise SeveralPeople(who=one_line(who), ids=", ".join(found))
    return subject_data(session.views, found[0])


def others(data: SubjectData) -> Iterator[str]:
    """Who else has words in these cases: only whoever asks can say whether that is the same person."""
    if data.others:
        yield from paragraph(
            f"These cases also have words that are sealed for somebody else: {', '.join(data.others)}. Where a "
            "customer was corrected, or named later, that may be the same person: look, hand out and erase by that id."
        )

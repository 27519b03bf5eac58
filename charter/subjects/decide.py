"""The rules about erasure: an admin asks for it, nothing that is held is erased, and it happens once.

Only an admin: erasing takes words out of every charter's cases at once and can never be undone, while leaders and
reviewers are answerable for these very cases. A hold, on the other hand, is a reviewer's to place and to release, so
that whoever erases is not the one who decides what has to be kept.
"""

from typing import assert_never

from charter.given import DataOf, Given, Needs
from charter.phrase import Phrase, joined
from charter.subjects.commands import CompleteErasure, RequestErasure, SubjectCommand
from charter.subjects.events import ErasureCompleted, ErasureRequested, SubjectEvent
from charter.subjects.refusals import AlreadyErased, DataHeld, NoSuchSubject, NotRequested
from charter.subjects.state import Erasure, Subject
from charter.terms import Role


def needs(_state: Subject, command: SubjectCommand) -> Needs:
    """Where the person's data is, and what holds it there."""
    return Needs(subjects=(command.subject,))


def decide(state: Subject, command: SubjectCommand, given: Given) -> list[SubjectEvent]:
    """The events a command leads to; raises Refused."""
    given.happened()  # never ahead of its time
    data = given.data.get(command.subject, DataOf())
    match command:
        case RequestErasure():
            return _request(state, command, given, data)
        case CompleteErasure():
            if (
                given.by != state.by
            ):  # whoever asked for it may have lost the role since; it is carried out all the same
                given.require(None, Role.ADMIN)
            if state.erasure is Erasure.COMPLETED:
                raise AlreadyErased(subject=command.subject)
            if state.erasure is Erasure.NONE:
                raise NotRequested(subject=command.subject)
            _nothing_holds(data)
            return [
                ErasureCompleted(keys=command.keys, entries=data.entries, streams=data.streams, views=command.views)
            ]
        case _:
            assert_never(command)


def _request(state: Subject, command: RequestErasure, given: Given, data: DataOf) -> list[SubjectEvent]:
    given.require(None, Role.ADMIN)
    if state.erasure is Erasure.COMPLETED:
        raise AlreadyErased(subject=command.subject)
    if not data.streams:
        raise NoSuchSubject(subject=command.subject)
    _nothing_holds(data)
    if state.erasure is Erasure.REQUESTED:
        return []  # it is on its way
    return [ErasureRequested(reason=command.reason)]


def _nothing_holds(data: DataOf) -> None:
    if data.holds:
        held = (Phrase('decision {decision} by "{hold}"', decision=case[:8], hold=hold) for case, hold in data.holds)
        raise DataHeld(holds=joined("; ", held))

"""Legal holds: while a decision is held, nobody's data in it can be erased."""

from charter.decisions.commands import PlaceHold, ReleaseHold
from charter.decisions.events import DecisionEvent, HoldPlaced, HoldReleased
from charter.decisions.refusals import AlreadyHeld, BeingErased, NotHeld
from charter.decisions.state import Case
from charter.given import Given
from charter.phrase import Phrase
from charter.terms import Role

KEEPERS = (Role.REVIEWER, Role.ADMIN)
"""Who may say what has to be kept: neither the reps nor the leaders whose cases they are."""


def place(state: Case, command: PlaceHold, given: Given) -> list[DecisionEvent]:
    """One more hold, unless there is nothing left to hold."""
    given.require(state.charter, *KEEPERS)
    if command.hold in state.holds:
        raise AlreadyHeld(decision=command.decision[:8], hold=command.hold)
    if command.stream in given.erasing:
        raise BeingErased(decision=command.decision[:8])
    return [HoldPlaced(hold=command.hold, reason=command.reason)]


def release(state: Case, command: ReleaseHold, given: Given) -> list[DecisionEvent]:
    """One hold less."""
    given.require(state.charter, *KEEPERS)
    if command.hold not in state.holds:
        names = ", ".join(f'"{hold}"' for hold in state.holds)
        held = Phrase("It is held by {names}.", names=names) if names else Phrase("Nothing holds it.")
        raise NotHeld(decision=command.decision[:8], hold=command.hold, held=held)
    return [HoldReleased(hold=command.hold, reason=command.reason)]

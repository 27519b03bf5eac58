"""What a reviewer may do about a decision: the commands there are, and which of them make sense where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from charter.decisions.commands import (
    AssignCause,
    CaptureLearning,
    CorrectDecision,
    OnDecision,
    PlaceHold,
    ReleaseHold,
    ReverseDecision,
    UpholdDecision,
)
from charter.decisions.holds import KEEPERS
from charter.decisions.state import Stage
from charter.given import Actor
from charter.phrase import Phrase
from projections.decision_trail import Trail


class Act(NamedTuple):
    """One thing to do: its command, what its button and its page say, and what is said when it is done."""

    command: type[OnDecision]
    button: str
    about: str
    done: str


ACTS: Mapping[str, Act] = {
    "uphold": Act(
        UpholdDecision,
        Phrase("Uphold"),
        Phrase("The answer stands. The customer's appeal is answered with this reason."),
        Phrase("The decision is upheld."),
    ),
    "reverse": Act(
        ReverseDecision,
        Phrase("Reverse"),
        Phrase("Another answer takes the place of the one there is. Both stay in the trail."),
        Phrase("The answer is reversed."),
    ),
    "correct": Act(
        CorrectDecision,
        Phrase("Correct a slip"),
        Phrase("Fill in only what was written down wrongly. What was written first stays in the trail."),
        Phrase("The slip is corrected."),
    ),
    "cause": Act(
        AssignCause,
        Phrase("Say why it had to be asked"),
        Phrase("What made the customer ask at all."),
        Phrase("The cause is kept with the decision."),
    ),
    "learn": Act(
        CaptureLearning,
        Phrase("Keep what it taught"),
        Phrase("It can be cited when the next revision is proposed."),
        Phrase("The learning is kept with the decision."),
    ),
    "hold": Act(
        PlaceHold,
        Phrase("Hold"),
        Phrase("While it is held, nobody's words in it can be erased."),
        Phrase("The decision is held: nobody's words in it can be erased."),
    ),
    "release": Act(
        ReleaseHold,
        Phrase("Release a hold"),
        Phrase("Words in it can be erased again when nothing else holds it."),
        Phrase("The hold is released."),
    ),
}


def open_to(actor: Actor, found: Trail) -> dict[str, Act]:
    """What is worth offering; whether it may be done is said by the rules when it is."""
    keeps = actor.has_any(KEEPERS, found.asked.charter)
    offered = {
        "uphold": found.stage is Stage.APPEALED,
        "reverse": found.answered is not None and found.stage is not Stage.WITHDRAWN,
        "correct": True,
        "cause": True,
        "learn": True,
        "hold": keeps,
        "release": keeps and bool(found.holds),
    }
    return {name: act for name, act in ACTS.items() if offered[name]}

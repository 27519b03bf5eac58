"""Requests and their decisions: log, triage, answer, hand over, appeal, look again, and learn."""

from __future__ import annotations

from collections.abc import Callable

from charter.decisions.commands import (
    AppealDecision,
    AskInformation,
    AssignCause,
    CaptureLearning,
    ClassifyRequest,
    CorrectDecision,
    DecideRequest,
    EscalateRequest,
    LogRequest,
    OnDecision,
    ReverseDecision,
    TriageRequest,
    UpholdDecision,
    WithdrawRequest,
)
from charter.decisions.events import DecisionReversed, RequestEscalated
from charter.desk import Written
from charter.terms import Role
from projections.wording import answered, citing, short
from terminal.command import Group
from terminal.desk import said as answer_said
from terminal.mistakes import nearest
from terminal.orders import order
from terminal.output import tell, then
from terminal.register import listing, showing
from terminal.session import current
from terminal.text import one_line

decision = Group("decision", help="Log, answer and look again at requests; list and show them.")


def _logged(written: Written) -> str:
    id_ = short(written.key)
    then(f"charter decision decide {id_} --answer no …", f"charter decision escalate {id_} …")
    return f"Logged as {id_}, not answered yet."


def _reversed(written: Written) -> str:
    event = written.events[-1]
    assert isinstance(event, DecisionReversed)
    words = answered(event.answer, event.ground, event.effect) + citing(event.cited)
    return f"Decision {short(written.key)} is reversed: {words}."


def _did(words: str) -> Callable[[Written], str]:
    """A sentence about the decision that was written to, with the next command to look at it."""

    def said(written: Written) -> str:
        then(f"charter decision show {short(written.key)}")
        return words.format(id=short(written.key))

    return said


def _handed_over(written: Written) -> str:
    """That it is handed over, and a warning where nobody may know that it is meant for them."""
    event = written.events[-1]
    assert isinstance(event, RequestEscalated)
    people = current().ledger.people()
    if event.to and event.to.lower() not in {*people, *Role}:
        near = nearest(event.to.lower(), [*people, *Role])
        tell(f"Nobody is registered as {one_line(event.to)}, and no role is called so. {near}".rstrip())
    return _did("Decision {id} is handed over.")(written)


decision.add_command(
    order(
        LogRequest,
        "log",
        "request",
        said=_logged,
        dated=True,
        examples=['charter decision log "Can I bring my cello on board?" --touchpoint chat'],
    )
)
decision.add_command(
    order(
        DecideRequest,
        "decide",
        "decision",
        said=answer_said,
        dated=True,
        examples=["charter decision decide 3f0c --answer yes -e upheld -c CELLO-SEAT"],
    )
)

FOLLOWING: tuple[tuple[type[OnDecision], str, str, str], ...] = (
    (
        TriageRequest,
        "triage",
        "Decision {id} is triaged.",
        "charter decision triage 3f0c --urgency high --risk low --department Baggage",
    ),
    (
        ClassifyRequest,
        "classify",
        "Decision {id} is classified.",
        "charter decision classify 3f0c --kind support --fit ideal",
    ),
    (
        AskInformation,
        "ask",
        "The customer is asked; decision {id} waits for the answer.",
        'charter decision ask 3f0c --question "On which day did you book?"',
    ),
    (
        EscalateRequest,
        "escalate",
        "Decision {id} is handed over.",
        'charter decision escalate 3f0c --to ann --reason "It would bend REFUND-30"',
    ),
    (
        WithdrawRequest,
        "withdraw",
        "The request {id} is withdrawn by the customer.",
        'charter decision withdraw 3f0c --reason "Found the bag"',
    ),
    (
        AppealDecision,
        "appeal",
        "The appeal against decision {id} is noted; somebody else looks at it again.",
        'charter decision appeal 3f0c --argument "The web page said otherwise"',
    ),
    (
        UpholdDecision,
        "uphold",
        "Decision {id} is upheld.",
        'charter decision uphold 3f0c --reason "The page was right that week"',
    ),
    (
        CorrectDecision,
        "correct",
        "Decision {id} is corrected; what it said before stays readable.",
        'charter decision correct 3f0c --cite REFUND-30.2 --why "Typed the wrong limit"',
    ),
    (
        AssignCause,
        "cause",
        "The cause of decision {id} is kept.",
        "charter decision cause 3f0c expectation-gap",
    ),
    (
        CaptureLearning,
        "learn",
        "What decision {id} taught is kept.",
        'charter decision learn 3f0c "Say it on the ticket, not only on the web page"',
    ),
)
PLAIN_WORDS = {"cause": ("cause",), "learn": ("learning",)}

for model, name, words, example in FOLLOWING:
    decision.add_command(
        order(
            model,
            name,
            "decision",
            *PLAIN_WORDS.get(name, ()),
            said=_handed_over if model is EscalateRequest else _did(words),
            dated=True,
            examples=[example],
        )
    )
decision.add_command(
    order(
        ReverseDecision,
        "reverse",
        "decision",
        said=_reversed,
        dated=True,
        examples=["charter decision reverse 3f0c --answer yes -e upheld -c REFUND-30 -r Cancelled"],
    )
)
decision.add_command(listing)
decision.add_command(showing)
decision.first("list", "show", "log", "decide", "escalate", "ask", "appeal", "uphold", "reverse", "correct", "withdraw")

"""One decision as a rep works on it: its trail, and whatever can be done next, each with its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, HTTPException, Path, Request, Response

from charter.decisions.commands import (
    AppealDecision,
    AskInformation,
    AssignCause,
    CaptureLearning,
    ClassifyRequest,
    CorrectDecision,
    DecideRequest,
    EscalateRequest,
    OnDecision,
    ReverseDecision,
    TriageRequest,
    UpholdDecision,
    WithdrawRequest,
)
from charter.decisions.refusals import UnknownDecision
from charter.decisions.state import Case, Stage
from charter.desk import Outdated
from charter.given import Actor
from charter.ids import fresh_id
from charter.message import Refused
from charter.phrase import Phrase
from charter.terms import BENCH, Answer
from projections.charter_in_force import in_force
from projections.decision_trail import trail
from projections.waiting import STAGES
from web.asking import Asks, Here
from web.desks.rep import call
from web.desks.rep.desk import answering, found
from web.desks.rep.missing import all_wrong
from web.desks.seen import HappenedMeanwhile, version_seen
from web.forms import Filled, Malformed, Typed, form, read
from web.pages import page, then, with_query
from web.problems import status
from web.site import Site, site_of
from web.words import _

router = APIRouter(prefix="/desk/decisions/{decision}")
Decision = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
ANSWER = "answer"
"""What is done to a request that waits: it is answered or handed over, as at the desk."""
JUDGING = ("uphold", "reverse")
"""What is only done by somebody who has seen all that happened: else one of two who judge at once overrules unseen."""


class Act(NamedTuple):
    """Something that can be done: its command, the words on its button, and the sentence when it is done."""

    command: type[OnDecision]
    button: str
    done: str


ACTS: Mapping[str, Act] = {
    "ask": Act(AskInformation, Phrase("Ask the customer"), Phrase("The question is on record.")),
    "triage": Act(TriageRequest, Phrase("Triage"), Phrase("The triage is on record.")),
    "classify": Act(ClassifyRequest, Phrase("Classify"), Phrase("It is classified.")),
    "withdraw": Act(WithdrawRequest, Phrase("Record that it was withdrawn"), Phrase("The request is withdrawn.")),
    "appeal": Act(
        AppealDecision, Phrase("Log the appeal"), Phrase("The appeal is logged, and waits for somebody else's look.")
    ),
    "uphold": Act(UpholdDecision, Phrase("Uphold it"), Phrase("The decision is upheld.")),
    "reverse": Act(ReverseDecision, Phrase("Reverse it"), Phrase("The decision is reversed.")),
    "correct": Act(
        CorrectDecision, Phrase("Correct a slip"), Phrase("The correction is on record, beside what it corrects.")
    ),
    "cause": Act(AssignCause, Phrase("Assign the cause"), Phrase("The cause is on record.")),
    "learning": Act(CaptureLearning, Phrase("Keep what it taught"), Phrase("What was learned is kept.")),
}


def possible(case: Case, actor: Actor, charter: str) -> list[str]:
    """What this person could do to a decision as it stands; the rules have the last word."""
    waits = case.stage in STAGES
    reply = case.reply
    judges = reply is not None and actor.has_any(BENCH, charter) and actor.id not in case.answered_by
    may = {
        "ask": waits,
        "triage": waits,
        "classify": waits,
        "withdraw": waits,
        "appeal": case.stage is Stage.DECIDED and reply is not None and reply.answer is not Answer.YES,
        "uphold": judges and case.stage is Stage.APPEALED,
        "reverse": judges,
        "correct": True,
        "cause": True,
        "learning": True,
    }
    return [name for name, possible in may.items() if possible]


@router.get("")
def show(request: Request, asks: Asks, here: Here, decision: Decision, do: str | None = None) -> Response:
    """One decision with its trail and what may be done next; `do` is what somebody is about to do."""
    return _page(request, asks, here, decision, do)


@router.post("/answer")
def answer(request: Request, asks: Asks, here: Here, decision: Decision, given: Filled) -> Response:
    """Answer a request that waits, or hand it over."""
    site = site_of(request)
    _require(site, here, decision)
    view = in_force(site.views, here)
    if "look" in given:
        return _page(request, asks, here, decision, ANSWER, given)
    now = site.ledger.now()
    try:
        site.write_together([call.answer(given, asks.person, now, view.promises if view else (), decision)])
    except (Malformed, Refused) as first:
        model = EscalateRequest if call.one(given, "answer") == call.ESCALATE else DecideRequest
        wrong = all_wrong(first, given, (model,), asks.actor, site.ledger.charter(here).standing, now)
        return _page(request, asks, here, decision, ANSWER, given, wrong)
    return then(with_query(request, "/desk", logged=decision))


@router.post("/{act}")
def do(request: Request, asks: Asks, here: Here, decision: Decision, act: str, given: Filled) -> Response:
    """Do one of the other things."""
    site = site_of(request)
    _require(site, here, decision)
    if act not in ACTS:
        raise HTTPException(404)
    try:
        cited = {"cite": call.codes(given)} if "cite" in given else {}
        command = read(ACTS[act].command, {**given, **cited}, decision=decision)
        expect = version_seen(given) if act in JUDGING else None
        site.write(command, asks.person, expect=expect, key=call.key_of(given, act))
    except Outdated:
        return _page(request, asks, here, decision, act, given, HappenedMeanwhile())
    except (Malformed, Refused) as first:
        wrong = call.at_field(first)
        if ACTS[act].command is ReverseDecision:
            standing = site.ledger.charter(here).standing
            wrong = all_wrong(first, given, (ReverseDecision,), asks.actor, standing, site.ledger.now())
        return _page(request, asks, here, decision, act, given, wrong)
    return then(with_query(request, f"/desk/decisions/{decision}"), _(ACTS[act].done))


def _require(site: Site, charter: str, decision: str) -> Case:
    """A decision of this charter; one of another is as unknown as none. Raises UnknownDecision."""
    case = site.ledger.decision(decision)
    if case.stage is Stage.UNKNOWN or case.charter != charter:
        raise UnknownDecision(decision=decision)
    return case


def _page(
    request: Request,
    asks: Asks,
    here: str,
    decision: str,
    do: str | None,
    given: Typed | None = None,
    wrong: Malformed | Refused | None = None,
) -> Response:
    site = site_of(request)
    case = _require(site, here, decision)
    assert case.asked
    acts = possible(case, asks.actor, here)
    waits = case.stage in STAGES
    doing = do if do in acts or wrong else ANSWER if waits else None
    context: dict[str, Any] = {"form": None}
    if doing == ANSWER:
        context = answering(site, asks.person, here, given or {}, wrong)
        context |= found(site, here, case.asked.request)
    elif doing:
        context["form"] = form(ACTS[doing].command, given, wrong, leave_out=("decision",))
    return page(
        request,
        "rep/case.html",
        status(wrong) if wrong else 200,
        trail=trail(site.views, decision),
        acts=[(name, ACTS[name]) for name in acts],
        waits=waits,
        doing=doing,
        seen=case.version,
        act=ACTS.get(doing or ""),
        key=fresh_id(),
        **context,
    )

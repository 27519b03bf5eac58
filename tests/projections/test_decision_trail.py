"""One decision's trail: what happened, under which wording, and what proves it."""

from __future__ import annotations

import pytest

from charter.charters.promise import Limit, Promise
from charter.decisions.commands import (
    AppealDecision,
    CaptureLearning,
    CorrectDecision,
    RecordCase,
    Reply,
    ReverseDecision,
    UpholdDecision,
)
from charter.decisions.refusals import UnknownDecision
from charter.decisions.state import Stage
from charter.leaf import record, stamp
from charter.terms import Answer, Effect, Gap, Ground
from charter.tree import leaf_hash
from projections.citations import Today
from projections.decision_trail import trail
from projections.diff import LimitChange, PromiseChange
from tests.projections.airline import CASE, Airline, day


def published(airline: Airline) -> None:
    """A charter with two promises, in force."""
    airline.promise("REFUND-30", "No refund after departure.", "No refund in cash.")
    airline.promise("REBOOK", "Not on the last flight.")
    airline.publish()


def test_a_trail_tells_everything_in_order(airline: Airline) -> None:
    published(airline)
    airline.now = day(1, 3)
    airline.refuse("REBOOK.1")
    airline.now = day(1, 4)
    airline.do(CorrectDecision(decision=CASE, cite=("REFUND-30.1",), ticket="T-7", why="A slip."), by="rita")
    airline.do(AppealDecision(decision=CASE, argument="I had a note."), by="rita")
    airline.now = day(1, 5)
    yes = {"answer": Answer.YES, "effect": Effect.BENT, "cite": ("REFUND-30",), "reason": "The note was real."}
    airline.do(ReverseDecision(decision=CASE, told="You get it back.", **yes), by="ann")
    airline.do(CaptureLearning(decision=CASE, learning="Ask for notes."), by="rita", at=day(1, 3))

    found = trail(airline.views, CASE)
    assert [step.sentence for step in found.steps] == [
        "rita logged a request under skyline through phone",
        "rita answered no, off-brand, citing REBOOK.1",
        "rita corrected the request (ticket)",
        "rita corrected the answer (citing REFUND-30.1)",
        "rita recorded that the customer appealed",
        "ann reversed the decision to yes, bent, citing REFUND-30",
        "rita captured what was learned",
    ]
    assert [step.corrects for step in found.steps] == [None, None, 1, 2, None, None, None]
    assert [step.recorded_late for step in found.steps] == [False] * 6 + [True]
    assert {fact.label: fact.value for fact in found.steps[5].facts} == {
        "answer": "yes",
        "effect": "bent",
        "cites": "REFUND-30",
        "revision": "1",
        "reason": "The note was real.",
        "told the customer": "You get it back.",
    }
    assert (found.stage, found.asked.request, found.asked.ticket) == (Stage.DECIDED, "I want my money back.", "T-7")
    assert found.answered is not None
    assert (found.answered.answer, found.answered.by, found.answered.at) == (Answer.YES, "ann", day(1, 5))
    assert [(each.code, each.stands) for each in found.citations] == [
        ("REBOOK.1", False),
        ("REFUND-30.1", False),
        ("REFUND-30", True),
    ]


def test_a_correction_shows_in_the_answer_that_stands(airline: Airline) -> None:
    published(airline)
    airline.refuse("REBOOK.1")
    for slip in ({"ground": Ground.NOT_AVAILABLE, "reason": "Sold out."}, {"cite": ("REFUND-30.1",)}):
        airline.do(CorrectDecision(decision=CASE, why="A slip.", **slip), by="rita")

    answered = trail(airline.views, CASE).answered
    assert answered is not None
    assert (answered.ground, answered.reason, answered.cited) == (Ground.NOT_AVAILABLE, "Sold out.", ("REFUND-30.1",))


def test_a_wording_is_shown_as_it_stood_then_and_as_it_reads_today(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    published(airline)
    airline.refuse("REFUND-30", "REFUND-30.1", "REBOOK", "REBOOK.1")
    airline.now = day(1, 10)
    airline.revise("REFUND-30", statement="We keep every REFUND-30.")
    airline.retire("REBOOK")
    airline.publish()

    refund, limit, gone, gone_limit = trail(airline.views, CASE).citations
    assert isinstance(refund.then, Promise)
    assert isinstance(refund.change, PromiseChange)
    assert (refund.then.statement, refund.today) == ("We keep REFUND-30.", Today.REWORDED)
    assert [field.new for field in refund.change.fields] == ["We keep every REFUND-30."]
    assert isinstance(limit.then, Limit)
    assert (limit.then.text, limit.title, limit.today) == ("No refund after departure.", "Refund-30", Today.SAME)
    assert (gone.today, gone.now, gone_limit.today) == (Today.GONE, None, Today.GONE)


def test_the_same_code_is_told_apart_by_the_revision_it_was_cited_from(airline: Airline) -> None:
    published(airline)
    airline.refuse("REFUND-30")
    airline.revise("REFUND-30", title="Money back")
    airline.publish()
    yes = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",), "reason": "She is right."}
    airline.do(ReverseDecision(decision=CASE, **yes), by="rex")

    told = [(each.code, each.revision, each.title, each.stands) for each in trail(airline.views, CASE).citations]
    assert told == [("REFUND-30", 1, "Refund-30", False), ("REFUND-30", 2, "Money back", True)]


def test_a_limit_that_kept_its_code_shows_what_changed_in_it(airline: Airline) -> None:
    published(airline)
    airline.refuse("REFUND-30.2")
    limits = ({"text": "No refund in cash.", "serves": "law"},)
    airline.revise("REFUND-30", limits=limits)
    airline.publish()

    [citation] = trail(airline.views, CASE).citations
    assert isinstance(citation.change, LimitChange)
    assert [(field.old, field.new) for field in citation.change.fields] == [("company", "law")]


def test_what_history_lacks_is_listed_and_a_wrong_version_is_traced(airline: Airline) -> None:
    published(airline)
    airline.revise("REFUND-30", limits=())
    airline.publish()
    reply = Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, cite=("REFUND-30.1", "FAX"), reason="Flown.")
    case = {"decision": CASE, "charter": "skyline", "request": "Money back!", "source": "old.csv", "row": "17"}
    airline.now = day(1, 10)
    command = RecordCase(outcome=reply, rep="J. Doe", as_history=True, **case)
    airline.do(command, at=day(1, 5))

    found = trail(airline.views, CASE)
    assert found.steps[1].sentence == (
        "ann recorded that J. Doe answered no, off-brand, citing REFUND-30.1, FAX "
        "(gaps: person not registered, written down after the ledger began, cites what was not in force)"
    )
    assert found.steps[1].gaps == (Gap.UNKNOWN_PERSON, Gap.AFTER_OPENING, Gap.NOT_IN_FORCE)
    assert found.answered is not None
    assert found.answered.by == "J. Doe"
    assert [each.note for each in found.citations] == [
        "REFUND-30.1: not in revision 2, which was in force then; it is in revision 1",
        "FAX: not in revision 2, which was in force then, nor in any other revision",
    ]


def test_a_case_from_before_any_charter_says_so(airline: Airline) -> None:
    published(airline)
    reply = Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, cite=("REFUND-30.1",), reason="Flown.")
    case = {"decision": CASE, "charter": "skyline", "request": "Money back!", "source": "old.csv", "row": "17"}
    airline.do(RecordCase(outcome=reply, rep="rita", as_history=True, **case), at=day(1, 5, year=2019))

    [citation] = trail(airline.views, CASE).citations
    assert (citation.revision, citation.then, citation.today) == (None, None, None)
    assert citation.note == "REFUND-30.1: no charter was in force then; it is in revision 1"
    assert citation.now is not None


def test_a_trail_is_told_as_it_was_known_at_a_time(airline: Airline) -> None:
    published(airline)
    airline.now = day(1, 3)
    airline.refuse("REFUND-30.1")
    airline.now = day(1, 5)
    airline.do(AppealDecision(decision=CASE, argument="I had a note."), by="rita")
    airline.do(UpholdDecision(decision=CASE, reason="It was not real."), by="rex")

    known = trail(airline.views, CASE, known_at=day(1, 3))
    assert (len(known.steps), len(known.proof), known.stage) == (2, 2, Stage.DECIDED)
    with pytest.raises(UnknownDecision):
        trail(airline.views, CASE, known_at=day(1, 2))
    with pytest.raises(UnknownDecision):
        trail(airline.views, "0" * 32)


def test_it_ends_with_the_positions_and_leaves_that_prove_it(airline: Airline) -> None:
    published(airline)
    positions = airline.refuse("REFUND-30.1").positions

    proof = trail(airline.views, CASE).proof
    assert tuple(each.position for each in proof) == positions
    [row] = airline.ledger.entries_recorder.rows(positions[1] - 1, 1)
    assert row[4] == stamp(airline.now)
    assert proof[1].leaf == leaf_hash(record(*row)).hex()

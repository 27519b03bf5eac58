"""What waits for an answer stands in the order in which it should be taken, until it is answered or withdrawn."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from charter.decisions.commands import (
    AskInformation,
    EscalateRequest,
    LogRequest,
    TriageRequest,
    WithdrawRequest,
)
from charter.decisions.state import Stage
from charter.terms import Level
from projections.waiting import STAGES, Waiting, page, total, waiting
from tests.projections.airline import CASE, Airline, day

OLD, YOUNG, LOW, HIGH, TODAY = (f"{number:032x}" for number in range(1, 6))


@pytest.fixture
def queue(airline_anywhere: Airline) -> Airline:
    """Five requests: one urgent, one that can wait, two between of different age, and one of today."""
    airline = airline_anywhere
    airline.promise("REFUND-30", "Not after departure.")
    airline.publish(effective_from=day(2, 1))
    airline.now = day(3, 5)
    for case, received in ((OLD, day(3, 1)), (YOUNG, day(3, 4)), (LOW, day(2, 2)), (HIGH, day(3, 5)), (TODAY, None)):
        airline.do(LogRequest(decision=case, charter="skyline", request="Please?", received_at=received), by="rita")
    for case, urgency in ((LOW, Level.LOW), (HIGH, Level.HIGH)):
        triage = TriageRequest(decision=case, urgency=urgency, risk=Level.MEDIUM, department="Operations")
        airline.do(triage, by="rita")
    return airline


def _ids(found: Sequence[Waiting]) -> list[str]:
    return [each.line.id for each in found]


def _all(airline: Airline, *stages: Stage) -> list[str]:
    return _ids(list(waiting(airline.views, "skyline", stages or STAGES)))


def test_the_urgent_come_first_then_those_that_waited_longest(queue: Airline) -> None:
    assert _all(queue) == [HIGH, OLD, YOUNG, TODAY, LOW]
    [first, *_] = waiting(queue.views, "skyline")
    assert (first.urgency, first.risk, first.department) == (Level.HIGH, Level.MEDIUM, "Operations")
    assert first.line.request == "Please?"
    assert list(waiting(queue.views, "harbour")) == []


def test_what_is_answered_or_withdrawn_waits_no_more(queue: Airline) -> None:
    queue.refuse("REFUND-30.1", decision=CASE)
    queue.do(WithdrawRequest(decision=OLD, reason="Solved."), by="rita")
    assert _all(queue) == [HIGH, YOUNG, TODAY, LOW]
    assert total(queue.views, "skyline").waiting == 4


def test_what_was_handed_to_somebody_is_counted_for_them_in_any_case(queue: Airline) -> None:
    queue.do(EscalateRequest(decision=YOUNG, to="Mara", reason="Too large."), by="rita")
    queue.do(EscalateRequest(decision=LOW, to="jonas", reason="Too large."), by="rita")
    queue.do(AskInformation(decision=OLD, question="Which flight?"), by="rita")
    assert total(queue.views, "skyline", STAGES, "mara") == (5, 1)
    assert total(queue.views, "skyline", [Stage.ASKED], "mara") == (1, 0)
    assert _all(queue, Stage.ESCALATED) == [YOUNG, LOW]
    assert _all(queue, Stage.ASKED) == [OLD]
    [handed] = [each for each in waiting(queue.views, "skyline") if each.line.id == YOUNG]
    assert (handed.handed_to, handed.line.stage) == ("Mara", Stage.ESCALATED)


def test_pages_follow_each_other_and_begin_again_after_one_that_is_gone(queue: Airline) -> None:
    seen: list[str] = []
    after: str | None = None
    for _ in range(3):
        found = page(queue.views, "skyline", after=after, limit=2)
        seen += _ids(found.waiting)
        after = found.next
    assert (seen, after) == ([HIGH, OLD, YOUNG, TODAY, LOW], None)
    queue.do(WithdrawRequest(decision=OLD, reason="Solved."), by="rita")
    assert _ids(page(queue.views, "skyline", after=OLD, limit=2).waiting) == [HIGH, YOUNG]

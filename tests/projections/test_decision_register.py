"""The register finds every request by whatever is known of it, page by page, as it is known now or was known then."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import QueuePool

from charter.charters.commands import OpenCharter
from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    AssignCause,
    CorrectDecision,
    EscalateRequest,
    LogRequest,
    OpenOutcome,
    RecordCase,
    Reply,
    ReverseDecision,
)
from charter.decisions.state import Stage
from charter.terms import Answer, Cause, Effect, Fit, Gap, Ground, Kind
from projections.decision_register import Filter, Line, count, lines, page
from projections.pages import NotAPage
from tests.projections.airline import CASE, Airline, day

REFUSED, GRANTED, OPEN, UNDATED = (f"{number:032x}" for number in range(4))


@pytest.fixture
def register(airline_anywhere: Airline) -> Airline:
    """A no in March, a yes late in April, an escalation in June, and a case from the old desk without a time."""
    airline = airline_anywhere
    airline.promise("REFUND-30", "Not after departure.", "Not for others.")
    airline.promise("REBOOK")
    airline.publish(effective_from=day(2, 1))
    airline.let_bend("rita")
    airline.now = day(3, 5)
    airline.refuse("REFUND-30.1", decision=REFUSED)
    airline.now = day(4, 30, hour=23)
    airline.do(
        AnswerRequest(
            decision=GRANTED,
            charter="skyline",
            request="Überweisung 100% please",
            touchpoint="chat",
            kind=Kind.SERVICE,
            fit=Fit.IDEAL,
            ticket="ZD-7",
            answer=Answer.YES,
            effect=Effect.BENT,
            cite=("REBOOK", "REFUND-30.2"),
        ),
        by="rita",
    )
    airline.now = day(6, 1)
    airline.do(LogRequest(decision=OPEN, charter="skyline", request="Two dogs?"), by="rita")
    airline.do(EscalateRequest(decision=OPEN, reason="Above me."), by="rita")
    airline.do_at_an_unknown_time(
        RecordCase(
            decision=UNDATED,
            charter="skyline",
            request="Refund",
            outcome=Reply(answer=Answer.NO),
            rep="Old Joe",
            label="v0",
            source="old desk",
            row="17",
            as_history=True,
        )
    )
    return airline


def _found(airline: Airline, **asked: object) -> list[str]:
    wanted = Filter.model_validate(asked)
    found = page(airline.views, wanted).lines
    assert count(airline.views, wanted) == len(found)
    assert tuple(lines(airline.views, wanted)) == found
    return [line.id for line in found]


def _line(airline: Airline, decision: str, **asked: object) -> Line:
    [line] = (line for line in lines(airline.views, Filter.model_validate(asked)) if line.id == decision)
    return line


def test_newest_come_first_and_undated_last(register: Airline) -> None:
    assert _found(register) == [OPEN, GRANTED, REFUSED, UNDATED]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"charter": "harbour"}, []),
        ({"promise": "REFUND-30"}, [GRANTED, REFUSED]),
        ({"limit": "REFUND-30.1"}, [REFUSED]),
        ({"promise": "REBOOK", "limit": "REFUND-30.2"}, [GRANTED]),
        ({"promise": "REFUND"}, []),
        ({"answer": "no"}, [REFUSED, UNDATED]),
        ({"ground": "off-brand"}, [REFUSED]),
        ({"effect": "bent"}, [GRANTED]),
        ({"rep": "rita"}, [OPEN, GRANTED, REFUSED]),
        ({"rep": "Old Joe"}, [UNDATED]),
        ({"touchpoint": "phone"}, [REFUSED]),
        ({"kind": "service", "fit": "ideal"}, [GRANTED]),
        ({"stage": "escalated"}, [OPEN]),
        ({"since": "2024-03-05", "until": "2024-03-05"}, [REFUSED]),
        ({"since": "2024-04-30", "until": "2024-04-30"}, [GRANTED]),
        ({"until": "9999-12-31"}, [OPEN, GRANTED, REFUSED]),
        ({"since": "0001-01-01", "promise": "REFUND-30", "rep": "rita"}, [GRANTED, REFUSED]),
        ({"text": "überweisung 100%"}, [GRANTED]),
        ({"text": "quill"}, [REFUSED]),
        ({"text": "0_%"}, []),
        ({"text": "zd-7"}, [GRANTED]),
    ],
)
def test_every_filter_finds_what_it_says(register: Airline, asked: dict[str, object], expected: list[str]) -> None:
    assert _found(register, **asked) == expected
    assert _found(register, **asked, known_at=register.now) == expected, "what is known now was known now"


def test_a_day_is_a_day_where_the_charter_lives(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    airline.charter = "kiwi"
    airline.do(OpenCharter(charter="kiwi", brand="Kiwi Air", style="Warm.", zone="Pacific/Auckland"))
    airline.promise("REFUND-30")
    airline.publish(effective_from=day(2, 1))
    airline.now = day(4, 30, hour=23)
    airline.refuse("REFUND-30")
    assert _found(airline, since="2024-05-01", until="2024-05-01") == [CASE]
    assert _line(airline, CASE).day == date(2024, 5, 1)


def test_pages_follow_each_other_whatever_is_written_meanwhile(register: Airline) -> None:
    seen: list[str] = []
    after: str | None = None
    while True:
        part = page(register.views, after=after, limit=1)
        seen += [line.id for line in part.lines]
        register.now = day(7, len(seen))
        register.refuse("REFUND-30.1", decision=f"{100 + len(seen):032x}")
        if part.next is None:
            break
        after = part.next
    assert seen == [OPEN, GRANTED, REFUSED, UNDATED]
    places = [(line.at is not None, line.at or day(1, 1), line.id) for line in lines(register.views)]
    assert places == sorted(places, reverse=True)
    with pytest.raises(NotAPage, match="Begin again with the first page"):
        page(register.views, after="yesterday_7")


def test_who_reads_all_lines_slowly_keeps_nobody_waiting(register: Airline, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read in pages, and between two of them no connection is taken."""
    everything = list(lines(register.views))
    monkeypatch.setattr("projections.decision_register._AT_ONCE", 2)
    slowly = lines(register.views)
    read = [next(slowly) for _ in range(3)]
    reader = register.views._opened()[1]
    assert isinstance(reader.pool, QueuePool)
    assert reader.pool.checkedout() == 0
    assert [*read, *slowly] == everything


def test_a_line_says_all_that_is_known_and_what_is_missing(register: Airline) -> None:
    line = _line(register, UNDATED)
    assert (line.at, line.day, line.rep, line.label) == (None, None, "Old Joe", "v0")
    assert (line.source, line.source_row, line.recorded_at) == ("old desk", "17", register.now)
    assert set(line.gaps) == {Gap.NO_TIME, Gap.UNKNOWN_PERSON, Gap.UNCITED, Gap.NO_REASON, Gap.NO_GROUND}
    line = _line(register, GRANTED)
    assert (line.cited, line.revision, line.at) == (("REBOOK", "REFUND-30.2"), 1, day(4, 30, hour=23))


def test_what_became_of_an_answer_is_in_its_line(register: Airline) -> None:
    register.do(AppealDecision(decision=REFUSED, argument="I had not flown."), by="rita")
    assert (_line(register, REFUSED).stage, _line(register, REFUSED).appealed) == (Stage.APPEALED, True)
    yes = {"answer": Answer.YES, "effect": Effect.UPHELD, "cite": ("REFUND-30",), "reason": "She had not."}
    register.do(ReverseDecision(decision=REFUSED, **yes), by="rex")
    register.do(AssignCause(decision=REFUSED, cause=Cause.SELF_INFLICTED), by="rex")
    line = _line(register, REFUSED)
    assert (line.stage, line.answer, line.first_answer, line.overturned) == (Stage.DECIDED, Answer.YES, Answer.NO, True)
    assert (line.ground, line.effect, line.reason, line.cited) == (None, Effect.UPHELD, "She had not.", ("REFUND-30",))
    assert (line.rep, line.reversed_by, line.at, line.cause) == ("rita", "rex", day(3, 5), Cause.SELF_INFLICTED)
    assert _found(register, limit="REFUND-30.1") == []


def test_what_came_back_is_found_among_all(register: Airline) -> None:
    no = {"answer": Answer.NO, "ground": Ground.OFF_BRAND, "cite": ("REFUND-30.1",), "reason": "It is not ours."}
    register.do(ReverseDecision(decision=GRANTED, **no), by="rex")
    register.do(AppealDecision(decision=REFUSED, argument="Unfair."), by="rita")
    found = page(register.views, came_back=True, limit=1)
    assert [each.id for each in found.lines] == [GRANTED]
    assert [each.id for each in page(register.views, after=found.next, came_back=True).lines] == [REFUSED]
    assert [each.id for each in lines(register.views, Filter(rep="rita"), came_back=True)] == [GRANTED, REFUSED]
    assert page(register.views, Filter(rep="Old Joe"), came_back=True).lines == ()


def test_what_was_known_then_is_still_told(register: Airline) -> None:
    then = register.now
    register.now = day(8, 1)
    slip = {"why": "A slip.", "ground": Ground.NOT_PERMITTED, "cite": ("REFUND-30.2",), "request": "My money!"}
    register.do(CorrectDecision(decision=REFUSED, **slip), by="rex")
    assert _line(register, REFUSED).ground is Ground.NOT_PERMITTED
    assert _line(register, REFUSED).request == "My money!"
    before = _line(register, REFUSED, known_at=then)
    assert (before.ground, before.cited, before.request) == (
        Ground.OFF_BRAND,
        ("REFUND-30.1",),
        "I want my money back.",
    )
    assert _found(register, limit="REFUND-30.2") == [GRANTED, REFUSED]
    assert _found(register, limit="REFUND-30.2", known_at=then) == [GRANTED]
    assert _found(register, known_at=day(3, 4)) == []
    assert _line(register, OPEN, known_at=day(6, 1)).stage is Stage.ESCALATED


def test_a_correction_fills_the_gap_it_mends(register: Airline) -> None:
    register.do(
        CorrectDecision(decision=UNDATED, why="Found it.", ground=Ground.OFF_BRAND, reason="He said so."), by="rex"
    )
    assert set(_line(register, UNDATED).gaps) == {Gap.NO_TIME, Gap.UNKNOWN_PERSON, Gap.UNCITED}


def test_an_open_case_stands_where_it_was_received(register: Airline) -> None:
    received = {"received_at": day(3, 4), "outcome": OpenOutcome.OPEN, "as_history": True}
    register.do_at_an_unknown_time(
        RecordCase(decision=CASE, charter="skyline", request="Hello?", source="old desk", row="18", **received)
    )
    assert _found(register) == [OPEN, GRANTED, REFUSED, CASE, UNDATED]
    assert _line(register, CASE).rep is None

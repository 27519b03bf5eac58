"""The integrity history counts each thing once, leads to the decisions behind a figure, knows what was known when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

import pytest

from charter.charters.commands import WithdrawRevision
from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    CorrectDecision,
    RecordCase,
    Reply,
    ReverseDecision,
    UpholdDecision,
)
from charter.terms import Answer, Effect, Ground
from projections.integrity_history import Counts, Figure, Filter, Group, Mark, by, by_code, marks, revisions, summary
from projections.integrity_periods import pieces
from projections.integrity_rows import INTEGRITY_HISTORY
from projections.integrity_sums import Whose, counted
from projections.integrity_tables import DAYS, MONTHS, YEARS
from projections.pages import NotAPage
from projections.recorded import recorded_by
from tests.projections.airline import Airline, day

NO, OTHER_NO, BENT, PARTLY, MADE_UP, UNDATED = (f"{number:032x}" for number in range(1, 7))


@pytest.fixture
def history(airline_anywhere: Airline) -> Airline:
    """Six decisions of March to May, one of them without a day; two appeals, of which one was right."""
    airline = airline_anywhere
    airline.promise("REFUND-30", "Not after departure.", "Not for others.")
    airline.promise("REBOOK")
    airline.publish(effective_from=day(2, 1))
    airline.let_bend("rita")
    airline.now = day(3, 5)
    airline.refuse("REFUND-30.1", "REBOOK", decision=NO)
    airline.now = day(3, 20)
    airline.refuse("REFUND-30.2", decision=OTHER_NO)
    _answer(airline, BENT, Answer.YES, effect=Effect.BENT, cite=("REBOOK",))
    airline.now = day(5, 2)
    _answer(airline, PARTLY, Answer.PARTLY, ground=Ground.NOT_AVAILABLE, effect=Effect.UPHELD, cite=("REBOOK",))
    unnamed = {"rep": "Old Joe", "source": "old desk", "as_history": True, "charter": "skyline"}
    made_up = Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, cite=("MADE-UP",), reason="The rule says so.")
    airline.do(RecordCase(decision=MADE_UP, request="Why?", outcome=made_up, row="1", **unnamed), at=day(4, 1))
    lacking = Reply(answer=Answer.NO)
    airline.do_at_an_unknown_time(RecordCase(decision=UNDATED, request="Eh?", outcome=lacking, row="2", **unnamed))
    for case in (NO, OTHER_NO):
        airline.do(AppealDecision(decision=case, argument="Unfair."), by="rita")
    airline.do(UpholdDecision(decision=OTHER_NO, reason="It is not."), by="rex")
    yes = {"answer": Answer.YES, "effect": Effect.BROKEN, "cite": ("REFUND-30",), "reason": "It is."}
    airline.do(ReverseDecision(decision=NO, **yes), by="rex")
    return airline


def _answer(airline: Airline, decision: str, answer: Answer, **fields: object) -> None:
    reply = {"decision": decision, "charter": "skyline", "request": "Please.", "reason": "So be it.", "answer": answer}
    airline.do(AnswerRequest.model_validate({**reply, **fields}), by="rita")


def _dated(airline: Airline, **asked: object) -> Counts:
    return summary(airline.views, Filter.model_validate(asked)).dated


def _by(airline: Airline, group: Group, **asked: object) -> dict[str | None, Counts]:
    return {each.key: each.counts for each in by(airline.views, Filter.model_validate(asked), group)}


ALL = Counts(
    decisions=5,
    off_brand=3,
    partly=1,
    upheld=1,
    bent=1,
    broken=1,
    appealed=2,
    stood=1,
    overturned=1,
    overturned_noes=1,
    not_in_force=1,
)


def test_the_summary_counts_each_thing_once_and_the_undated_apart(history: Airline) -> None:
    found = summary(history.views)
    assert found.dated == ALL
    assert found.undated == Counts(decisions=1, no_ground=1)
    assert (found.dated.noes, found.dated.to_stay_true, found.dated.marks) == (3, 3, 12)


def test_a_figure_counts_the_marks_it_leads_to(history: Airline) -> None:
    no = {"answer": Answer.NO, "ground": Ground.OFF_BRAND, "cite": ("REBOOK",), "reason": "It was."}
    history.do(ReverseDecision(decision=BENT, **no), by="rex")
    assert len(marks(history.views, mark=Mark.OVERTURNED).marks) == 2
    decided = {Figure.DECISIONS: "decisions", Figure.TO_STAY_TRUE: "to_stay_true", Mark.BENT: "bent"}
    for asked in (
        Filter(since=day(3, 1).date()),
        Filter(promise="REBOOK"),
        Filter(rep="Old Joe", until=day(4, 30).date()),
    ):
        dated = summary(history.views, asked).dated
        for figure, name in (decided | {Mark.BROKEN: "broken", Figure.OVERTURNED_NOES: "overturned_noes"}).items():
            found = [line for line in marks(history.views, asked, mark=figure).marks if line.day]
            assert len(found) == getattr(dated, name), (asked, figure)
    assert [line.decision for line in marks(history.views, mark=Figure.OVERTURNED_NOES).marks] == [NO]
    noes = {line.decision for line in marks(history.views, mark=Figure.TO_STAY_TRUE).marks}
    assert noes == {NO, OTHER_NO, MADE_UP, BENT}


def test_the_history_begins_in_the_month_of_its_first_mark(history: Airline) -> None:
    assert summary(history.views).begins == date(2024, 3, 1)
    assert summary(history.views, Filter(ground=Ground.NOT_AVAILABLE)).begins == date(2024, 5, 1)
    assert summary(history.views, Filter(rep="nobody")).begins is None


def test_a_period_holds_its_first_and_its_last_day(history: Airline) -> None:
    march = Counts(decisions=3, off_brand=2, bent=1)
    assert _dated(history, since="2024-03-05", until="2024-03-20") == march
    assert _dated(history, since="2024-03-06", until="2024-04-30") == Counts(
        decisions=3, off_brand=2, bent=1, not_in_force=1
    )
    assert _dated(history, since="2024-03-01", until="2024-03-31") == march
    assert _dated(history, since="2024-03-06", until="2024-03-19") == Counts()
    assert _dated(history, since="2024-02-10", until="2024-05-01") == march + Counts(
        decisions=1, off_brand=1, not_in_force=1
    )


def test_a_decision_counts_for_every_promise_it_cites_and_once_in_all(history: Airline) -> None:
    refund = Counts(decisions=2, off_brand=2, broken=1, appealed=2, stood=1, overturned=1, overturned_noes=1)
    assert _dated(history, promise="REFUND-30") == refund
    assert _dated(history, limit="REFUND-30.2") == Counts(decisions=1, off_brand=1, appealed=1, stood=1)
    found = _by(history, "promise")
    assert found["REFUND-30"] == refund
    assert found["REBOOK"].decisions == 3
    assert found["MADE-UP"] == Counts(decisions=1, off_brand=1, not_in_force=1)
    assert found[None] == Counts(decisions=1, no_ground=1)


def test_a_new_answer_counts_for_who_gave_it(history: Airline) -> None:
    found = _by(history, "rep")
    assert found["rex"] == Counts(broken=1)
    assert found["rita"].decisions == 4
    assert found["rita"].overturned == 1
    assert found["Old Joe"].decisions == 2
    assert _by(history, "ground")["off-brand"] == Counts(
        decisions=3, off_brand=3, appealed=2, stood=1, overturned=1, overturned_noes=1, not_in_force=1
    )


def test_months_have_no_holes(history: Airline) -> None:
    found = _by(history, "month", promise="REBOOK")
    assert list(found) == ["2024-03", "2024-04", "2024-05"]
    assert found["2024-04"] == Counts()


def test_a_period_is_divided_without_a_gap_or_an_overlap() -> None:
    random = Random(5)
    for _ in range(300):
        since = date(2022, 1, 1) + timedelta(days=random.choice([0, 1, 31, 364, 365, random.randrange(1_500)]))
        until = since + timedelta(days=random.choice([0, 27, 30, 31, 364, 365, random.randrange(1_500)]))
        divided = list(pieces(since, until, by_years=random.random() < 0.5))
        for number in range(-40, 1_600):
            each = (since + timedelta(days=number)).isoformat()
            width = {YEARS: 4, MONTHS: 7, DAYS: 10}
            found = [piece for piece in divided if piece.first <= each[: width[piece.tally]] <= piece.last]
            assert len(found) == (since.isoformat() <= each <= until.isoformat()), (since, until, each, divided)


FILTERS = [
    dict(zip(("promise", "limit", "ground", "rep", "charter"), some, strict=True)) | period
    for some in product(
        [None, "REFUND-30", "REBOOK"],
        [None, "REFUND-30.1"],
        [None, "off-brand", "not-available"],
        [None, "rita", "Old Joe"],
        [None, "skyline"],
    )
    for period in (
        {},
        {"since": "2024-03-06"},
        {"since": "2024-03-05", "until": "2024-05-01"},
        {"since": "2024-03-06", "until": "2024-03-31"},
    )
]


GROUPS: tuple[Whose | None, ...] = (None, "month", "promise", "code", "rep", "ground")


def test_sums_are_what_one_gets_by_counting_mark_by_mark(history: Airline) -> None:
    for asked in Random(7).sample(FILTERS, 40):
        wanted = Filter.model_validate(asked)
        known = wanted.model_copy(update={"known_at": history.now})
        shown = marks(history.views, wanted, limit=99).marks
        assert marks(history.views, known, limit=99).marks == shown, asked
        counts = [line for line in shown if line.mark is not Mark.REVISION and line.day]
        assert len(counts) == summary(history.views, wanted).dated.marks, asked
        with history.views.reading(INTEGRITY_HISTORY) as connection:
            for group, undated in product(GROUPS, (False, True)):
                if group == "code" and wanted.cited:
                    continue
                one_by_one = counted(connection, known, group, undated=undated, known_to=0)
                assert counted(connection, wanted, group, undated=undated) == one_by_one, (asked, group)


def test_what_counted_at_any_time_is_told_from_what_counts_now(history: Airline) -> None:
    history.now = day(6, 1)
    history.do(CorrectDecision(decision=OTHER_NO, why="A slip.", ground=Ground.NOT_PERMITTED), by="rex")
    history.do(CorrectDecision(decision=MADE_UP, why="A slip.", cite=("REBOOK",)), by="rex")
    history.now = day(6, 2)
    history.do(CorrectDecision(decision=BENT, why="No exception.", effect=Effect.UPHELD), by="rex")
    history.do(CorrectDecision(decision=UNDATED, why="Asked Joe.", ground=Ground.OFF_BRAND), by="rex")
    for entry in list(history.ledger.entries())[5:]:
        asked = Random(entry.position).choice([asked for asked in FILTERS if not asked["ground"]])
        known = Filter.model_validate({**asked, "known_at": entry.recorded_at})
        last = recorded_by(history.ledger, entry.recorded_at)
        assert last >= entry.position
        with history.views.reading(INTEGRITY_HISTORY) as connection:
            for group, undated in product(("promise", "rep"), (False, True)):
                one_by_one = counted(connection, known, group, undated=undated, known_to=0)
                told = counted(connection, known, group, undated=undated, known_to=last)
                assert told == one_by_one, (known, group)


def test_each_promise_and_each_limit_is_counted_at_once(history: Airline) -> None:
    wanted = Filter(charter="skyline", since=date(2024, 3, 5))
    counts, cited, _ = by_code(history.views, wanted)
    assert counts == _dated(history, charter="skyline", since="2024-03-05")
    for code in ("REFUND-30", "REFUND-30.1", "REFUND-30.2", "REBOOK", "MADE-UP"):
        asked = {"limit": code} if "." in code else {"promise": code}
        assert cited.pop(code) == _dated(history, charter="skyline", since="2024-03-05", **asked), code
    assert cited == {}


def test_what_cites_nothing_is_counted_apart(history: Airline) -> None:
    """By the tallies, and one by one where it is asked as it was known."""
    lacking = Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, reason="It is not what we are.")
    asked = {"charter": "skyline", "request": "May I?", "rep": "rita", "source": "old desk", "row": "3"}
    history.do(RecordCase(decision="7" * 32, outcome=lacking, as_history=True, **asked), at=day(4, 9))
    wanted = Filter(since=date(2000, 1, 1))
    assert by_code(history.views, wanted)[2] == Counts(decisions=1, off_brand=1)
    known = wanted.model_copy(update={"known_at": datetime(2999, 1, 1, tzinfo=UTC)})
    with history.views.reading(INTEGRITY_HISTORY) as connection:
        assert counted(connection, known, "code", known_to=0) == counted(connection, wanted, "code")


def test_every_mark_leads_to_its_decision_and_revisions_stand_in_the_line(history: Airline) -> None:
    found = marks(history.views).marks
    assert [(line.mark, line.decision) for line in found if line.day == date(2024, 3, 20)] == [
        (Mark.BENT, BENT),
        (Mark.NO, OTHER_NO),
    ]
    assert [line.revision for line in found if line.mark is Mark.REVISION] == [1]
    assert found[-1].decision == UNDATED
    [overturned] = marks(history.views, mark=Mark.OVERTURNED).marks
    assert (overturned.answer, overturned.rep, overturned.cited) == (Answer.NO, "rita", ("REFUND-30.1", "REBOOK"))


def test_pages_of_marks_follow_each_other(history: Airline) -> None:
    seen, after = [], None
    while True:
        part = marks(history.views, after=after, limit=2)
        seen += part.marks
        if part.next is None:
            break
        after = part.next
    assert tuple(seen) == marks(history.views).marks
    with pytest.raises(NotAPage):
        marks(history.views, after="2024-03-05T00:00:00.000000Z_x_no")


def test_a_correction_changes_the_marks_and_what_was_known_stays_right(history: Airline) -> None:
    then = history.now
    before = summary(history.views), marks(history.views).marks
    history.now = day(6, 1)
    history.do(CorrectDecision(decision=OTHER_NO, why="A slip.", ground=Ground.NOT_PERMITTED), by="rex")
    history.do(CorrectDecision(decision=MADE_UP, why="A slip.", cite=("REBOOK",)), by="rex")
    assert _dated(history).not_in_force == 0
    assert _dated(history).not_permitted == 1
    assert _dated(history, ground="not-permitted") == Counts(decisions=1, not_permitted=1, appealed=1, stood=1)
    assert _dated(history, promise="MADE-UP") == Counts()
    assert _dated(history, promise="REBOOK").off_brand == 2
    wanted = Filter(known_at=then)
    assert (summary(history.views, wanted), marks(history.views, wanted).marks) == before


def test_an_effect_that_was_named_late_or_wrongly_is_put_right(history: Airline) -> None:
    lacking = Reply(answer=Answer.PARTLY, cite=("REBOOK",))
    old = {"source": "old desk", "row": "3", "rep": "Old Joe", "as_history": True}
    case = RecordCase(decision="c" * 32, charter="skyline", request="Half?", outcome=lacking, **old)
    history.do(case, at=day(5, 1))
    assert _dated(history, rep="Old Joe", since="2024-05-01").partly == 1
    history.do(CorrectDecision(decision="c" * 32, why="Asked Joe.", effect=Effect.BROKEN), by="rex")
    history.do(CorrectDecision(decision=BENT, why="No exception.", effect=Effect.UPHELD), by="rex")
    assert _dated(history, rep="Old Joe", since="2024-05-01") == Counts(decisions=1, partly=1, broken=1)
    assert _dated(history) == ALL + Counts(decisions=1, partly=1, broken=1, upheld=1, bent=-1)


def test_a_revision_that_was_withdrawn_leaves_no_mark(history: Airline) -> None:
    history.revise("REBOOK", title="Another seat")
    number = history.publish(effective_from=day(7, 1))
    assert [each.day for each in revisions(history.views)] == [date(2024, 2, 1), date(2024, 7, 1)]
    published = history.now
    history.now = day(5, 3)
    history.do(WithdrawRevision(charter="skyline", revision=number, reason="Too soon."))
    assert [each.revision for each in summary(history.views).revisions] == [1]
    assert [each.revision for each in revisions(history.views, Filter(known_at=published))] == [1, 2]
    assert revisions(history.views, Filter(since=date(2024, 2, 2))) == ()

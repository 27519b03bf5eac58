"""Whose words are where is known without a word of anybody, and whose may be kept no longer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from charter.charters.commands import ProposeRevision, SetRetention
from charter.decisions.commands import AppealDecision, CaptureLearning, CorrectDecision, PlaceHold, ReleaseHold
from charter.terms import Retained
from projections.erasure import erase
from projections.personal_data import data_of
from projections.retention import due, months_before
from projections.subject_data import subject_data
from tests.projections.airline import ANOTHER, CASE, Airline, day


@pytest.fixture
def busy(airline_anywhere: Airline) -> Airline:
    """Mrs Quill was told no in February and appealed in March, and was told no again in April."""
    airline = airline_anywhere
    airline.promise("REFUND-30", "Not after departure.")
    airline.publish(effective_from=day(1, 3))
    airline.now = day(2, 1)
    airline.refuse("REFUND-30.1")
    airline.now = day(3, 1)
    airline.do(AppealDecision(decision=CASE, argument="I was ill."), by="rita")
    airline.now = day(4, 1)
    airline.refuse("REFUND-30.1", decision=ANOTHER)
    return airline


def quill(airline: Airline) -> str:
    """The id of her key."""
    known = airline.ledger.vault.find("customer", "  mrs QUILL ")
    assert known is not None
    return known


def test_it_says_where_her_words_are_in_how_many_entries_and_since_when(busy: Airline) -> None:
    one, two = data_of(busy.views, quill(busy))
    assert (one.stream, one.kind, one.charter, one.entries) == (f"decision/{CASE}", "requests", "skyline", 3)
    assert (one.first_recorded, one.last_recorded) == (day(2, 1), day(3, 1))
    assert (two.stream, two.entries, two.last_recorded) == (f"decision/{ANOTHER}", 2, day(4, 1))
    assert data_of(busy.views, "0" * 32) == []


def test_those_who_write_here_and_those_who_were_heard_are_people_too(busy: Airline) -> None:
    [ben] = data_of(busy.views, busy.ledger.stream("person/ben")[0].subjects[0])
    assert (ben.stream, ben.kind, ben.charter, ben.entries) == ("person/ben", "people", None, 1)
    busy.promise("TEA")
    heard = {"participants": ("Zoe Zed", "Care"), "options": ("a",), "dissent": ("Never!",)}
    busy.do(ProposeRevision(charter="skyline", summary="Tea.", **heard))
    busy.revise("TEA", title="Tea for all")
    busy.do(ProposeRevision(charter="skyline", summary="Tea again.", **heard))
    zoe = busy.ledger.vault.find("person", "Zoe Zed")
    assert zoe is not None
    [spoken] = data_of(busy.views, zoe)
    assert (spoken.stream, spoken.kind, spoken.charter, spoken.entries) == (
        "charter/skyline",
        "deliberations",
        "skyline",
        2,
    )


def test_a_case_that_changes_hands_has_words_of_both(busy: Airline) -> None:
    busy.do(CorrectDecision(decision=ANOTHER, customer="Mr Ode", why="It was his."), by="rita")
    busy.do(CaptureLearning(decision=ANOTHER, learning="Ask."))
    ode = busy.ledger.vault.find("customer", "Mr Ode")
    assert ode is not None
    [his] = data_of(busy.views, ode)
    assert (his.stream, his.charter, his.entries) == (f"decision/{ANOTHER}", "skyline", 2)
    assert [each.entries for each in data_of(busy.views, quill(busy))] == [3, 2]


def test_holds_come_and_go(busy: Airline) -> None:
    for name in ("tax", "claim 12"):
        busy.do(PlaceHold(decision=CASE, hold=name, reason="The court."), by="rex")
    assert [each.holds for each in data_of(busy.views, quill(busy))] == [("tax", "claim 12"), ()]
    busy.do(ReleaseHold(decision=CASE, hold="tax"), by="rex")
    assert [each.holds for each in data_of(busy.views, quill(busy))] == [("claim 12",), ()]


def test_after_an_erasure_it_says_that_it_was(busy: Airline) -> None:
    subject = quill(busy)
    erase(busy.views, subject, reason="Asked for.", by="ann")
    assert [each.erased for each in data_of(busy.views, subject)] == [True, True]
    assert busy.views.compare() == []


def test_everything_about_her_is_gathered_with_her_words_alone(busy: Airline) -> None:
    data = subject_data(busy.views, quill(busy))
    assert (data.names, data.entries, data.key, data.erasure) == (("Mrs Quill",), 5, "open", None)
    one, two = data.about
    assert one.answered is not None
    assert (one.answered.answer, one.answered.reason) == ("no", None)
    assert [(words.label, words.text) for said in one.entries for words in said.words] == [
        ("request", "I want my money back."),
        ("customer", "Mrs Quill"),
        ("reason", "She had flown already."),
        ("argument", "I was ill."),
    ]
    assert len(two.entries) == 2


# Retention


def set_period(airline: Airline, months: int, kind: Retained = Retained.REQUESTS) -> None:
    airline.do(SetRetention(charter=airline.charter, kind=kind, months=months))


def test_nothing_is_due_while_no_period_is_set(busy: Airline) -> None:
    busy.now = day(1, 1, year=2040)
    assert due(busy.views).total == 0


def test_somebody_is_due_when_all_of_their_data_is_older_than_its_period(busy: Airline) -> None:
    set_period(busy, 6)
    busy.now = day(10, 1)
    assert due(busy.views).lines == ()
    busy.now = day(10, 1, hour=13)
    found = due(busy.views)
    [line] = found.lines
    assert (line.subject, line.streams, line.entries, line.last_at) == (quill(busy), 2, 5, day(4, 1))
    assert found.total == 1


def test_what_is_held_or_erased_is_not_due(busy: Airline) -> None:
    set_period(busy, 1)
    busy.now = day(10, 1)
    busy.do(PlaceHold(decision=CASE, hold="tax", reason="Ten years."), by="rex")
    busy.now = day(12, 31)
    assert due(busy.views).total == 0
    busy.do(ReleaseHold(decision=CASE, hold="tax"), by="rex")
    busy.now = day(3, 1, year=2025)
    assert due(busy.views).total == 1
    erase(busy.views, quill(busy), reason="Retention.", by="ann")
    assert due(busy.views).total == 0


def test_data_of_a_kind_without_a_period_keeps_its_person(busy: Airline) -> None:
    """A customer of two brands is due only when both say so."""
    set_period(busy, 1)
    busy.open("harbour")
    busy.promise("BOAT", "Not in storms.")
    busy.publish()
    busy.refuse("BOAT.1", decision="7" * 32)
    busy.now = day(12, 31)
    assert due(busy.views).total == 0
    set_period(busy, 1)
    assert due(busy.views).total == 1


def test_those_who_waited_longest_come_first_and_as_many_as_are_asked_for(busy: Airline) -> None:
    set_period(busy, 1)
    busy.do(CorrectDecision(decision=ANOTHER, customer="Mr Ode", why="His."), by="rita")
    busy.now = day(12, 31)
    found = due(busy.views, limit=1)
    assert found.total == 2
    assert len(found.lines) == 1
    assert found.lines[0].last_at <= due(busy.views).lines[1].last_at


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2024, 3, 31), 1, (2024, 2, 29)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 11, 22), 36, (2023, 11, 22)),
        ((2026, 12, 1), 12, (2025, 12, 1)),
        ((50, 5, 5), 1200, (1, 1, 1)),
    ],
)
def test_months_are_those_of_the_calendar(
    moment: tuple[int, int, int], months: int, before: tuple[int, int, int]
) -> None:
    assert months_before(datetime(*moment, 12, tzinfo=UTC), months) == datetime(*before, 12, tzinfo=UTC)

"""Several wordings are published for days to come: each page says what will be in force when, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from charter.charters.commands import AcknowledgeCharter, PublishRevision, WithdrawRevision
from charter.charters.refusals import EffectiveBeforePredecessor, NotTheLatest, Superseded
from projections.acknowledgements import acknowledgements
from projections.charter_history import revision, revisions
from projections.charter_in_force import charters, in_force
from terminal.history import minutes
from tests.projections.airline import Airline, day

Read = Callable[[str], str]


@pytest.fixture
def airline(airline: Airline) -> Airline:
    """On 1 April revision 2 is in force; 3 comes on 10 April, 4 on 20 April, and 5 instead of it on that day."""
    for number, when in ((3, day(4, 10)), (4, day(4, 20)), (5, day(4, 20))):
        airline.revise("REFUND-30", statement=f"We refund within {number} days.")
        assert airline.propose(f"The wording of revision {number}.") == number
        airline.publish(number, effective_from=when)
    return airline


@pytest.fixture
def read(anybody: TestClient) -> Read:
    """Reads a page as a person does."""

    def read(address: str) -> str:
        return " ".join(re.sub("<[^>]+>", " ", anybody.get(f"/c/skyline{address}").text).split())

    return read


def statuses(airline: Airline) -> list[str]:
    """How far each has come, by number."""
    return [str(line.status) for line in revisions(airline.views, "skyline")]


def test_each_is_in_force_from_its_day_to_the_next_and_the_last_of_one_day_counts(airline: Airline) -> None:
    days = [day(4, number) for number in (9, 10, 19, 20, 21)]
    found = [in_force(airline.views, "skyline", each) for each in days]
    assert [each.revision for each in found if each] == [2, 3, 3, 5, 5]
    assert [line.next_revision for line in charters(airline.views)] == [3]
    assert statuses(airline)[1:] == ["in force", "in force later", "replaced before its day", "in force later"]
    airline.now = day(4, 20)
    assert statuses(airline)[1:] == [
        "no longer in force",
        "no longer in force",
        "replaced before its day",
        "in force",
    ]


def test_the_public_pages_say_what_comes_when(read: Read) -> None:
    assert "From 10 April 2024 on, another wording is in force. Read revision 3." in read("")
    assert "In force from 10 April 2024 until 20 April 2024. Revision 3." in read("?as_of=2024-04-19")
    assert "In force from 20 April 2024. Revision 5." in read("?as_of=2024-04-20")
    listed = read("/revisions")
    assert "In force from 10 April 2024 until 20 April 2024 · published on 1 April 2024" in listed
    assert "Replaced before its day, 20 April 2024 · published on 1 April 2024" in listed
    assert "until 10 April" in listed and "20 April 2024 until" not in listed


def test_what_was_replaced_before_its_day_is_nowhere_said_to_be_in_force(read: Read, anybody: TestClient) -> None:
    page = read("/revisions/4")
    assert "This wording never takes effect: another one replaced it before its day." in page
    assert "Replaced before its day, 20 April 2024. Revision 4." in page
    feed = anybody.get("/c/skyline/feed.atom").text
    assert "<title>Revision 4, replaced before its day, 20 April 2024</title>" in feed
    assert "<title>Revision 5, in force from 20 April 2024</title>" in feed
    for text in (page, read("/revisions/4/diff")):
        assert "In force from" not in text and "not in force yet" not in text


def test_the_leaders_page_says_from_when_it_was_to_be_in_force(airline: Airline) -> None:
    fifth, fourth = (revision(airline.views, "skyline", number).line for number in (5, 4))
    assert (fifth.replaced, fourth.replaced) == (False, True)
    heads = [minutes(revision(airline.views, "skyline", number), "skyline", ())[0] for number in (4, 5)]
    assert "replaced before its day, was to be in force from 20 April 2024" in heads[0]
    assert "in force from 20 April 2024" in heads[1]


def test_it_comes_after_all_once_what_replaced_it_is_withdrawn(airline: Airline, read: Read) -> None:
    airline.do(WithdrawRevision(charter="skyline", revision=5, reason="Too much."))
    assert statuses(airline)[2:] == ["in force later", "in force later", "withdrawn"]
    assert "In force from 20 April 2024. Revision 4." in read("/revisions/4")


def test_none_is_published_for_a_day_before_one_that_is_published_already(airline: Airline) -> None:
    airline.revise("REFUND-30", statement="We refund at once.")
    six = airline.propose("At once.")
    with pytest.raises(EffectiveBeforePredecessor, match="Revision 5 takes effect on 2024-04-20, after 2024-04-19"):
        airline.publish(six, effective_from=day(4, 19))
    airline.revise("REFUND-30", statement="We refund gladly.")
    airline.publish(airline.propose("Gladly."), effective_from=day(4, 30))
    with pytest.raises(Superseded, match="Revision 7 is published already and is newer than revision 6"):
        airline.do(PublishRevision(charter="skyline", revision=six, effective_from=day(5, 10).date()))


def test_everybody_is_asked_to_read_the_newest_alone(airline: Airline) -> None:
    unread = airline.ledger.charter("skyline").unread_by("rita")
    assert unread is not None and unread.number == 5
    with pytest.raises(NotTheLatest, match="Read and acknowledge revision 5"):
        airline.do(AcknowledgeCharter(charter="skyline", revision=3), by="rita")
    airline.do(AcknowledgeCharter(charter="skyline", revision=5), by="rita")
    found = acknowledgements(airline.views, "skyline")
    assert (found.revision, found.latest, found.acknowledged) == (5, True, 1)
    assert airline.ledger.charter("skyline").unread_by("rita") is None

"""Everybody who is registered can say that they have read the latest revision, once."""

from __future__ import annotations

import pytest

from charter.charters.commands import AcknowledgeCharter
from charter.charters.events import CharterAcknowledged, RevisionWithdrawn
from charter.charters.refusals import AlreadyAcknowledged, NothingPublished, NotTheLatest, UnknownRevision
from charter.given import UnknownPerson
from tests.charters.wording import OPENED, proposed, published, recorded
from tests.rules import MARCH, NEW_YEAR, by, day, given

FIRST = (OPENED, proposed(1), published(1, NEW_YEAR))
SECOND = (*FIRST, proposed(2), published(2, MARCH))
READ = CharterAcknowledged(revision=1, department="Care")


def acknowledge(number: int) -> AcknowledgeCharter:
    return AcknowledgeCharter(charter="skyline", revision=number)


@pytest.mark.parametrize("who", ["ann", "rita", "rex", "adam", "nora", "harry"])
def test_everybody_acknowledges_with_their_department(who: str) -> None:
    given(*FIRST).by(who).when(acknowledge(1)).then(READ)


def test_a_stranger_does_not_acknowledge() -> None:
    given(*FIRST).by("sam").when(acknowledge(1)).refused(UnknownPerson)


def test_a_revision_that_is_no_longer_the_latest_is_not_acknowledged() -> None:
    given(*SECOND).by("rita").when(acknowledge(1)).refused(NotTheLatest, "acknowledge revision 2")


def test_the_latest_may_be_read_before_it_takes_effect() -> None:
    given(*FIRST, proposed(2), published(2, day(12, 1))).by("rita").when(acknowledge(2)).happens()


def test_a_withdrawn_revision_is_no_longer_the_latest() -> None:
    history = (*FIRST, proposed(2), published(2, day(12, 1)), RevisionWithdrawn(revision=2, reason="A slip."))
    given(*history).by("rita").when(acknowledge(2)).refused(NotTheLatest, "acknowledge revision 1")
    given(*history).by("rita").when(acknowledge(1)).happens()


def test_a_proposal_is_not_acknowledged() -> None:
    given(OPENED, proposed(1)).by("rita").when(acknowledge(1)).refused(NothingPublished)


def test_a_revision_that_does_not_exist_is_not_acknowledged() -> None:
    given(*FIRST).by("rita").when(acknowledge(9)).refused(UnknownRevision)


def test_nobody_acknowledges_twice() -> None:
    given(*FIRST, by("rita", READ)).by("rita").when(acknowledge(1)).refused(AlreadyAcknowledged)
    given(*FIRST, by("rita", READ)).by("mara").when(acknowledge(1)).then(READ)


def test_a_new_revision_is_acknowledged_anew() -> None:
    history = (*FIRST, by("rita", READ), proposed(2), published(2, MARCH))
    given(*history).by("rita").when(acknowledge(2)).happens()


def test_history_is_acknowledged_like_any_revision() -> None:
    given(OPENED, recorded(1, "v1", NEW_YEAR)).by("rita").when(acknowledge(1)).then(READ)

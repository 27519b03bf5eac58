"""An admin asks for somebody to be erased, once; what is held is not, and what was asked for is carried out."""

from __future__ import annotations

import pytest

from charter.given import Hold, InTheFuture, MissingRole
from charter.subjects.commands import CompleteErasure, RequestErasure
from charter.subjects.events import ErasureCompleted, ErasureRequested
from charter.subjects.refusals import AlreadyErased, DataHeld, NoSuchSubject, NotRequested
from tests.made_up import CASE
from tests.rules import A_MOMENT, NOW, By, Scenario, by, given

SOMEBODY = "01" * 16
STREAMS = (f"decision/{CASE}", "charter/skyline")
REASON = "Asked for by letter of 12 March."
REQUEST = RequestErasure(subject=SOMEBODY, reason=REASON)
REQUESTED = by("adam", ErasureRequested(reason=REASON))
COMPLETE = CompleteErasure(subject=SOMEBODY, keys=1, views=("decision_register",))
COMPLETED = ErasureCompleted(keys=1, entries=2, streams=STREAMS, views=("decision_register",))
HELD = (Hold(CASE, "claim 12"), Hold(CASE, "tax"))


def subject(*history: By) -> Scenario:
    """So far this, adam is asked, and there are words of somebody in two streams."""
    return given(*history).by("adam").with_data(SOMEBODY, *STREAMS)


def test_an_admin_asks_for_somebody_to_be_erased_and_says_why() -> None:
    subject().when(REQUEST).then(ErasureRequested(reason=REASON))


@pytest.mark.parametrize("who", ["ann", "rita", "rex", "nora", "harry"])
def test_nobody_else_erases(who: str) -> None:
    subject().by(who).when(REQUEST).refused(MissingRole, "admin")
    subject(REQUESTED).by(who).when(COMPLETE).refused(MissingRole, "admin")


def test_what_is_held_is_not_erased_and_every_hold_is_named() -> None:
    held = given().by("adam").with_data(SOMEBODY, *STREAMS, holds=HELD)
    held.when(REQUEST).refused(DataHeld, 'decision 3f0c3f0c by "claim 12"', '"tax"', "charter subject release")


def test_a_hold_placed_at_the_same_moment_stops_what_was_asked_for() -> None:
    held = given(REQUESTED).by("adam").with_data(SOMEBODY, *STREAMS, holds=HELD)
    held.when(COMPLETE).refused(DataHeld, "claim 12")
    held.when(REQUEST).refused(DataHeld)


def test_nobody_is_erased_of_whom_there_is_nothing() -> None:
    given().by("adam").when(REQUEST).refused(NoSuchSubject, SOMEBODY, "charter subject show")


def test_asking_twice_is_asking_once() -> None:
    subject(REQUESTED).when(REQUEST).then()


def test_what_was_destroyed_is_stated_and_where_it_was_is_not_for_the_command_to_say() -> None:
    subject(REQUESTED).when(COMPLETE).then(COMPLETED)


def test_whoever_asked_for_it_may_have_lost_the_role_before_it_is_done() -> None:
    subject(by("nora", ErasureRequested(reason=REASON))).by("nora").when(COMPLETE).then(COMPLETED)


def test_nothing_is_completed_that_nobody_asked_for() -> None:
    subject().when(COMPLETE).refused(NotRequested, "charter subject erase")


def test_somebody_is_erased_once() -> None:
    erased = subject(REQUESTED, by("adam", COMPLETED))
    erased.when(REQUEST).refused(AlreadyErased)
    erased.when(COMPLETE).refused(AlreadyErased)


def test_nobody_is_erased_ahead_of_time() -> None:
    given().by("adam", at=NOW + A_MOMENT).when(REQUEST).refused(InTheFuture)

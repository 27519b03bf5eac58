"""A reviewer holds what has to be kept, whatever has become of the case, and says when it need not be any more."""

from __future__ import annotations

import pytest

from charter.decisions.commands import PlaceHold, ReleaseHold
from charter.decisions.decide import needs
from charter.decisions.events import HoldPlaced, HoldReleased, RequestWithdrawn
from charter.decisions.refusals import AlreadyHeld, BeingErased, NotHeld, UnknownDecision
from charter.decisions.state import Case
from charter.given import MissingRole, Needs
from tests.decisions.cases import CASE, LOGGED, NO, decided
from tests.rules import given

PLACE = PlaceHold(decision=CASE, hold="claim 12", reason="It is before the court.")
PLACED = HoldPlaced(hold="claim 12", reason="It is before the court.")
RELEASE = ReleaseHold(decision=CASE, hold="claim 12", reason="The court has decided.")
RELEASED = HoldReleased(hold="claim 12", reason="The court has decided.")


@pytest.mark.parametrize("who", ["rex", "adam"])
@pytest.mark.parametrize("history", [(LOGGED,), decided(NO), (LOGGED, RequestWithdrawn())])
def test_a_reviewer_or_an_admin_holds_a_case_at_any_stage(who: str, history: tuple[HoldPlaced, ...]) -> None:
    given(*history).by(who).when(PLACE).then(PLACED)
    given(*history, PLACED).by(who).when(RELEASE).then(RELEASED)


@pytest.mark.parametrize("who", ["ann", "rita", "nora", "harry"])
def test_nobody_else_holds_or_releases(who: str) -> None:
    """Neither whoever answered, nor whoever leads, nor a reviewer of another brand."""
    given(LOGGED).by(who).when(PLACE).refused(MissingRole, "reviewer or admin for skyline")
    given(LOGGED, PLACED).by(who).when(RELEASE).refused(MissingRole)


def test_several_holds_keep_a_case_each_by_its_name() -> None:
    tax = PlaceHold(decision=CASE, hold="tax", reason="Ten years.")
    given(LOGGED, PLACED).by("rex").when(tax).then(HoldPlaced(hold="tax", reason="Ten years."))
    given(LOGGED, PLACED).by("rex").when(PLACE).refused(AlreadyHeld, "claim 12")
    given(LOGGED, PLACED, RELEASED).by("rex").when(PLACE).then(PLACED)


def test_only_a_hold_that_is_there_is_released() -> None:
    given(LOGGED).by("rex").when(RELEASE).refused(NotHeld, "Nothing holds it.")
    other = ReleaseHold(decision=CASE, hold="claim 13")
    given(LOGGED, PLACED).by("rex").when(other).refused(NotHeld, 'It is held by "claim 12".')
    given(LOGGED, PLACED, RELEASED).by("rex").when(RELEASE).refused(NotHeld)


def test_a_hold_comes_too_late_for_words_that_are_being_erased() -> None:
    given(LOGGED).by("rex").while_erasing(f"decision/{CASE}").when(PLACE).refused(BeingErased, "charter subject show")
    assert needs(Case(), PLACE) == Needs(whose=(f"decision/{CASE}",))


def test_there_is_nothing_to_hold_where_there_is_no_case() -> None:
    given().by("rex").when(PLACE).refused(UnknownDecision)

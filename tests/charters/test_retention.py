"""For how long data about people is kept is settled charter by charter, by a leader or an admin."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from charter.charters.commands import SetRetention
from charter.charters.events import RetentionSet
from charter.charters.refusals import RetentionUnchanged
from charter.charters.state import Charter, evolve
from charter.given import MissingRole, UnknownCharter
from charter.terms import Retained
from tests.charters.wording import OPENED
from tests.rules import NOW, given

THREE_YEARS = SetRetention(charter="skyline", kind=Retained.REQUESTS, months=36)
SET = RetentionSet(kind=Retained.REQUESTS, months=36)


@pytest.mark.parametrize("who", ["ann", "adam"])
def test_a_leader_or_an_admin_settles_it(who: str) -> None:
    given(OPENED).by(who).when(THREE_YEARS).then(SET)


@pytest.mark.parametrize("who", ["rita", "rex", "nora", "harry"])
def test_nobody_else_does(who: str) -> None:
    given(OPENED).by(who).when(THREE_YEARS).refused(MissingRole, "leader or admin for skyline")


def test_it_is_settled_anew_and_not_twice_the_same() -> None:
    given(OPENED, SET).when(THREE_YEARS).refused(RetentionUnchanged, "36 months")
    given(OPENED, SET).when(THREE_YEARS.model_copy(update={"months": 24})).happens()
    given(OPENED, SET).when(THREE_YEARS.model_copy(update={"kind": Retained.DELIBERATIONS})).happens()


def test_each_kind_has_its_own_period() -> None:
    charter = Charter()
    for event in (
        OPENED,
        SET,
        RetentionSet(kind=Retained.DELIBERATIONS, months=12),
        SET.model_copy(update={"months": 6}),
    ):
        charter = evolve(charter, event, "ann", NOW)
    assert charter.retention == {Retained.REQUESTS: 6, Retained.DELIBERATIONS: 12}


def test_a_charter_has_to_be_there() -> None:
    given().when(THREE_YEARS).refused(UnknownCharter)


@pytest.mark.parametrize("months", [0, 1201])
def test_a_period_is_a_month_at_least_and_a_hundred_years_at_most(months: int) -> None:
    with pytest.raises(ValidationError):
        SetRetention(charter="skyline", kind=Retained.REQUESTS, months=months)

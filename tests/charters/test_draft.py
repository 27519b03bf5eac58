"""Leaders put promises into the draft, word them anew and take them out; no limit's code is ever used twice."""

from __future__ import annotations

import pytest

from charter.charters.commands import LimitWording, MakePromise, OpenCharter, RetirePromise, RevisePromise
from charter.charters.events import CharterOpened, PromiseMade, PromiseRetired, PromiseRevised
from charter.charters.promise import Limit, Promise, Wording
from charter.charters.refusals import (
    CannotEmpty,
    CharterOpen,
    NothingChanged,
    PromiseExists,
    UnknownPromise,
    UnknownZone,
)
from charter.given import InTheFuture, MissingRole, UnknownCharter, UnknownPerson
from charter.message import Event
from charter.terms import Serves
from tests.charters.wording import BARE, OPENED, REFUND
from tests.rules import day, given

OPEN = OpenCharter(charter="skyline", brand="Skyline Air", style="Warm, brief and true.")
MAKE = MakePromise(code="REFUND-30", charter="skyline", title="Refund", statement="You get your money back.")
AFTER_DEPARTURE = LimitWording(text="No refund after departure.", serves=Serves.COMPANY)
IN_CASH = LimitWording(text="No refund in cash.", serves=Serves.LAW)
FOR_OTHERS = LimitWording(text="No refund to others.", serves=Serves.CUSTOMER)


def made(*limits: LimitWording) -> MakePromise:
    return MAKE.model_copy(update={"limits": limits})


def limited(*limits: LimitWording) -> RevisePromise:
    return RevisePromise(charter="skyline", code="REFUND-30", limits=limits, why="Asked for often.")


def codes(event: Event) -> list[str]:
    """The codes of the limits of the promise an event words."""
    assert isinstance(event, PromiseMade | PromiseRevised)
    return [limit.code for limit in event.promise.limits]


@pytest.mark.parametrize("who", ["ann", "adam"])
def test_a_leader_or_an_admin_opens_a_charter(who: str) -> None:
    given().by(who).when(OPEN).then(
        CharterOpened(charter="skyline", brand="Skyline Air", style="Warm, brief and true.", approvals=1, zone="UTC")
    )


@pytest.mark.parametrize("who", ["rita", "rex", "nora", "harry"])
def test_nobody_else_opens_a_charter(who: str) -> None:
    given().by(who).when(OPEN).refused(MissingRole, f"{who} does not hold the role leader or admin for skyline")


def test_a_stranger_is_told_how_to_become_known() -> None:
    given().by("sam").when(OPEN).refused(UnknownPerson, "charter person register sam")


def test_a_charter_is_opened_once() -> None:
    given(OPENED).when(OPEN).refused(CharterOpen, "skyline is open already")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../UTC", "europe/berlin"])
def test_a_charter_lives_in_a_time_zone_that_exists(zone: str) -> None:
    given().when(OPEN.model_copy(update={"zone": zone})).refused(UnknownZone, zone)


def test_nothing_is_asked_of_a_charter_that_is_not_open() -> None:
    given().when(MAKE).refused(UnknownCharter, "charter open skyline")


def test_nothing_happens_to_a_charter_ahead_of_its_time() -> None:
    given(OPENED).by("ann", at=day(12, 24)).when(MAKE).refused(InTheFuture, "2026-12-24")


def test_a_promise_is_made_with_its_limits_numbered() -> None:
    given(OPENED).when(made(AFTER_DEPARTURE, IN_CASH)).then(
        PromiseMade(
            promise=Promise(
                code="REFUND-30",
                title="Refund",
                statement="You get your money back.",
                limits=(
                    Limit(code="REFUND-30.1", text="No refund after departure.", serves=Serves.COMPANY),
                    Limit(code="REFUND-30.2", text="No refund in cash.", serves=Serves.LAW),
                ),
            )
        )
    )


@pytest.mark.parametrize("who", ["rita", "rex", "adam", "nora", "harry"])
def test_only_a_leader_of_this_charter_words_its_promises(who: str) -> None:
    given(OPENED).by(who).when(MAKE).refused(MissingRole, "leader for skyline")


def test_a_leader_of_this_charter_alone_words_its_promises() -> None:
    harbour = OPENED.model_copy(update={"charter": "harbour"})
    given(harbour).by("harry").when(MAKE.model_copy(update={"charter": "harbour"})).happens()


def test_a_code_stands_for_one_promise() -> None:
    given(OPENED, PromiseMade(promise=REFUND)).when(MAKE).refused(PromiseExists, "REFUND-30")


def test_revising_changes_what_was_given_and_nothing_else() -> None:
    command = RevisePromise(charter="skyline", code="REFUND-30", target="99", why="We can.")
    given(OPENED, PromiseMade(promise=REFUND)).when(command).then(
        PromiseRevised(promise=REFUND.model_copy(update={"target": "99"}), why="We can.")
    )


def test_revising_can_empty_what_a_promise_can_be_without() -> None:
    command = RevisePromise(
        charter="skyline", code="REFUND-30", without=("measure", "target", "unit", "limits"), why="Not measurable."
    )
    emptied = {"measure": None, "target": None, "unit": None, "limits": ()}
    given(OPENED, PromiseMade(promise=REFUND)).when(command).then(
        PromiseRevised(promise=REFUND.model_copy(update=emptied), why="Not measurable.")
    )


@pytest.mark.parametrize("name", ["title", "statement", "audience", "code", "colour"])
def test_a_promise_cannot_be_without_its_words(name: str) -> None:
    command = RevisePromise(charter="skyline", code="REFUND-30", without=(name,), why="Shorter.")
    given(OPENED, PromiseMade(promise=REFUND)).when(command).refused(CannotEmpty, f"without {name}", "measure")


def test_everything_a_promise_says_can_be_revised() -> None:
    assert set(Wording.model_fields) <= set(RevisePromise.model_fields)


def test_revising_without_a_change_is_refused() -> None:
    command = RevisePromise(charter="skyline", code="REFUND-30", title=REFUND.title, why="Because.")
    given(OPENED, PromiseMade(promise=REFUND)).when(command).refused(NothingChanged, "REFUND-30 reads like this")


def test_a_mistyped_code_is_answered_with_the_nearest() -> None:
    command = RetirePromise(charter="skyline", code="REFUND-3", why="No longer.")
    given(OPENED, PromiseMade(promise=REFUND)).when(command).refused(UnknownPromise, "Did you mean REFUND-30?")


def test_a_code_like_no_other_is_answered_with_where_to_look() -> None:
    command = RetirePromise(charter="skyline", code="WIFI", why="No longer.")
    given(OPENED, PromiseMade(promise=REFUND)).when(command).refused(UnknownPromise, "charter promise list")


def test_a_promise_is_retired_once() -> None:
    retire = RetirePromise(charter="skyline", code="BARE", why="No longer.")
    retired = PromiseRetired(code="BARE", why="No longer.")
    given(OPENED, PromiseMade(promise=BARE)).when(retire).then(retired)
    given(OPENED, PromiseMade(promise=BARE), retired).when(retire).refused(UnknownPromise)


def test_a_limit_that_is_kept_keeps_its_code_wherever_it_stands() -> None:
    [event] = given(OPENED, PromiseMade(promise=REFUND)).when(limited(FOR_OTHERS, IN_CASH, AFTER_DEPARTURE)).happens()
    assert codes(event) == ["REFUND-30.3", "REFUND-30.2", "REFUND-30.1"]


def test_a_kept_limit_may_come_to_serve_somebody_else() -> None:
    served = IN_CASH.model_copy(update={"serves": Serves.CUSTOMER})
    [event] = given(OPENED, PromiseMade(promise=REFUND)).when(limited(AFTER_DEPARTURE, served)).happens()
    assert codes(event) == ["REFUND-30.1", "REFUND-30.2"]


def test_a_limit_that_was_dropped_leaves_its_code_unused() -> None:
    [dropped] = given(OPENED, PromiseMade(promise=REFUND)).when(limited(AFTER_DEPARTURE)).happens()
    assert codes(dropped) == ["REFUND-30.1"]
    [again] = given(OPENED, PromiseMade(promise=REFUND), dropped).when(limited(AFTER_DEPARTURE, IN_CASH)).happens()
    assert codes(again) == ["REFUND-30.1", "REFUND-30.3"]


def test_a_promise_made_again_counts_its_limits_on() -> None:
    history = (OPENED, PromiseMade(promise=REFUND), PromiseRetired(code="REFUND-30", why="No longer."))
    [event] = given(*history).when(made(AFTER_DEPARTURE)).happens()
    assert codes(event) == ["REFUND-30.3"]


def test_the_same_text_twice_is_two_limits_with_two_codes() -> None:
    [event] = given(OPENED).when(made(IN_CASH, IN_CASH)).happens()
    assert codes(event) == ["REFUND-30.1", "REFUND-30.2"]
    [revised] = given(OPENED, event).when(limited(IN_CASH, IN_CASH, IN_CASH)).happens()
    assert codes(revised) == ["REFUND-30.1", "REFUND-30.2", "REFUND-30.3"]
    [fewer] = given(OPENED, event, revised).when(limited(IN_CASH)).happens()
    assert codes(fewer) == ["REFUND-30.1"]

"""A revision is published when it is complete and approved, from a day on that has not passed in the charter's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from charter.charters.commands import PublishRevision
from charter.charters.events import RevisionPublished, RevisionRejected, RevisionWithdrawn
from charter.charters.promise import Promise
from charter.charters.refusals import (
    AlreadyPublished,
    EffectiveBeforePredecessor,
    EffectiveInThePast,
    MissingApprovals,
    NotPending,
    NotReady,
    Superseded,
    UnknownRevision,
)
from charter.given import MissingRole
from tests.charters.wording import (
    BARE,
    IN_AUCKLAND,
    OPENED,
    REBOOK,
    REFUND,
    TWO_APPROVALS,
    approved,
    in_force,
    proposed,
    published,
    recorded,
)
from tests.rules import A_MOMENT, NEW_YEAR, NOW, Scenario, by, day, given

BEN = by("ben", approved(1))
READY = (OPENED, proposed(1), BEN)


def publish(number: int = 1, effective_from: date | None = None) -> PublishRevision:
    return PublishRevision(charter="skyline", revision=number, effective_from=effective_from)


def test_published_for_today_it_is_in_force_from_this_moment_on_and_not_before() -> None:
    [event] = (
        given(*READY)
        .when(publish())
        .then(RevisionPublished(revision=1, effective_from=date(2026, 6, 15), effective_at=NOW))
    )
    scenario = given(*READY, event)
    assert in_force(scenario, NOW) == 1
    assert in_force(scenario, NOW - A_MOMENT) is None


def test_saying_today_is_the_same_as_saying_nothing() -> None:
    given(*READY).when(publish(effective_from=date(2026, 6, 15))).then(published(1, NOW))


def test_published_for_a_later_day_it_is_in_force_from_midnight_on() -> None:
    [event] = given(*READY).when(publish(effective_from=date(2026, 7, 1))).then(published(1, day(7, 1, hour=0)))
    scenario = given(*READY, event)
    assert in_force(scenario, day(7, 1, hour=0) - A_MOMENT) is None
    assert in_force(scenario, day(7, 1, hour=0)) == 1


def test_midnight_is_midnight_where_the_charter_lives() -> None:
    history = (IN_AUCKLAND, proposed(1), BEN)
    midnight = datetime(2026, 6, 30, 12, tzinfo=UTC)  # winter: twelve hours ahead
    given(*history).when(publish(effective_from=date(2026, 7, 1))).then(
        RevisionPublished(revision=1, effective_from=date(2026, 7, 1), effective_at=midnight)
    )


@pytest.mark.parametrize(
    ("first", "utc"),
    [
        (date(2026, 9, 27), datetime(2026, 9, 26, 12, tzinfo=UTC)),  # clocks go forward at two in this morning
        (date(2026, 9, 28), datetime(2026, 9, 27, 11, tzinfo=UTC)),
        (date(2027, 4, 4), datetime(2027, 4, 3, 11, tzinfo=UTC)),  # and back at three in this one
        (date(2027, 4, 5), datetime(2027, 4, 4, 12, tzinfo=UTC)),
    ],
)
def test_days_begin_at_midnight_on_either_side_of_a_change_of_clocks(first: date, utc: datetime) -> None:
    event = given(IN_AUCKLAND, proposed(1), BEN).when(publish(effective_from=first)).event(RevisionPublished)
    assert event.effective_at == utc


def test_a_day_whose_midnight_is_skipped_begins_when_the_clocks_have_moved() -> None:
    santiago = OPENED.model_copy(update={"zone": "America/Santiago"})
    event = given(santiago, proposed(1), BEN).when(publish(effective_from=date(2026, 9, 6))).event(RevisionPublished)
    assert event.effective_at == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_today_is_today_where_the_charter_lives() -> None:
    evening = day(6, 15, hour=20)  # the morning of the 16th in Auckland
    scenario = given(IN_AUCKLAND, proposed(1), BEN).on(evening)
    scenario.when(publish()).then(RevisionPublished(revision=1, effective_from=date(2026, 6, 16), effective_at=evening))
    scenario.when(publish(effective_from=date(2026, 6, 15))).refused(EffectiveInThePast, "2026-06-15", "as history")


def test_a_past_day_is_refused_even_when_the_publication_is_dated_back() -> None:
    scenario = given(*READY).by("ann", at=day(6, 1))
    scenario.when(publish(effective_from=date(2026, 6, 14))).refused(EffectiveInThePast)
    scenario.when(publish()).then(published(1, NOW))


def test_approvals_are_counted_and_whom_to_ask_is_said() -> None:
    given(OPENED, proposed(1)).when(publish()).refused(MissingApprovals, "has 0 of 1", "other than ann")
    given(TWO_APPROVALS, proposed(1), BEN).when(publish()).refused(MissingApprovals, "has 1 of 2")
    given(TWO_APPROVALS, proposed(1), BEN, by("rex", approved(1))).when(publish()).then(published(1, NOW))


def test_everything_that_is_missing_is_listed_at_once() -> None:
    almost = Promise(code="ALMOST", title="Tea", statement="You get tea.", owner="Cabin", feels="Warm.", does="Smiles.")
    given(OPENED, proposed(1, BARE, REFUND, almost)).when(publish()).refused(
        NotReady,
        "\n- BARE has no class.\n- BARE has no owner.\n- BARE has no So What chain."
        "\n- ALMOST has no class.\n- ALMOST has no So What chain.\n",
    )


def test_a_promise_may_be_plainly_without_a_measure() -> None:
    assert REBOOK.measure is None
    given(OPENED, proposed(1, REBOOK), BEN).when(publish()).happens()


@pytest.mark.parametrize("who", ["rita", "rex", "adam", "nora", "harry"])
def test_only_a_leader_publishes(who: str) -> None:
    given(*READY).by(who).when(publish()).refused(MissingRole, "leader for skyline")


def test_what_was_rejected_withdrawn_or_published_is_not_published() -> None:
    rejected, withdrawn = RevisionRejected(revision=1, reason="No."), RevisionWithdrawn(revision=1, reason="No.")
    given(*READY, rejected).when(publish()).refused(NotPending, "is rejected")
    given(*READY, withdrawn).when(publish()).refused(NotPending, "is withdrawn")


def test_what_is_published_already_says_when_it_takes_effect() -> None:
    def refused(scenario: Scenario, *said: str) -> None:
        scenario.when(publish()).refused(AlreadyPublished, *said)

    july = day(7, 1, hour=0)
    refused(given(*READY, published(1, july)), "Revision 1 is published already, and takes effect on 2026-07-01.")
    refused(given(*READY, published(1, NEW_YEAR)), "Revision 1 is published already, and took effect on 2026-01-01.")
    both = (published(1, july), proposed(2, REBOOK), by("ben", approved(2)), published(2, july))
    refused(given(*READY, *both), "was to take effect on 2026-07-01; revision 2 took its place")
    refused(given(OPENED, recorded(1, "2019", None)), "took effect on a day before records began")


def test_what_was_never_proposed_is_not_published() -> None:
    given(OPENED).when(publish(7)).refused(UnknownRevision, "no revision 7", "charter revision list skyline")


def test_an_older_proposal_is_superseded_by_a_newer_publication() -> None:
    history = (*READY, proposed(2), published(2, NEW_YEAR))
    given(*history).when(publish(1)).refused(Superseded, "Revision 2 is published already and is newer than revision 1")


def test_an_older_proposal_is_published_when_the_newer_was_withdrawn() -> None:
    history = (*READY, proposed(2), published(2, day(7, 1)), RevisionWithdrawn(revision=2, reason="A slip."))
    given(*history).when(publish(1)).then(published(1, NOW))


def test_no_revision_takes_effect_before_the_one_it_follows() -> None:
    history = (*READY, published(1, day(7, 1, hour=0)), proposed(2), by("ben", approved(2)))
    given(*history).when(publish(2)).refused(EffectiveBeforePredecessor, "2026-07-01", "withdraw revision 1")
    given(*history).when(publish(2, date(2026, 7, 2))).happens()


def test_of_two_revisions_for_one_day_the_later_holds() -> None:
    history = (*READY, published(1, day(7, 1, hour=0)), proposed(2), by("ben", approved(2)))
    [event] = given(*history).when(publish(2, date(2026, 7, 1))).happens()
    assert in_force(given(*history, event), day(7, 1, hour=0)) == 2


def test_a_second_revision_today_replaces_the_first_from_now_on() -> None:
    earlier = day(6, 15, hour=8)
    history = (*READY, published(1, earlier), proposed(2), by("ben", approved(2)))
    [event] = given(*history).when(publish(2)).happens()
    scenario = given(*history, event)
    assert [in_force(scenario, at) for at in (earlier, NOW - A_MOMENT, NOW)] == [1, 1, 2]


def test_a_withdrawn_revision_was_never_in_force() -> None:
    history = (*READY, published(1, NEW_YEAR), proposed(2), published(2, day(7, 1)))
    assert in_force(given(*history), day(8, 1)) == 2
    assert in_force(given(*history, RevisionWithdrawn(revision=2, reason="A slip.")), day(8, 1)) == 1


def test_a_revision_follows_history() -> None:
    history = (OPENED, recorded(1, "v1", NEW_YEAR), proposed(2, REFUND, REBOOK), by("ben", approved(2)))
    [event] = given(*history).when(publish(2)).happens()
    scenario = given(*history, event)
    assert [in_force(scenario, at) for at in (day(1, 2), NOW)] == [1, 2]

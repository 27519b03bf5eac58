"""Versions from before the ledger come in openly as history: oldest first, dated, with everything they lack listed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from charter.charters.commands import ProposeRevision, RecordRevision
from charter.charters.events import Deliberation, PromiseMade, RevisionProposed, RevisionRecorded
from charter.charters.promise import Limit, Promise
from charter.charters.refusals import (
    CodeTwice,
    EndsBeforeItBegins,
    HistoryClosed,
    HistoryOutOfOrder,
    ImpossibleDay,
    LimitElsewhere,
    NothingChanged,
    NothingPromised,
    NotHistory,
    RevisionRecordedBefore,
)
from charter.given import InTheFuture, MissingRole
from charter.terms import Gap
from tests.charters.wording import BARE, IN_AUCKLAND, OPENED, REBOOK, REFUND, in_force, proposed, published, recorded
from tests.rules import MARCH, NEW_YEAR, day, given

RECORD = RecordRevision(
    charter="skyline", label="v1", effective_from=date(2026, 1, 1), promises=(REFUND,), source="charter.csv"
)
RECORDED = recorded(1, "v1", NEW_YEAR)


def version(**changes: object) -> RecordRevision:
    return RecordRevision(**{**dict(RECORD), **changes})


def test_a_complete_version_comes_in_without_gaps() -> None:
    given(OPENED).when(RECORD).then(RECORDED)


def test_what_a_version_lacks_is_listed() -> None:
    event = given(OPENED).when(version(promises=(REFUND, BARE), effective_from=None)).event(RevisionRecorded)
    assert event.gaps == (Gap.NO_DATE, Gap.NO_CLASS, Gap.NO_OWNER, Gap.NO_SO_WHAT, Gap.NO_MEASURE)


def test_half_a_so_what_chain_is_a_gap() -> None:
    half = REFUND.model_copy(update={"feels": None})
    event = given(OPENED).when(version(promises=(half,))).event(RevisionRecorded)
    assert event.gaps == (Gap.NO_SO_WHAT,)


def test_it_is_in_force_from_the_beginning_of_its_first_day_to_the_end_of_its_last() -> None:
    command = version(effective_until=date(2026, 3, 31))
    event = given(IN_AUCKLAND).when(command).event(RevisionRecorded)
    scenario = given(IN_AUCKLAND, event)
    begins, ends = datetime(2025, 12, 31, 11, tzinfo=UTC), datetime(2026, 3, 31, 11, tzinfo=UTC)
    assert (event.effective_at, event.until) == (begins, ends)
    assert [in_force(scenario, at) for at in (day(1, 1), day(3, 30), ends)] == [1, 1, None]


def test_a_version_without_a_date_is_in_force_from_the_beginning_on() -> None:
    [event] = given(OPENED).when(version(effective_from=None)).happens()
    assert in_force(given(OPENED, event), datetime(1970, 1, 1, tzinfo=UTC)) == 1


def test_the_same_version_twice_writes_nothing() -> None:
    given(OPENED, RECORDED).when(RECORD).then()
    given(OPENED, RECORDED, recorded(2, "v2", MARCH)).when(RECORD).then()


@pytest.mark.parametrize(
    "change",
    [{"promises": (REBOOK,)}, {"effective_from": date(2026, 1, 2)}, {"effective_until": date(2026, 5, 1)}],
)
def test_the_same_label_with_other_words_or_days_is_refused(change: dict[str, object]) -> None:
    given(OPENED, RECORDED).when(version(**change)).refused(RevisionRecordedBefore, "called v1 already")


def test_history_comes_in_from_the_oldest_to_the_newest() -> None:
    later = version(label="v2", effective_from=date(2026, 3, 1), promises=(REBOOK,))
    given(OPENED, RECORDED).when(later).happens()
    earlier = version(label="v0", effective_from=date(2025, 1, 1))
    given(OPENED, RECORDED).when(earlier).refused(HistoryOutOfOrder, "2025-01-01", "revision 1")
    given(OPENED, RECORDED).when(version(label="v2")).refused(HistoryOutOfOrder)
    given(OPENED, RECORDED).when(version(label="v?", effective_from=None)).refused(HistoryOutOfOrder, "an unknown day")


def test_nothing_comes_in_as_history_after_a_revision_was_published_here() -> None:
    """Otherwise a leader alone could put wording in force, without approval and back-dated."""
    history = (OPENED, RECORDED, proposed(2, REBOOK), published(2, MARCH))
    april = version(label="v3", effective_from=date(2026, 4, 1), promises=(BARE,))
    given(*history).when(april).refused(HistoryClosed, "Revision 2 was published here", "version v3")


def test_history_that_came_in_before_a_publication_still_writes_nothing_again() -> None:
    given(OPENED, RECORDED, proposed(2, REBOOK), published(2, MARCH)).when(RECORD).then()


def test_what_takes_effect_after_the_charter_was_opened_is_not_history() -> None:
    """Otherwise a leader alone could put wording in force, without approval."""
    given(OPENED).when(version(effective_from=date(2026, 6, 15))).refused(NotHistory, "2026-06-15")
    given(OPENED).when(version(effective_from=date(2026, 6, 14))).happens()


def test_a_version_of_tomorrow_is_not_history() -> None:
    given(OPENED).when(version(effective_from=date(2026, 6, 16))).refused(InTheFuture, "2026-06-16")


@pytest.mark.parametrize("impossible", [date(1301, 5, 1), date.min, date.max])
@pytest.mark.parametrize("which", ["effective_from", "effective_until"])
def test_impossible_days_are_refused(impossible: date, which: str) -> None:
    given(IN_AUCKLAND).when(version(**{which: impossible})).refused(ImpossibleDay, "version v1", "1900")


def test_a_version_does_not_end_before_it_begins() -> None:
    given(OPENED).when(version(effective_until=date(2025, 12, 31))).refused(EndsBeforeItBegins, "2025-12-31")
    given(OPENED).when(version(effective_until=date(2026, 1, 1))).happens()


def test_a_version_without_promises_is_refused() -> None:
    given(OPENED).when(version(promises=())).refused(NothingPromised, "v1")


def test_a_code_that_stands_for_two_things_is_refused() -> None:
    given(OPENED).when(version(promises=(REFUND, REFUND))).refused(CodeTwice, "REFUND-30")
    limit = Limit(code="TEA.1", text="No coffee.")
    twice = Promise(code="TEA", title="Tea", statement="You get tea.", limits=(limit, limit))
    given(OPENED).when(version(promises=(twice,))).refused(CodeTwice, "TEA.1")


def test_a_limit_stands_under_its_own_promise() -> None:
    stray = Promise(code="TEA", title="Tea", statement="You get tea.", limits=REFUND.limits)
    given(OPENED).when(version(promises=(stray,))).refused(LimitElsewhere, "REFUND-30.1 under the promise TEA")


@pytest.mark.parametrize("who", ["rita", "rex", "adam", "harry"])
def test_only_a_leader_brings_history_in(who: str) -> None:
    given(OPENED).by(who).when(RECORD).refused(MissingRole)


def test_the_draft_goes_on_from_the_newest_version() -> None:
    propose = ProposeRevision(charter="skyline", summary="More.", participants=("Care",), options=("None.",))
    given(OPENED, RECORDED).when(propose).refused(NothingChanged, "reads like revision 1")
    given(OPENED, RECORDED, PromiseMade(promise=REBOOK)).when(propose).then(
        RevisionProposed(
            revision=2,
            summary="More.",
            promises=(REFUND, REBOOK),
            deliberation=Deliberation(participants=("Care",), options=("None.",)),
        )
    )

"""The history of a charter: how far each revision has come, and what keeps the draft from being published."""

from __future__ import annotations

import pytest

from charter.charters.commands import ApproveRevision, ProposeRevision, RejectRevision, WithdrawRevision
from charter.charters.refusals import UnknownRevision
from projections.charter_history import diff_revisions, draft, revision, revisions
from projections.revision_views import Progress
from tests.projections.airline import Airline, day


def statuses(airline: Airline, month: int, number: int) -> list[str]:
    """How far each revision had come, as known on a day."""
    return [line.status for line in revisions(airline.views, airline.charter, known_at=day(month, number))]


def test_a_revision_goes_from_proposed_to_no_longer_in_force(airline_anywhere: Airline) -> None:
    airline = airline_anywhere
    airline.open("harbour", approvals=2)
    airline.promise("REFUND-30")
    airline.now = day(1, 3)
    airline.propose()
    airline.now = day(1, 4)
    airline.do(ApproveRevision(charter="harbour", revision=1), by="rex")
    airline.now = day(1, 5)
    airline.publish(1, effective_from=day(1, 10))
    airline.revise("REFUND-30", title="Better")
    airline.propose()
    airline.do(ApproveRevision(charter="harbour", revision=2), by="rex")
    airline.publish(2, effective_from=day(1, 20))

    assert statuses(airline, 1, 2) == []
    assert statuses(airline, 1, 3) == ["proposed"]
    assert statuses(airline, 1, 4) == ["approved 1 of 2"]
    assert statuses(airline, 1, 5) == ["in force later", "in force later"]
    assert statuses(airline, 1, 12) == ["in force", "in force later"]
    assert statuses(airline, 1, 20) == ["no longer in force", "in force"]
    first, second = revisions(airline.views, "harbour", known_at=day(1, 20))
    assert (first.author, first.approved, first.needed, first.promises) == ("ann", 2, 2, 1)
    assert (str(first.effective_from), first.until) == ("2024-01-10", second.effective_at)


def test_a_revision_is_shown_with_how_it_came_about_and_what_it_changed(airline: Airline) -> None:
    airline.promise("REFUND-30")
    airline.publish()
    airline.refuse("REFUND-30", at=airline.now)
    airline.promise("REBOOK")
    [written] = airline.do(
        ProposeRevision(
            charter="skyline",
            summary="You can rebook.",
            participants=("Care", "Finance"),
            options=("yes", "no"),
            dissent=("Finance: it costs.",),
            learned_from=("3f0c" * 8,),
        )
    ).events
    airline.do(ApproveRevision(charter="skyline", revision=2, note="At last."), by="rex")

    found = revision(airline.views, "skyline", 2)
    assert found.deliberation == written.deliberation  # type: ignore[attr-defined]
    assert [(approval.by, approval.note) for approval in found.approvals] == [("rex", "At last.")]
    assert (found.since, [promise.code for promise in found.changes.added]) == (1, ["REBOOK"])
    assert found.line.progress is Progress.APPROVED
    assert revision(airline.views, "skyline", 1).since is None
    assert diff_revisions(airline.views, "skyline", 2, 1).retired == found.changes.added
    with pytest.raises(UnknownRevision):
        revision(airline.views, "skyline", 3)


def test_what_publication_still_misses_is_listed_all_at_once(airline: Airline) -> None:
    airline.promise("REFUND-30", owner=None, outcome=None)
    airline.propose()
    airline.retire("REFUND-30")
    airline.promise("REBOOK")
    airline.publish()

    found = revision(airline.views, "skyline", 1)
    assert found.missing == (
        "REFUND-30 has no owner",
        "REFUND-30 has no So What chain",
        "1 more approval, from somebody other than ann",
        "revision 2 is newer and published: propose the wording again",
    )
    assert revision(airline.views, "skyline", 2).missing == ()


def test_a_rejected_and_a_withdrawn_revision_say_why(airline: Airline) -> None:
    airline.promise("REFUND-30")
    airline.propose()
    airline.do(RejectRevision(charter="skyline", revision=1, reason="Too dear."), by="rex")
    airline.now = day(1, 3)
    airline.publish(airline.propose(), effective_from=day(2, 1))
    airline.now = day(1, 20)
    airline.do(WithdrawRevision(charter="skyline", revision=2, reason="Too soon."))

    assert statuses(airline, 1, 3) == ["rejected", "in force later"]
    assert statuses(airline, 2, 20) == ["rejected", "withdrawn"]
    assert [revision(airline.views, "skyline", number).reason for number in (1, 2)] == ["Too dear.", "Too soon."]


def test_a_revision_that_was_withdrawn_leaves_the_one_before_it_in_force(airline: Airline) -> None:
    airline.promise("REFUND-30")
    airline.publish()
    airline.revise("REFUND-30", title="Better")
    airline.publish(effective_from=day(2, 1))
    assert statuses(airline, 3, 1) == ["no longer in force", "in force"]
    airline.do(WithdrawRevision(charter="skyline", revision=2, reason="Too soon."))

    first, second = revisions(airline.views, "skyline", known_at=day(3, 1))
    assert (first.status, first.until) == ("in force", None)
    assert (second.status, second.published_at, second.effective_from) == ("withdrawn", None, None)


def test_the_draft_says_what_is_missing_and_what_has_changed(airline: Airline) -> None:
    assert draft(airline.views, "skyline").missing == ("the draft has no promises",)
    airline.promise("REFUND-30")
    airline.promise("REBOOK")
    airline.publish()
    assert draft(airline.views, "skyline").missing == ("nothing has changed since revision 1",)

    airline.retire("REFUND-30")
    airline.promise("SEAT", owner=None)
    airline.revise("REBOOK", title="Another flight")
    airline.propose()
    found = draft(airline.views, "skyline")
    assert [promise.code for promise in found.promises] == ["REBOOK", "SEAT"]
    assert found.promises == tuple(airline.ledger.charter("skyline").draft.values())
    assert found.missing == ("SEAT has no owner",)
    assert (found.since, found.changes.sentence) == (1, "1 promise added, 1 retired, 1 reworded")
    assert [line.revision for line in found.proposed] == [2]

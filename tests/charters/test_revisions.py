"""A revision is proposed with its deliberation, and approved, rejected or withdrawn by those who may."""

from __future__ import annotations

import pytest

from charter.charters.commands import (
    ApproveRevision,
    ProposeRevision,
    RejectRevision,
    RetirePromise,
    WithdrawRevision,
)
from charter.charters.events import (
    Deliberation,
    PromiseMade,
    PromiseRetired,
    PromiseRevised,
    RevisionApproved,
    RevisionProposed,
    RevisionRejected,
    RevisionWithdrawn,
)
from charter.charters.refusals import (
    AlreadyApproved,
    AlreadyInForce,
    AlreadyProposed,
    NoDeliberation,
    NothingChanged,
    NotPending,
    SamePerson,
    UnknownCase,
    UnknownRevision,
)
from charter.given import MissingRole
from tests.charters.wording import (
    IN_AUCKLAND,
    OPENED,
    REBOOK,
    REFUND,
    TWO_APPROVALS,
    approved,
    proposed,
    published,
    recorded,
)
from tests.rules import A_MOMENT, MARCH, NEW_YEAR, NOW, by, day, given

CASE = "0123456789abcdef0123456789abcdef"
PROPOSE = ProposeRevision(
    charter="skyline", summary="What changes.", participants=("Finance", "Care"), options=("30 days", "60 days")
)
APPROVE = ApproveRevision(charter="skyline", revision=1)
REJECT = RejectRevision(charter="skyline", revision=1, reason="Too dear.")
WITHDRAW = WithdrawRevision(charter="skyline", revision=1, reason="A slip.")
MADE = PromiseMade(promise=REFUND)
REJECTED = RevisionRejected(revision=1, reason="Too dear.")
WITHDRAWN = RevisionWithdrawn(revision=1, reason="A slip.")


def test_the_draft_is_proposed_as_it_stands_with_how_it_came_about() -> None:
    command = PROPOSE.model_copy(update={"dissent": ("Sales: too dear.",), "learned_from": (CASE,)})
    given(OPENED, MADE, PromiseMade(promise=REBOOK)).knowing(cases=(CASE,)).when(command).then(
        RevisionProposed(
            revision=1,
            summary="What changes.",
            promises=(REFUND, REBOOK),
            deliberation=Deliberation(
                participants=("Finance", "Care"),
                options=("30 days", "60 days"),
                dissent=("Sales: too dear.",),
                learned_from=(CASE,),
            ),
        )
    )


def test_revisions_are_numbered_whatever_became_of_those_before() -> None:
    history = (OPENED, MADE, proposed(1), REJECTED, proposed(2), RevisionWithdrawn(revision=2, reason="A slip."))
    given(*history).when(PROPOSE).then(proposed(3))


def test_a_promise_keeps_its_place_when_it_is_revised() -> None:
    revised = REFUND.model_copy(update={"target": "99"})
    history = (OPENED, MADE, PromiseMade(promise=REBOOK), PromiseRevised(promise=revised, why="We can."))
    given(*history).when(PROPOSE).then(proposed(1, revised, REBOOK))


def test_an_empty_draft_is_not_proposed() -> None:
    given(OPENED).when(PROPOSE).refused(NothingChanged, "no promises")
    given(OPENED, MADE, PromiseRetired(code="REFUND-30", why="No longer.")).when(PROPOSE).refused(NothingChanged)


def test_a_draft_that_reads_like_the_last_revision_is_not_proposed() -> None:
    history = (OPENED, MADE, proposed(1), published(1, NEW_YEAR))
    given(*history).when(PROPOSE).refused(NothingChanged, "reads like revision 1")


def test_a_draft_that_reads_like_a_withdrawn_revision_is_proposed_again() -> None:
    given(OPENED, MADE, proposed(1), published(1, day(7, 1)), WITHDRAWN).when(PROPOSE).then(proposed(2))


def test_the_same_words_are_not_proposed_twice_while_they_wait() -> None:
    other = REFUND.model_copy(update={"target": "99"})
    history = (TWO_APPROVALS, MADE, proposed(1), by("ben", approved(1)), proposed(2, other))
    given(*history).when(PROPOSE).refused(AlreadyProposed, "Revision 1 says just this and waits for approval.")
    given(*history, by("rex", approved(1))).when(PROPOSE).refused(AlreadyProposed, "waits for publication.")
    given(*history, RevisionWithdrawn(revision=1, reason="A slip.")).when(PROPOSE).then(proposed(3))


def test_the_same_words_are_proposed_again_after_another_publication_overtook_them() -> None:
    other = REFUND.model_copy(update={"target": "99"})
    given(OPENED, MADE, proposed(1), proposed(2, other), published(2, NEW_YEAR)).when(PROPOSE).then(proposed(3))


def test_a_proposal_says_who_took_part_and_what_was_weighed() -> None:
    silent = PROPOSE.model_copy(update={"participants": (), "options": ()})
    given(OPENED, MADE).when(silent).refused(NoDeliberation, "nobody took part and no option was weighed")
    alone = PROPOSE.model_copy(update={"options": ()})
    given(OPENED, MADE).when(alone).refused(NoDeliberation, "about: no option was weighed.")


def test_a_proposal_is_learned_from_decisions_that_exist() -> None:
    command = PROPOSE.model_copy(update={"learned_from": (CASE,)})
    given(OPENED, MADE).when(command).refused(UnknownCase, CASE[:12])


@pytest.mark.parametrize("who", ["rita", "rex", "adam", "nora", "harry"])
def test_only_a_leader_proposes(who: str) -> None:
    given(OPENED, MADE).by(who).when(PROPOSE).refused(MissingRole, "leader for skyline")


@pytest.mark.parametrize("who", ["ben", "rex"])
def test_another_leader_or_a_reviewer_approves(who: str) -> None:
    given(OPENED, proposed(1)).by(who).when(APPROVE.model_copy(update={"note": "Clear."})).then(
        RevisionApproved(revision=1, note="Clear.")
    )


def test_the_author_does_not_approve_their_own_revision() -> None:
    given(OPENED, proposed(1)).by("ann").when(APPROVE).refused(SamePerson, "ann is the author of revision 1")


def test_being_author_of_another_revision_is_no_hindrance() -> None:
    given(OPENED, by("ann", proposed(1)), by("ben", proposed(2))).by("ben").when(APPROVE).then(approved(1))


@pytest.mark.parametrize("who", ["rita", "adam", "nora", "harry"])
def test_nobody_else_approves(who: str) -> None:
    given(OPENED, proposed(1)).by(who).when(APPROVE).refused(MissingRole, "leader or reviewer for skyline")


def test_nobody_approves_twice() -> None:
    history = (TWO_APPROVALS, proposed(1), by("ben", approved(1)))
    given(*history).by("ben").when(APPROVE).refused(AlreadyApproved, "each by somebody else: 2.")
    given(*history).by("rex").when(APPROVE).then(approved(1))


@pytest.mark.parametrize("who", ["ann", "ben", "rex"])
def test_a_leader_or_a_reviewer_rejects(who: str) -> None:
    given(OPENED, proposed(1)).by(who).when(REJECT).then(REJECTED)


@pytest.mark.parametrize("who", ["rita", "adam", "nora", "harry"])
def test_nobody_else_rejects(who: str) -> None:
    given(OPENED, proposed(1)).by(who).when(REJECT).refused(MissingRole)


@pytest.mark.parametrize("command", [APPROVE, REJECT, WITHDRAW])
def test_a_revision_that_was_never_proposed_is_unknown(command: ApproveRevision) -> None:
    given(OPENED).by("ben").when(command).refused(UnknownRevision, "skyline has no revision 1")


@pytest.mark.parametrize("command", [APPROVE, REJECT])
@pytest.mark.parametrize(
    ("end", "word"),
    [(REJECTED, "rejected"), (WITHDRAWN, "withdrawn"), (published(1, NEW_YEAR), "published")],
)
def test_what_is_settled_is_neither_approved_nor_rejected(
    command: ApproveRevision, end: RevisionRejected, word: str
) -> None:
    given(OPENED, proposed(1), end).by("ben").when(command).refused(NotPending, f"Revision 1 is {word}")


def test_a_proposal_is_withdrawn_by_a_leader() -> None:
    given(OPENED, proposed(1)).by("ben").when(WITHDRAW).then(WITHDRAWN)
    given(OPENED, proposed(1)).by("rex").when(WITHDRAW).refused(MissingRole)


def test_a_rejected_revision_is_not_withdrawn() -> None:
    given(OPENED, proposed(1), REJECTED).when(WITHDRAW).refused(NotPending, "no longer be withdrawn")


def test_a_published_revision_is_withdrawn_until_the_moment_it_takes_effect() -> None:
    given(OPENED, proposed(1), published(1, NOW + A_MOMENT)).when(WITHDRAW).then(WITHDRAWN)
    given(OPENED, proposed(1), published(1, NOW)).when(WITHDRAW).refused(AlreadyInForce, "took effect on 2026-06-15")


def test_the_day_it_took_effect_is_told_as_the_charter_counts_days() -> None:
    late = day(6, 14, hour=13)  # one in the morning of the 15th there
    given(IN_AUCKLAND, proposed(1), published(1, late)).when(WITHDRAW).refused(AlreadyInForce, "on 2026-06-15")


def test_history_is_not_withdrawn() -> None:
    given(OPENED, recorded(1, "v1", None)).when(WITHDRAW).refused(AlreadyInForce, "before records began")
    given(OPENED, recorded(1, "v1", MARCH)).when(WITHDRAW).refused(AlreadyInForce, "2026-03-01")


def test_changing_the_draft_leaves_a_proposal_as_it_was() -> None:
    retire = RetirePromise(charter="skyline", code="REFUND-30", why="No longer.")
    scenario = given(OPENED, MADE, proposed(1))
    [retired] = scenario.when(retire).happens()
    given(OPENED, MADE, proposed(1), retired).by("ben").when(APPROVE).then(approved(1))

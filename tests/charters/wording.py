"""What the tests of charters speak of: an airline's charter, its promises, and what happens to its revisions."""

from __future__ import annotations

from datetime import date, datetime

from charter.catalogue import aggregate_of
from charter.charters.events import (
    CharterOpened,
    Deliberation,
    RevisionApproved,
    RevisionProposed,
    RevisionPublished,
    RevisionRecorded,
)
from charter.charters.promise import Limit, Promise
from charter.terms import Audience, Outcome, PromiseClass, Serves
from tests.rules import Scenario

OPENED = CharterOpened(charter="skyline", brand="Skyline Air", style="Warm, brief and true.", approvals=1, zone="UTC")
TWO_APPROVALS = OPENED.model_copy(update={"approvals": 2})
IN_AUCKLAND = OPENED.model_copy(update={"zone": "Pacific/Auckland"})

REFUND = Promise(
    code="REFUND-30",
    title="Refund within 30 days",
    statement="You get your money back within 30 days.",
    audience=Audience.CLIENT,
    promise_class=PromiseClass.BASELINE,
    measure="refunds paid within 30 days",
    target="95",
    unit="%",
    owner="Head of Finance",
    remedy="A voucher of 50 euros.",
    review_on=date(2027, 1, 31),
    feels="Taken seriously.",
    does="Books with us again.",
    outcome=Outcome.REPEAT_PURCHASE,
    limits=(
        Limit(code="REFUND-30.1", text="No refund after departure.", serves=Serves.COMPANY),
        Limit(code="REFUND-30.2", text="No refund in cash.", serves=Serves.LAW),
    ),
)
REBOOK = Promise(
    code="REBOOK",
    title="Rebooking",
    statement="You can take another flight on the same day.",
    promise_class=PromiseClass.DIFFERENTIATOR,
    owner="Head of Operations",
    feels="In good hands.",
    does="Tells friends.",
    outcome=Outcome.REFERRAL,
)
BARE = Promise(code="BARE", title="A seat", statement="You get a seat.")
"""Worded, and nothing else yet."""

TALK = Deliberation(participants=("Finance", "Care"), options=("30 days", "60 days"))


def proposed(number: int, *promises: Promise) -> RevisionProposed:
    """A revision with these promises was proposed."""
    return RevisionProposed(revision=number, summary="What changes.", promises=promises or (REFUND,), deliberation=TALK)


def approved(number: int) -> RevisionApproved:
    """A revision was approved."""
    return RevisionApproved(revision=number)


def published(number: int, effective_at: datetime) -> RevisionPublished:
    """A revision was published."""
    return RevisionPublished(revision=number, effective_from=effective_at.date(), effective_at=effective_at)


def recorded(number: int, label: str, effective_at: datetime | None, until: datetime | None = None) -> RevisionRecorded:
    """A version from before the ledger was brought in."""
    return RevisionRecorded(
        revision=number,
        label=label,
        promises=(REFUND,),
        source="charter.csv",
        effective_from=effective_at.date() if effective_at else None,
        effective_at=effective_at,
        until=until,
    )


def in_force(scenario: Scenario, at: datetime) -> int | None:
    """The number of the revision in force at a moment, after everything that happened."""
    found = scenario.state(aggregate_of("charter/skyline")).standing.in_force(at)
    return found.revision if found else None

"""One sentence for every entry, in the words of the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.catalogue import AnyEvent
from charter.charters.events import CharterAcknowledged, RevisionPublished, RevisionRecorded
from charter.decisions.events import DecisionCorrected, DecisionMade, DecisionReversed, RequestEscalated, RequestLogged
from charter.message import Entry, Event
from charter.people.events import RoleGranted
from charter.terms import Answer, Effect, Gap, Ground, Role
from projections.line import recorded_late
from projections.sentences import sentence
from tests.charters.wording import REFUND
from tests.made_up import messages

EVENTS = st.one_of(*map(messages, get_args(AnyEvent)))
AT = datetime(2024, 5, 1, tzinfo=UTC)

SAYS = [
    (
        DecisionMade(answer=Answer.NO, rep="ann", ground=Ground.OFF_BRAND, cited=("REFUND-30.2",), revision=1),
        "ann answered no, off-brand, citing REFUND-30.2",
    ),
    (
        DecisionMade(answer=Answer.PARTLY, rep="J. Doe", ground=Ground.OUT_OF_INTEGRITY, effect=Effect.BENT),
        "ann recorded that J. Doe answered partly, out of integrity, bent",
    ),
    (
        DecisionMade(answer=Answer.YES, effect=Effect.UPHELD, cited=("A", "B"), gaps=(Gap.NO_PERSON, Gap.NO_TIME)),
        "ann answered yes, upheld, citing A, B (gaps: no person, no time)",
    ),
    (
        DecisionReversed(answer=Answer.YES, effect=Effect.UPHELD, cited=("A",), revision=2, reason="She is right."),
        "ann reversed the decision to yes, upheld, citing A",
    ),
    (
        DecisionCorrected(corrects=2, why="A slip of\nthe pen.", cited=("A.1",), reason="Too late."),
        "ann corrected the answer (citing A.1; reason)",
    ),
    (RequestLogged(charter="skyline", request="Money back!"), "ann logged a request under skyline"),
    (RequestLogged(charter="skyline", request="Money back!", row="17"), "ann logged a request under skyline"),
    (
        RequestLogged(charter="skyline", request="Money back!", touchpoint="chat", source="old.csv", row="17"),
        "ann brought in a request under skyline through chat, row 17 of old.csv",
    ),
    (RequestEscalated(to="Head of Care", reason="Too much for me."), "ann escalated the request to Head of Care"),
    (
        RevisionPublished(revision=2, effective_from=AT.date(), effective_at=AT),
        "ann published revision 2 of it, in force from 2024-05-01",
    ),
    (
        RevisionRecorded(revision=1, label="v0", promises=(REFUND,), source="x"),
        "ann brought in version v0 of it as revision 1, in force from a day not known, from x",
    ),
    (CharterAcknowledged(revision=2, department="Care"), "ann acknowledged revision 2 of it for Care"),
    (RoleGranted(role=Role.REP, charter="skyline"), "ann granted it the role rep for skyline"),
]


def entry(event: Event, by: str = "ann") -> Entry:
    """An entry in a stream about `it`."""
    return Entry(1, "any/it", 1, event.name, AT, by, AT, event)


@pytest.mark.parametrize(("event", "says"), SAYS)
def test_an_entry_reads_like_this(event: Event, says: str) -> None:
    assert sentence(entry(event)) == says


@given(EVENTS)
def test_every_entry_has_one_short_line_that_starts_with_who_wrote_it(event: Event) -> None:
    line = sentence(entry(event))
    assert line.startswith("ann ")
    assert "\n" not in line
    assert "None" not in line


THEIR_WORDS = "Mrs Quill of 7 Elm Street"


@given(EVENTS, st.data())
def test_no_sentence_repeats_what_may_speak_of_a_customer(event: Event, data: st.DataObject) -> None:
    personal = [name for name, field in type(event).model_fields.items() if "Personal()" in repr(field)]
    told = event.model_copy(update=dict.fromkeys(personal, THEIR_WORDS))
    assert THEIR_WORDS not in sentence(entry(told))


def test_recorded_late_is_what_was_written_down_more_than_a_day_afterwards() -> None:
    assert not recorded_late(AT, AT + timedelta(days=1))
    assert recorded_late(AT, AT + timedelta(days=1, microseconds=1))
    assert recorded_late(None, AT)

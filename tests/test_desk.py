"""Orders in one batch see what those before them did, and a rehearsal sees the same without writing."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from charter.body import body
from charter.charters.commands import MakePromise, OpenCharter, ProposeRevision
from charter.decisions.commands import AskInformation, LogRequest, RecordCase, Reply
from charter.decisions.events import DecisionMade, RequestLogged
from charter.desk import Order, Written
from charter.ledger import Ledger
from charter.message import Refused
from charter.people.commands import GrantRole, RegisterPerson, RevokeRole
from charter.terms import Answer, Gap, Ground, Role

AT = datetime(2026, 1, 15, 9, tzinfo=UTC)
OPEN = OpenCharter(charter="skyline", brand="Skyline Air", style="Warm, brief and true.")
REGISTER = RegisterPerson(person="rita", full_name="Rita")


def log(number: int) -> LogRequest:
    """A request with an id of its own."""
    return LogRequest(decision=f"{number:032x}", charter="skyline", request="Tea, please.")


def said(outcomes: list[Written | Refused]) -> list[str]:
    """Written, or which refusal."""
    return [type(outcome).__name__ for outcome in outcomes]


BATCH = [
    Order(log(1), "ann", AT),
    Order(OPEN, "ann", AT),
    Order(log(1), "ann", AT),
    Order(log(2), "rita", AT),
    Order(REGISTER, "ann", AT),
    Order(log(2), "rita", AT),
    Order(GrantRole(person="rita", role=Role.REP), "ann", AT),
    Order(log(2), "rita", AT),
    Order(AskInformation(decision=f"{2:032x}", question="Green or black?"), "rita", AT),
    Order(RevokeRole(person="rita", role=Role.REP), "ann", AT),
    Order(log(3), "rita", AT),
]
SAID = ["UnknownCharter", "Written", "Written", "UnknownPerson", "Written", "MissingRole"]
SAID += ["Written", "Written", "Written", "Written", "MissingRole"]


def test_orders_see_those_before_them(ledger: Ledger) -> None:
    """A charter opened, a role granted, a request logged in the same batch count from the next order on."""
    assert said(ledger.write_all(BATCH)) == SAID
    assert [entry.version for entry in ledger.stream(f"decision/{2:032x}")] == [1, 2]
    assert ledger.decision(f"{2:032x}").version == 2


def test_a_case_logged_in_a_batch_can_be_learned_from_in_it(ledger: Ledger) -> None:
    """What was not there a moment ago is looked for again."""
    tea = MakePromise(charter="skyline", code="TEA", title="Tea", statement="Everybody gets tea.")
    propose = ProposeRevision(
        charter="skyline", summary="Tea.", participants=("Cabin",), options=("Coffee",), learned_from=(f"{1:032x}",)
    )
    orders = [Order(command, "ann", AT) for command in (OPEN, tea, propose, log(1), propose)]
    assert said(ledger.write_all(orders)) == ["Written", "Written", "UnknownCase", "Written", "Written"]


def test_a_rehearsal_says_the_same_and_writes_nothing(ledger: Ledger) -> None:
    """Also twice, and before the same is written."""
    before = ledger.entries_recorder.size()
    for _ in range(2):
        assert said(ledger.rehearse_all(BATCH)) == SAID
    assert ledger.entries_recorder.size() == before
    assert not ledger.charter("skyline").opened
    assert said(ledger.write_all(BATCH)) == SAID


def test_what_was_kept_is_what_was_written(ledger: Ledger) -> None:
    """The next batch finds the charter and the person as the batch before left them."""
    ledger.write_all(BATCH)
    outcomes = ledger.write_all([Order(OPEN, "ann", AT), Order(log(3), "rita", AT), Order(log(3), "ann", AT)])
    assert said(outcomes) == ["CharterOpen", "MissingRole", "Written"]


def logged(made: str) -> RequestLogged:
    """An event, validated or not."""
    fields = {
        "charter": "skyline",
        "request": "Tea.",
        "customer": None,
        "touchpoint": "desk",
        "kind": None,
        "fit": None,
    }
    fields |= {"ticket": None, "received_at": AT, "source": None, "row": None}  # type: ignore[dict-item]
    return RequestLogged(**fields) if made == "validated" else RequestLogged.of(**fields)  # type: ignore[arg-type]


def test_an_event_made_of_validated_values_is_that_event() -> None:
    """It is equal, has the same bytes, and can be copied as any other."""
    quick, slow = logged("quick"), logged("validated")
    assert quick == slow
    assert hash(quick) == hash(slow)
    assert body("ann", AT, quick) == body("ann", AT, slow)
    assert quick.model_dump() == slow.model_dump()
    assert copy.deepcopy(quick) == quick.model_copy() == slow
    assert quick.model_copy(update={"request": "Coffee."}).request == "Coffee."
    assert logged("quick").model_fields_set == set(RequestLogged.model_fields)


def test_an_event_has_all_its_fields_in_their_order() -> None:
    """Since their order is that of the stored bytes."""
    with pytest.raises(AssertionError):
        DecisionMade.of(answer=Answer.YES)


def test_imported_events_are_as_if_validated(ledger: Ledger) -> None:
    """What the rules make of a case without validating again passes validation, and reads back equal."""
    ledger.write(OPEN, by="ann")
    command = RecordCase(
        charter="skyline",
        request="Tea.",
        outcome=Reply(answer=Answer.NO, ground=Ground.OFF_BRAND, cite=("TEA",)),
        source="s",
        row="1",
        as_history=True,
    )
    [outcome] = ledger.write_all([Order(command, "ann", AT)])
    assert isinstance(outcome, Written)
    for event, entry in zip(outcome.events, ledger.stream(outcome.stream), strict=True):
        assert type(event).model_validate(dict(event)) == event == entry.event
    made = outcome.events[1]
    assert isinstance(made, DecisionMade)
    assert made.gaps == (Gap.NO_PERSON, Gap.NO_CHARTER, Gap.NO_REASON)

"""Whatever happens and whoever is erased, in whatever order: views carried on entry by entry are those that are built
all at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charter.charters.commands import (
    AcknowledgeCharter,
    ApproveRevision,
    LimitWording,
    ProposeRevision,
    PublishRevision,
    RevisePromise,
    WithdrawRevision,
)
from charter.decisions.commands import (
    AnswerRequest,
    AppealDecision,
    AskInformation,
    AssignCause,
    CaptureLearning,
    ClassifyRequest,
    CorrectDecision,
    DecideRequest,
    EscalateRequest,
    LogRequest,
    OpenOutcome,
    RecordCase,
    Reply,
    ReverseDecision,
    TriageRequest,
    UpholdDecision,
    WithdrawRequest,
)
from charter.desk import Order
from charter.ledger import Ledger
from charter.message import Command, Refused
from charter.people.commands import GrantRole, RevokeAuthority
from charter.terms import Answer, Cause, Effect, Fit, Ground, Kind, Level, Role, Serves
from projections.engine import Views
from projections.erasure import erase
from tests.projections.airline import Airline, day
from tests.projections.rows import everything

CASES = [f"{number:032x}" for number in range(4)]
WORDS = ["refund", "Café", "late", "-30", "seat ZD-123456", "“no”"]

case = st.sampled_from(CASES)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
maybe = st.none() | texts
customers = st.sampled_from(["Mrs Quill", "Mr Ode"])
on_case = {"decision": case}
asked = {
    **on_case,
    "charter": st.just("skyline"),
    "request": texts,
    "customer": st.none() | customers,
    "ticket": maybe,
    "kind": st.none() | st.sampled_from(Kind),
}
ground = st.sampled_from(Ground)
effect = st.sampled_from(Effect)
promises = st.sampled_from([("REFUND-30",), ("REBOOK",), ("REFUND-30.2", "REBOOK")])
limits = st.sampled_from([("REFUND-30.1",), ("REFUND-30.2",), ("REBOOK", "REFUND-30.1")])
no = {"answer": st.just(Answer.NO), "ground": ground, "cite": limits, "reason": texts}
yes = {"answer": st.just(Answer.YES), "effect": effect, "cite": promises, "reason": texts}
partly = {"answer": st.just(Answer.PARTLY), "ground": ground, "effect": effect, "cite": promises, "reason": texts}
lacking = st.builds(
    Reply,
    answer=st.just(Answer.NO),
    ground=st.none() | ground,
    cite=st.sampled_from([(), ("MADE-UP",), ("REBOOK",)]),
    reason=maybe,
)
on_charter = {"charter": st.just("skyline")}
on_revision = {**on_charter, "revision": st.integers(1, 3)}
why = {"why": texts}


def _some(command: Callable[..., Command], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return st.builds(command, **fields)


def _answered(command: Callable[..., Command], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Command]:
    return st.one_of(*(_some(command, **fields, **answer) for answer in (no, yes, partly)))


desk = st.one_of(
    _some(LogRequest, **asked),
    _answered(AnswerRequest, **asked),
    _answered(DecideRequest, **on_case),
    _some(TriageRequest, **on_case, urgency=st.just(Level.LOW), risk=st.just(Level.HIGH), department=st.just("Care")),
    _some(ClassifyRequest, **on_case, kind=st.sampled_from(Kind), fit=st.none() | st.sampled_from(Fit)),
    _some(AskInformation, **on_case, question=texts),
    _some(EscalateRequest, **on_case, reason=texts),
    _some(WithdrawRequest, **on_case, reason=maybe),
)
history = _some(
    RecordCase,
    **asked,
    outcome=lacking | st.sampled_from(OpenOutcome),
    rep=st.sampled_from(["rita", "sam", None]),
    label=st.sampled_from(["old", None]),
    source=st.just("desk"),
    row=st.sampled_from("12"),
    as_history=st.just(True),
)
bench = st.one_of(
    _some(AppealDecision, **on_case, argument=texts),
    _some(UpholdDecision, **on_case, reason=texts),
    _answered(ReverseDecision, **on_case),
    _some(CorrectDecision, **on_case, **why, request=maybe, ticket=texts, customer=st.none() | customers),
    _some(CorrectDecision, **on_case, **why, ground=ground, cite=limits),
    _some(CorrectDecision, **on_case, **why, reason=texts, cite=promises),
    _some(AssignCause, **on_case, cause=st.sampled_from(Cause)),
    _some(CaptureLearning, **on_case, learning=texts),
)
board = st.one_of(
    _some(
        RevisePromise,
        **on_charter,
        **why,
        code=st.just("REBOOK"),
        title=st.sampled_from(["A seat", "Another seat"]),
        limits=st.just((LimitWording(text="Not twice.", serves=Serves.COMPANY),)),
    ),
    _some(ProposeRevision, **on_charter, summary=texts, participants=st.just(("Care",)), options=st.just(("a", "b"))),
    _some(ApproveRevision, **on_revision),
    _some(PublishRevision, **on_revision, effective_from=st.sampled_from([None, day(12, 1).date()])),
    _some(WithdrawRevision, **on_revision, reason=texts),
    _some(AcknowledgeCharter, **on_revision),
    _some(GrantRole, person=st.just("rita"), role=st.sampled_from(Role)),
    _some(RevokeAuthority, person=st.just("rita")),
)
who_acts = st.one_of(
    st.tuples(desk, st.just("rita")),
    st.tuples(desk, st.just("rita")),
    st.tuples(history, st.just("ann")),
    st.tuples(bench, st.sampled_from(["rex", "ann"])),
    st.tuples(bench, st.just("rex")),
    st.tuples(board, st.sampled_from(["ann", "ben"])),
)
erased = st.tuples(customers, st.just("ann"))
"""A customer whose words are erased, if there is one of that name."""
orders = st.tuples(
    who_acts | who_acts | who_acts | erased,
    st.sampled_from([0, 1, 100]),  # hours that pass before it; where none do, it is recorded at the same time
    st.booleans(),
)


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with a published charter and nothing decided, to be copied."""
    place = tmp_path_factory.mktemp("beginning") / "charter.db"
    airline = Airline(str(place))
    airline.promise("REFUND-30", "Not after departure.", "Not for others.")
    airline.promise("REBOOK")
    airline.publish(effective_from=day(1, 3))
    airline.let_bend("rita")
    airline.close()
    return place


@settings(max_examples=25)
@given(happens=st.lists(orders, min_size=15, max_size=40))
def test_entry_by_entry_is_all_at_once(
    happens: list[tuple[tuple[Command | str, str], int, bool]], beginning: Path
) -> None:
    with TemporaryDirectory() as folder:
        for path in (beginning, beginning.with_name("charter.keys.db")):
            shutil.copy(path, folder)
        now = day(2, 1)
        with Ledger(f"{folder}/charter.db", clock=lambda: now) as ledger:
            by_and_by, at_once = Views(ledger), Views(ledger, f"{folder}/at-once.db")
            for (command, by), hours, dated in happens:
                now += timedelta(hours=hours)
                if isinstance(command, str):
                    if subject := ledger.vault.find("customer", command):
                        erase(by_and_by, subject, reason="Asked for.", by=by)
                    continue
                at = now if dated or not isinstance(command, RecordCase) else None
                [outcome] = ledger.write_all([Order(command, by, at)])
                if not isinstance(outcome, Refused):
                    by_and_by.catch_up()
            assert everything(by_and_by) == everything(at_once)
            assert by_and_by.compare() == []
            by_and_by.close()
            at_once.close()

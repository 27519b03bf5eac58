"""Whatever is asked of a charter, a decision or a person, in any order and at any time: events or refusals only."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from charter.body import body
from charter.catalogue import AGGREGATES, Aggregate, entry
from charter.charters.events import PromiseMade
from charter.charters.state import Charter, Status
from charter.decisions.events import DecisionAppealed
from charter.decisions.state import Case, Stage
from charter.given import DataOf, Given
from charter.keys.events import KeyAdopted
from charter.keys.state import Keys
from charter.leaf import stamp
from charter.message import Command, Event, Refused
from charter.people.events import PersonRegistered, RoleGranted
from charter.people.state import Person
from charter.subjects.events import ErasureRequested
from charter.subjects.state import Erasure, Subject
from charter.terms import Role
from tests.charters import wording
from tests.decisions import cases
from tests.made_up import CASE, KEYS, messages, some_time
from tests.rules import CAST, CHARTERS, JULY, NEW_YEAR, NOW, Scenario, by, given

Asked = tuple[Command, str, datetime | None]
SAID = (wording.OPENED, PromiseMade(promise=wording.REFUND), wording.proposed(1), by("rex", wording.approved(1)))
DATA = {CASE: DataOf((f"decision/{CASE}",), 1)}
"""Words of somebody, whose id is that of the case, which does no harm."""
BEGINNINGS: dict[str, list[Scenario]] = {
    "charter": [
        given(),
        given(wording.OPENED),
        given(*SAID),
        given(*SAID, wording.published(1, NEW_YEAR), wording.proposed(2)),
        given(*SAID, wording.published(1, JULY)),
        given(wording.TWO_APPROVALS, *SAID[1:]),
        given(wording.IN_AUCKLAND, wording.recorded(1, "v1", NEW_YEAR)),
    ],
    "decision": [
        given(),
        given(cases.LOGGED),
        given(*cases.decided(cases.NO)),
        given(*cases.decided(cases.YES)),
        given(*cases.decided(cases.PARTLY), DecisionAppealed(argument="I was early.")),
    ],
    "person": [given(), given(PersonRegistered(person="rita", full_name="Rita Moss"), RoleGranted(role=Role.REP))],
    "ledger": [given(), given(KeyAdopted(key=KEYS[0]))],
    "subject": [given(), given(by("adam", ErasureRequested(reason="They asked.")))],
}


def orders(aggregate: Aggregate) -> st.SearchStrategy[list[Asked]]:
    """Who asks for what, and when it is said to have happened; mostly somebody who may."""
    commands = st.one_of(*map(messages, aggregate.commands))
    able = ["adam"] if aggregate.name in ("person", "ledger", "subject") else ["ann", "ben"]
    who = st.sampled_from([*able * 10, *CAST, "sam"])
    return st.lists(st.tuples(commands, who, some_time()), min_size=5, max_size=25)


def stored_and_read(event: Event, by: str, position: int) -> Event:
    """The event as it comes back from the ledger."""
    row = (position, "charter/skyline", position, event.name, stamp(NOW), body(by, NOW, event))
    return entry(row).event


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.name)
def test_events_or_refusals_and_nothing_else(aggregate: Aggregate) -> None:
    @hypothesis.settings(max_examples=150)
    @hypothesis.given(st.sampled_from(BEGINNINGS[aggregate.name]), orders(aggregate))
    def whatever_is_asked(beginning: Scenario, asked: list[Asked]) -> None:
        state = read_again = beginning.state(aggregate)
        position = 0
        for command, who, at in asked:
            aggregate.needs(state, command)
            try:
                events = aggregate.decide(
                    state, command, Given(who, at, NOW, CAST, CHARTERS, frozenset({CASE}), data=DATA)
                )
            except Refused as refusal:
                assert str(refusal)
                continue
            for event in events:
                assert type(event) in aggregate.events
                position += 1
                state = aggregate.evolve(state, event, who, at)
                read_again = aggregate.evolve(read_again, stored_and_read(event, who, position), who, at)
            assert read_again == state
            holds(state)

    whatever_is_asked()


def holds(state: Any) -> None:
    """What is always true of a state."""
    match state:
        case Charter():
            charter_holds(state)
        case Case():
            assert (state.reply is not None) == (state.stage in (Stage.DECIDED, Stage.APPEALED))
            assert state.answered_in <= state.version
        case Person():
            assert state.registered == bool(state.id)
        case Subject():
            assert (state.erasure is Erasure.NONE) == (not state.by)
        case Keys():
            assert len({known.key for known in state.known}) == len(state.known)
        case _:
            raise AssertionError(state)


def charter_holds(charter: Charter) -> None:
    """Codes are unique, limits stand under their promise, nobody approved their own, revisions stand in order."""
    for revision in charter.revisions.values():
        assert revision.author not in revision.approved_by
        if revision.status is Status.PUBLISHED and not revision.recorded_as_history:
            assert len(revision.approved_by) >= charter.approvals
            assert not [lack for promise in revision.promises for lack in promise.missing]
    for promise in charter.draft.values():
        numbers = [int(limit.code.removeprefix(f"{promise.code}.")) for limit in promise.limits]
        assert len(set(numbers)) == len(numbers)
        assert max(numbers, default=0) <= charter.last_limit.get(promise.code, 0)
    standing = [(revision.effective_at, revision.revision) for revision in charter.standing.revisions]
    assert [number for _, number in standing] == sorted(revision.number for revision in charter.published)
    assert all(earlier and later and earlier <= later for (earlier, _), (later, _) in pairwise(standing[1:]))


def test_every_role_is_somebody_s() -> None:
    assert {role for actor in CAST.values() for role, _ in actor.roles} == set(Role)

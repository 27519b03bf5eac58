"""Every event has one permanent name, is stored as compact JSON, and comes back as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import hypothesis
import pytest
from hypothesis import strategies as st

from charter.body import body
from charter.catalogue import (
    AGGREGATES,
    EVENTS,
    OF_COMMAND,
    Aggregate,
    AnyCommand,
    AnyEvent,
    EntryMapper,
    aggregate_of,
    entry,
)
from charter.charters.events import PromiseMade
from charter.decisions.commands import LogRequest
from charter.decisions.events import DecisionMade, LearningCaptured, RequestLogged
from charter.leaf import stamp
from charter.message import Command, Draft, Event, Personal
from charter.people.events import PersonRegistered
from charter.privacy.vault import Vault
from charter.terms import Answer
from tests.charters.wording import BARE
from tests.made_up import ANY_WORDS, messages, moments
from tests.rules import NOW

NAMES = """
    charter.opened promise.made promise.revised promise.retired revision.proposed revision.approved revision.rejected
    revision.published revision.withdrawn charter.acknowledged revision.recorded retention.set
    request.logged request.triaged request.classified information.asked request.escalated request.withdrawn
    decision.made decision.appealed decision.upheld decision.reversed request.corrected decision.corrected
    cause.assigned learning.captured hold.placed hold.released
    person.registered role.granted role.revoked authority.granted authority.revoked
    key.adopted key.retired
    erasure.requested erasure.completed
""".split()  # noqa: SIM905  # reads like the list it is


def again(event: Event, by: str, at: datetime | None) -> tuple[str, datetime | None, Event]:
    """What is read of an event after it was stored."""
    read = entry((7, "charter/skyline", 3, event.name, stamp(NOW), body(by, at, event)))
    assert read[:5] == (7, "charter/skyline", 3, event.name, NOW)
    return read.by, read.at, read.event


def test_the_stored_names_are_these_for_ever() -> None:
    """A name may be added here; none is ever changed or taken away."""
    assert list(EVENTS) == NAMES


def test_no_two_events_share_a_name() -> None:
    assert len(EVENTS) == sum(len(aggregate.events) for aggregate in AGGREGATES)


def test_nothing_is_missing_from_the_catalogue() -> None:
    assert set(EVENTS.values()) == set(get_args(AnyEvent))
    assert set(OF_COMMAND) == set(get_args(AnyCommand))


@pytest.mark.parametrize("kind", [*EVENTS.values(), *OF_COMMAND], ids=lambda kind: kind.__name__)
def test_each_says_what_it_is_in_a_sentence(kind: type[Event] | type[Command]) -> None:
    assert kind.__doc__ is not None
    assert kind.__doc__.strip().splitlines()[0].endswith(".")


@pytest.mark.parametrize("command", OF_COMMAND, ids=lambda kind: kind.__name__)
def test_every_field_of_a_command_is_described(command: type[Command]) -> None:
    assert [name for name, field in command.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("aggregate", AGGREGATES, ids=lambda aggregate: aggregate.name)
def test_a_stream_tells_its_kind(aggregate: Aggregate) -> None:
    assert aggregate_of(f"{aggregate.name}/anything/else") is aggregate

    @hypothesis.settings(max_examples=60)
    @hypothesis.given(st.one_of(*map(messages, aggregate.commands)))
    def whatever_is_asked(command: Command) -> None:
        assert command.stream.startswith(f"{aggregate.name}/")

    whatever_is_asked()


@pytest.mark.parametrize("kind", EVENTS.values(), ids=lambda kind: kind.name)
def test_what_is_stored_is_what_is_read(kind: type[Event], vault: Vault) -> None:
    mapper = EntryMapper(vault)

    @hypothesis.settings(max_examples=25)
    @hypothesis.given(messages(kind, ANY_WORDS), ANY_WORDS, st.none() | moments)
    def whatever_it_says(event: Event, by: str, at: datetime | None) -> None:
        assert again(event, by, at) == (by, at, event)
        draft = Draft("charter/skyline", 3, by, at, event)
        assert mapper.to_domain_event(mapper.to_stored_event(draft)) == draft

    whatever_it_says()


@hypothesis.given(messages(RequestLogged, ANY_WORDS), ANY_WORDS, st.none() | moments)
def test_a_body_is_compact_json_with_three_parts(event: Event, by: str, at: datetime | None) -> None:
    stored = body(by, at, event)
    read = json.loads(stored)
    assert list(read) == ["by", "at", "event"]
    assert stored == json.dumps(read, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_time_is_written_with_six_decimals_and_a_z() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert b'"at":"2026-11-22T12:00:00.000000Z"' in body("ann", noon, LearningCaptured(learning="Say it."))


def test_what_is_at_its_default_is_left_out() -> None:
    assert body("ann", None, DecisionMade(answer=Answer.NO)) == b'{"by":"ann","at":null,"event":{"answer":"no"}}'
    promise = json.loads(body("ann", None, PromiseMade(promise=BARE)))["event"]["promise"]
    assert set(promise) == {"code", "title", "statement"}


def test_words_are_stored_as_they_are_written_and_not_escaped() -> None:
    assert "Grüße, 日本".encode() in body("ann", None, LearningCaptured(learning="Grüße, 日本"))


@pytest.mark.parametrize("damaged", [b"", b"{}", b'{"by":"ann","at":null,"event":{"wisdom":"x"}}', b"\xff"])
def test_a_body_that_is_not_one_is_never_read_as_one(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        entry((1, "decision/1", 1, "learning.captured", stamp(NOW), damaged))


@pytest.mark.parametrize("damaged", ["", ',"kind":"x"}}', "}},", ',"wisdom":"A velociped."}}'])
def test_an_error_never_quotes_the_words_of_a_person(damaged: str) -> None:
    """It is kept with the view that stopped, and shown: nobody would erase it there."""
    words = f'{{"by":"ann","at":null,"event":{{"charter":"skyline","request":"A velociped."{damaged}'
    with pytest.raises(ValueError, match="validation error") as error:
        entry((1, "decision/1", 1, "request.logged", stamp(NOW), words.encode()))
    assert "velociped" not in str(error.value)
    with pytest.raises(ValueError, match="validation error") as error:
        LogRequest(decision="1", charter="skyline", request="A velociped.\0")
    assert "velociped" not in str(error.value)


def test_what_speaks_of_a_person_is_marked_so_that_it_can_be_sealed() -> None:
    def personal(kind: type[Event]) -> set[str]:
        return {name for name, hint in get_type_hints(kind, include_extras=True).items() if "Personal(" in repr(hint)}

    assert personal(RequestLogged) == {"request", "customer", "ticket"}
    assert personal(DecisionMade) == {"reason", "told"}
    assert personal(PersonRegistered) == {"full_name", "contact"}
    assert repr(Personal()) == "Personal()"

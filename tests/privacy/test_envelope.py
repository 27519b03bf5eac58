"""Words of people go into the ledger sealed, and come out as they were; nobody above notices."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_bytes, token_hex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.body import body
from charter.catalogue import EVENTS
from charter.charters.commands import OpenCharter, RecordRevision
from charter.charters.events import Deliberation, RevisionProposed
from charter.charters.promise import Promise
from charter.decisions.commands import AnswerRequest, CaptureLearning, CorrectDecision, LogRequest
from charter.decisions.events import RequestLogged
from charter.leaf import Row
from charter.ledger import Ledger
from charter.message import ERASED, SEALED, Draft, Event
from charter.people.commands import RegisterPerson
from charter.privacy import master
from charter.privacy.box import SealBroken
from charter.privacy.envelope import sealed, sealed_parts
from charter.privacy.fields import marked, taken_out
from charter.privacy.master import MasterKeyMissing
from charter.privacy.opener import Opener
from charter.privacy.vault import Claimed, Person, Vault
from charter.proof.verify import verify
from charter.terms import Answer, Effect
from tests.made_up import ANY_WORDS, messages

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASE = "3f0c" * 8


def asked(**fields: str | None) -> LogRequest:
    return LogRequest(**({"decision": CASE, "charter": "skyline", "request": "Let my parrot fly."} | fields))


@pytest.fixture
def skyline(ledger: Ledger) -> Ledger:
    """A ledger with a charter in force."""
    ledger.write(OpenCharter(charter="skyline", brand="Skyline", style="Plain.", zone="UTC"), by="ann")
    promise = Promise(code="REFUND-30", title="Refund", statement="We refund within 30 days.")
    ledger.write(
        RecordRevision(
            charter="skyline", label="1", promises=(promise,), source="book", effective_from=date(2020, 1, 1)
        ),
        by="ann",
    )
    return ledger


def stored(ledger: Ledger) -> bytes:
    return b"\n".join(row[5] for row in ledger.entries_recorder.rows(0, 1_000))


SPEAKING = [kind for kind in EVENTS.values() if marked(kind).top or marked(kind).nested]


@pytest.mark.parametrize("kind", SPEAKING, ids=lambda kind: kind.name)
def test_no_word_of_a_person_is_stored_and_every_one_is_read(kind: type[Event], vault: Vault) -> None:
    @given(messages(kind, st.uuids().map(str)))
    def whatever_it_says(event: Event) -> None:
        draft = Draft("decision/1" if kind.name.startswith("re") else "charter/1", 1, "ann", NOON, event)
        [written] = sealed([draft], {}, vault).events
        _, nested = taken_out(event.model_dump_json().encode(), marked(kind).nested)
        words = [value for name in marked(kind).top if (value := getattr(event, name))] + [one.text for one in nested]
        for word in words:
            assert word.encode() not in written.state
        row = (1, draft.stream, 1, kind.name, "", written.state)
        plain, subjects = Opener(vault, [row]).plain(row)
        assert kind.model_validate(json.loads(plain)["event"]) == event
        assert bool(subjects) == bool(words)

    whatever_it_says()


@given(messages(RequestLogged, ANY_WORDS))
def test_a_body_is_compact_json_with_its_parts_in_order(event: Event) -> None:
    vault = NewPeople(bytes(32))
    [written] = sealed([Draft("decision/1", 1, "ann", NOON, event)], {}, vault).events
    read = json.loads(written.state)
    assert list(read) == ["by", "at", "event", "sealed"]
    assert list(read["sealed"][0]) == ["subject", "fields", "nonce", "box", "seal"]
    assert written.state == json.dumps(read, ensure_ascii=False, separators=(",", ":")).encode()


class NewPeople(Vault):
    """A key store that keeps nothing."""

    def __init__(self, secret: bytes) -> None:
        super().__init__("nowhere", master.MasterKey(secret))

    def claim(self, aliases: Iterable[str], fresh: int = 0) -> Claimed:
        """Somebody new, each time."""
        named, nameless = {alias: _somebody() for alias in aliases}, [_somebody() for _ in range(fresh)]
        return Claimed(named, nameless, frozenset(person.subject for person in (*named.values(), *nameless)))


def _somebody() -> Person:
    return Person(token_hex(16), token_bytes(32))


def test_a_case_belongs_to_its_customer_and_another_case_of_theirs_too(skyline: Ledger) -> None:
    skyline.write(asked(customer="Ada Quill"), by="ann")
    skyline.write(asked(decision="5" * 32, customer="ada quill"), by="ann")
    skyline.write(asked(decision="6" * 32, customer="Bob Reed"), by="ann")
    ada = skyline.vault.find("customer", "Ada Quill")
    assert ada
    assert skyline.streams_of(ada) == [f"decision/{CASE}", f"decision/{'5' * 32}"]
    skyline.write(AnswerRequest(decision="7" * 32, charter="skyline", request="Why?", answer=Answer.YES,
                                effect=Effect.UPHELD, cite=("REFUND-30",)), by="ann")  # fmt: skip
    alone = {entry.subjects for entry in skyline.stream(f"decision/{'7' * 32}") if entry.subjects}
    assert len(alone) == 1, "a case without a customer is a person of its own, the same in all its entries"
    assert ada not in alone.pop()


def test_whether_somebody_was_erased_is_asked_only_of_those_who_were_there(
    skyline: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import brings thousands who were not, and each would be looked up in the ledger."""
    recorder = skyline.entries_recorder
    read, looked_up = recorder.stream_rows, []

    def stream_rows(streams: Mapping[str, int]) -> list[Row]:
        looked_up.extend(stream for stream in streams if stream.startswith("subject/"))
        return read(streams)

    monkeypatch.setattr(recorder, "stream_rows", stream_rows)
    skyline.write(asked(customer="Ada Quill"), by="ann")
    assert looked_up == []
    skyline.write(asked(decision="5" * 32, customer="Ada Quill"), by="ann")
    assert looked_up == [f"subject/{skyline.vault.find('customer', 'Ada Quill')}"]


def test_later_entries_of_a_case_are_sealed_for_the_same_person(skyline: Ledger) -> None:
    skyline.write(asked(customer="Ada Quill"), by="ann")
    skyline.write(CaptureLearning(decision=CASE, learning="Ask about parrots."), by="ann")
    ada = skyline.vault.find("customer", "Ada Quill")
    history = skyline.stream(f"decision/{CASE}")
    assert {entry.subjects for entry in history if entry.subjects} == {(ada,)}
    assert history[-1].event.learning == "Ask about parrots."  # type: ignore[attr-defined]


def test_a_case_whose_customer_is_corrected_goes_on_as_the_other_one_s(skyline: Ledger) -> None:
    skyline.write(asked(customer="Ada Quill"), by="ann")
    skyline.write(CorrectDecision(decision=CASE, customer="Bob Reed", why="A typing error."), by="ann")
    history = skyline.stream(f"decision/{CASE}")
    find = skyline.vault.find
    assert [entry.subjects for entry in history] == [(find("customer", "Ada Quill"),), (find("customer", "Bob Reed"),)]


def test_who_took_part_in_a_deliberation_is_each_for_themselves(vault: Vault) -> None:
    deliberation = Deliberation(participants=("Ann", "Bo"), options=("Yes", "No"), dissent=("Too dear.",))
    event = RevisionProposed(revision=1, summary="First.", promises=(), deliberation=deliberation)
    [written] = sealed([Draft("charter/skyline", 1, "ann", NOON, event)], {}, vault).events
    parts = sealed_parts(written.state)
    assert sorted(tuple(part.fields) for part in parts) == [
        ("deliberation/dissent/0",),
        ("deliberation/participants/0",),
        ("deliberation/participants/1",),
    ]
    assert len({part.subject for part in parts}) == 3
    bo = vault.find("person", "bo")
    assert bo
    vault.destroy([bo])
    row = (1, "charter/skyline", 1, event.name, "", written.state)
    read = json.loads(Opener(vault, [row]).plain(row)[0])["event"]["deliberation"]
    assert (read["participants"], read["options"], read["dissent"]) == (["Ann", ERASED], ["Yes", "No"], ["Too dear."])


def test_after_the_key_is_gone_the_words_read_as_erased_and_all_else_stays(skyline: Ledger) -> None:
    skyline.write(asked(customer="Ada Quill", touchpoint="phone"), by="ann")
    ada = skyline.vault.find("customer", "Ada Quill")
    assert ada
    before = stored(skyline)
    skyline.vault.destroy([ada])
    [entry] = skyline.stream(f"decision/{CASE}")
    event = entry.event
    assert isinstance(event, RequestLogged)
    assert (event.request, event.customer, event.ticket, event.touchpoint) == (ERASED, ERASED, None, "phone")
    assert stored(skyline) == before
    assert verify(skyline.engine).ok


def test_a_case_goes_on_after_its_customer_was_erased(skyline: Ledger) -> None:
    skyline.write(asked(customer="Ada Quill"), by="ann")
    ada = skyline.vault.find("customer", "Ada Quill")
    assert ada
    skyline.vault.destroy([ada])
    skyline.write(CorrectDecision(decision=CASE, request="A question about a pet.", why="Said anew."), by="ann")
    first, second = skyline.stream(f"decision/{CASE}")
    assert first.subjects != second.subjects
    assert second.event.request == "A question about a pet."  # type: ignore[attr-defined]


@pytest.fixture
def keyless(skyline: Ledger, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Ledger]:
    """The same ledger, opened where there is no master key."""
    skyline.write(asked(customer="Ada Quill", touchpoint="phone"), by="ann")
    monkeypatch.delenv(master.VARIABLE)
    monkeypatch.setenv(master.FILE_VARIABLE, str(tmp_path / "none.key"))
    again = Ledger(str(skyline.engine.url.database))
    yield again
    again.close()


def test_without_the_master_key_all_that_is_not_sealed_is_read(keyless: Ledger) -> None:
    [entry] = keyless.stream(f"decision/{CASE}")
    event = entry.event
    assert isinstance(event, RequestLogged)
    assert (event.request, event.customer, event.touchpoint) == (SEALED, SEALED, "phone")
    assert verify(keyless.engine).ok


def test_without_the_master_key_only_words_of_people_cannot_be_written(keyless: Ledger) -> None:
    size = keyless.entries_recorder.size()
    with pytest.raises(MasterKeyMissing, match="no master key"):
        keyless.write(RegisterPerson(person="bo", full_name="Bo Reed"), by="ann")
    assert keyless.entries_recorder.size() == size
    keyless.write(OpenCharter(charter="other", brand="Other", style="Plain.", zone="UTC"), by="ann")


def test_words_of_another_entry_put_in_their_place_do_not_open(skyline: Ledger) -> None:
    """Whoever can write the tables could move a person's words from one answer to another; the seal says no."""
    skyline.write(asked(customer="Ada Quill"), by="ann")
    skyline.write(asked(decision="5" * 32, customer="Ada Quill", request="Something else."), by="ann")
    one, two = skyline.entries_recorder.stream_rows({f"decision/{CASE}": 0, f"decision/{'5' * 32}": 0})
    moved = (*one[:5], two[5])
    with pytest.raises(SealBroken):
        Opener(skyline.vault, [moved]).plain(moved)


def test_swapped_keys_open_nothing(skyline: Ledger) -> None:
    """Whoever can write the key store could give one person's key to another; the words do not open to others."""
    skyline.write(asked(customer="Ada Quill"), by="ann")
    skyline.write(asked(decision="5" * 32, customer="Bob Reed"), by="ann")
    ada, bob = (skyline.vault.find("customer", name) for name in ("Ada Quill", "Bob Reed"))
    database = skyline.vault._opened()
    wrapped = dict(database.read("SELECT subject, wrapped FROM subjects"))
    swap = "UPDATE subjects SET wrapped = ? WHERE subject = ?"
    database.write((swap, (wrapped[bob], ada)), (swap, (wrapped[ada], bob)))
    with pytest.raises(SealBroken):
        skyline.stream(f"decision/{CASE}")


def test_the_salt_proves_what_was_sealed_to_whoever_is_given_it(skyline: Ledger) -> None:
    skyline.write(asked(customer="Ada Quill"), by="ann")
    [row] = skyline.entries_recorder.stream_rows({f"decision/{CASE}": 0})
    [(part, opened)] = Opener(skyline.vault, [row]).opened(row)
    assert opened is not None
    assert json.loads(opened.text) == {"request": "Let my parrot fly.", "customer": "Ada Quill"}
    assert list(json.loads(opened.text)) == part.fields
    assert len(opened.salt) == 32
    written = json.loads(row[5])["sealed"][0]
    assert b64decode(written["seal"]) == part.box.seal


def test_a_ledger_from_before_words_were_sealed_reads_as_ever(skyline: Ledger) -> None:
    event = RequestLogged(charter="skyline", request="In the open.")
    row = (9, "decision/1", 1, event.name, "2026-11-22T07:15:00.123456Z", body("ann", NOON, event))
    assert Opener(skyline.vault, [row]).plain(row) == (row[5], ())


def test_nobody_is_made_for_entries_without_words(skyline: Ledger) -> None:
    assert not any(entry.subjects for entry in skyline.stream("charter/skyline"))

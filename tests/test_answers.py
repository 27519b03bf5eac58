"""An order with a key is written once, however often, from wherever and at whatever moment it is sent."""

from __future__ import annotations

import hmac
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from sqlalchemy import Row, text

from charter.answers import KeyReused
from charter.charters.commands import ApproveRevision, MakePromise, OpenCharter, ProposeRevision
from charter.charters.refusals import AlreadyApproved, PromiseExists
from charter.decisions.commands import LogRequest
from charter.desk import Order, Outdated, Written
from charter.given import UnknownPerson
from charter.ledger import Ledger
from charter.message import Refused
from charter.people.commands import GrantRole, RegisterPerson
from charter.privacy.master import MasterKey
from charter.privacy.vault import Vault
from charter.proof.verify import verify
from charter.store.database import beside
from charter.store.errors import Overtaken
from charter.terms import Role

KEY = "01a20392-1873-7d18-86b9-18f1aeab4b80"
OPEN = OpenCharter(charter="skyline", brand="Skyline Air", style="Warm, brief and true.")
TEA = MakePromise(charter="skyline", code="TEA", title="Tea", statement="Everybody gets tea.")


def log(request: str = "Tea, please.") -> LogRequest:
    """A request as a form sends it: without an id, which is made up for it."""
    return LogRequest(charter="skyline", request=request, customer="C-1")


def order(command: LogRequest | MakePromise | OpenCharter, key: str | None = KEY, by: str = "ann") -> Order:
    """An order of this moment."""
    return Order(command, by, datetime.now(UTC), key=key)


def kept(ledger: Ledger) -> Sequence[Row[Any]]:
    """The rows of what was answered."""
    with ledger.engine.connect() as connection:
        return connection.execute(text("SELECT * FROM answered")).all()


def test_the_same_order_again_gets_the_same_answer(place: str, skyline: Ledger) -> None:
    """Also from a program that was started since, and although the form made up another id."""
    first = skyline.write(log(), by="ann", key=KEY)
    size = skyline.entries_recorder.size()
    again = skyline.write(log(), by="ann", key=KEY)
    with closing(Ledger(place)) as other:
        elsewhere = other.write(log(), by="ann", key=KEY)
    assert first == again == elsewhere
    assert [entry.position for entry in skyline.stream(first.stream)] == list(first.positions)
    assert skyline.entries_recorder.size() == size


def test_another_order_with_the_key_is_refused(skyline: Ledger) -> None:
    """Another body, or another command; neither is written, and the first keeps its answer."""
    first = skyline.write(log(), by="ann", key=KEY)
    for other in (log("Coffee, please."), TEA):
        with pytest.raises(KeyReused, match="a key of its own"):
            skyline.write(other, by="ann", key=KEY)
    assert skyline.write(log(), by="ann", key=KEY) == first
    assert "TEA" not in skyline.charter("skyline").draft


def test_a_key_is_its_person_s_own(skyline: Ledger) -> None:
    """Two people who happen on the same key do not meet."""
    ours, theirs = (skyline.write(log(f"Tea for {by}."), by=by, key=KEY) for by in ("ann", "ben"))
    assert ours.stream != theirs.stream


def test_what_was_refused_is_decided_again(skyline: Ledger) -> None:
    """Nothing was written, so nothing is remembered: once it may be, it is, and from then on it was."""
    words = LogRequest(charter="harbour", request="Tea, please.")
    with pytest.raises(Refused):
        skyline.write(words, by="ann", key=KEY)
    skyline.write(OPEN.model_copy(update={"charter": "harbour"}), by="ann")
    assert skyline.write(words, by="ann", key=KEY) == skyline.write(words, by="ann", key=KEY)


def test_what_was_seen_is_not_asked_again(skyline: Ledger) -> None:
    """Who sends the same with the version seen then is answered, not told that it has changed since: by this order."""
    seen = len(skyline.stream("charter/skyline"))
    first = skyline.write(TEA, by="ann", expect=seen, key=KEY)
    assert skyline.write(TEA, by="ann", expect=seen, key=KEY) == first
    with pytest.raises(Outdated):
        skyline.write(TEA.model_copy(update={"code": "CAKE"}), by="ann", expect=seen, key="another")


@pytest.mark.parametrize("count", [3, 80])
def test_in_one_batch(skyline: Ledger, count: int) -> None:
    """Repeats stand beside others in few orders and in many, which PostgreSQL takes another way."""
    known = skyline.write(log("Before."), by="ann", key="before")
    size = skyline.entries_recorder.size()
    many = [order(log(f"Number {number}."), key=f"k{number}") for number in range(count)]
    wrong = [order(log("Other."), key="k0"), order(log(), key="nobody", by="sam"), order(log(), key="nobody", by="sam")]
    outcomes = skyline.write_all([order(log("Before."), "before"), *many, *many, *wrong, order(log(), key=None)])
    assert outcomes[0] == known
    written = outcomes[1 : 1 + count]
    assert [outcome.positions for outcome in written if isinstance(outcome, Written)] == [
        (size + 1 + number,) for number in range(count)
    ]
    assert outcomes[1 + count : 1 + 2 * count] == written
    assert [type(outcome) for outcome in outcomes[1 + 2 * count :]] == [
        KeyReused,
        UnknownPerson,
        UnknownPerson,
        Written,
    ]
    assert skyline.entries_recorder.size() == size + count + 1
    assert skyline.write_all(many) == written


def test_an_answer_has_all_its_entries(skyline: Ledger) -> None:
    """Also where an order led to several, among those of others."""
    several = RegisterPerson(person="rita", full_name="Rita")
    roles = [Order(GrantRole(person="rita", role=role), "ann", None, key=f"r{role}") for role in Role]
    orders = [order(log("Before."), key=None), Order(several, "ann", None, key=KEY), *roles, order(TEA, key="tea")]
    assert skyline.write_all(orders)[1:] == skyline.write_all(orders)[1:]


def test_neither_the_words_nor_the_key_is_kept(skyline: Ledger) -> None:
    """Who reads the table learns no words, and of a long key its beginning: no words can be tried out with that."""
    skyline.write(log(), by="ann", key=KEY)
    [row] = kept(skyline)
    shown = " ".join(bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value) for value in row)
    assert KEY[12:] not in shown
    assert "ann" not in shown
    skyline.write(log(), by="ann", key="another")
    assert len({bytes(row.digest) for row in kept(skyline)}) == 2


def test_words_cannot_be_tried_out_without_the_master_key(skyline: Ledger) -> None:
    """Not even by who knows the key, which may be a decision's id: another master key makes another digest."""
    skyline.write(log(), by="ann", key=KEY)
    [digest] = [bytes(row.digest) for row in kept(skyline)]
    asked = b"LogRequest\n" + log().model_dump_json(exclude_unset=True).encode()
    assert skyline.vault.master
    own, none, other = skyline.vault.master.asking, b"", MasterKey(bytes(32)).asking
    tried = [hmac.digest(secret + KEY.encode(), asked, "sha256") for secret in (own, none, other)]
    assert [digest == each for each in tried] == [True, False, False]


OURS = "0123456789abcdef" * 2


@pytest.mark.parametrize("key", [OURS, f"desk {OURS}", KEY, "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_a_key_that_is_an_id_begins_its_hash(skyline: Ledger, key: str) -> None:
    """Those made in order, one after the other, are then neighbours in the index."""
    skyline.write(log(), by="ann", key=key)
    [row] = kept(skyline)
    assert row.key[:12] == key[:12]
    assert len(row.key) == 64


@pytest.mark.parametrize("key", ["maria.meier@example.com/refund", OURS[:31], f"{OURS}0", KEY.replace("-", "_")])
def test_any_other_key_shows_nothing_of_itself(skyline: Ledger, key: str) -> None:
    """It may be a name."""
    skyline.write(log(), by="ann", key=key)
    [row] = kept(skyline)
    assert re.fullmatch("[0-9a-f]{64}", row.key)
    assert row.key[:4] != key[:4]


def test_without_words_the_master_key_makes_no_difference(skyline: Ledger) -> None:
    """A server that has none answers an order that one with it has written."""
    first = skyline.write(TEA, by="ann", key=KEY)
    without = Ledger(skyline.engine, vault=Vault(beside(skyline.engine.url, "keys")))
    without.vault.__dict__["master"] = None
    assert without.write(TEA, by="ann", key=KEY) == first


def test_old_answers_are_forgotten(skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three days, a few at a time; then the key is a new one. The ledger verifies with them and without."""
    monkeypatch.setattr("charter.store.recorder._FORGOTTEN_AT_ONCE", 2)
    skyline.write_all([order(log(f"Number {number}."), key=f"k{number}") for number in range(5)])
    assert skyline.forget_answers() == 0
    assert verify(skyline.engine).ok
    monkeypatch.setattr("charter.ledger.KEPT", timedelta(seconds=-1))
    assert skyline.forget_answers() == 5
    before = skyline.entries_recorder.size()
    skyline.write(log("Number 1."), by="ann", key="k1")
    assert skyline.entries_recorder.size() == before + 1
    assert verify(skyline.engine).ok


# At once


def test_thirty_two_at_once_in_one_process(skyline: Ledger) -> None:
    """One is written, and all get the same answer."""
    size = skyline.entries_recorder.size()
    together = Barrier(32)

    def send(_: int) -> Written:
        together.wait(60)
        return skyline.write(log(), by="ann", key=KEY)

    with ThreadPoolExecutor(32) as senders:
        told = list(senders.map(send, range(32)))
    assert told == told[:1] * 32
    assert skyline.entries_recorder.size() == size + 1


SEND = """
import sys
from charter.decisions.commands import LogRequest
from charter.ledger import Ledger
ledger = Ledger(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    key, request = line.split()
    written = ledger.write(LogRequest(charter="skyline", request=request, decision=key * 32), by="ann", key=key)
    print(written.stream, written.version, written.positions, written.events[0].request, flush=True)
"""


def test_processes_at_once(place: str, skyline: Ledger) -> None:
    """Of eight that send the same, with the same id, one writes it; none is told that it is there already."""
    size = skyline.entries_recorder.size()
    command = [sys.executable, "-c", SEND, place]
    senders = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(8)]
    for sender in senders:
        assert sender.stdout
        assert sender.stdout.readline() == "ready\n"
    sent = "".join(f"{key} Tea-{key}\n" for key in "0123456789abcdef")
    for sender in senders:
        assert sender.stdin
        sender.stdin.write(sent)
        sender.stdin.close()
    told = [sender.stdout.read() for sender in senders if sender.stdout]
    assert [sender.wait(60) for sender in senders] == [0] * 8
    for sender in senders:
        assert sender.stdout
        sender.stdout.close()
    assert told == told[:1] * 8
    assert len(told[0].splitlines()) == 16
    assert skyline.entries_recorder.size() == size + 16


def test_a_refusal_that_was_our_own_order_elsewhere(
    place: str, skyline: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking for the key and deciding, the same order is written elsewhere: that is an answer, no refusal."""
    other = Ledger(place)
    look = skyline.entries_recorder.answers
    theirs: list[Written] = []

    def late(keys: object) -> object:
        found = look(keys)  # type: ignore[arg-type]
        if not theirs:
            theirs.append(other.write(TEA, by="ann", key=KEY))
        return found

    monkeypatch.setattr(skyline.entries_recorder, "answers", late)
    assert skyline.write(TEA, by="ann", key=KEY) == theirs[0]
    with pytest.raises(PromiseExists):
        skyline.write(TEA, by="ann", key="another")
    other.close()


def test_an_answer_comes_with_its_entries_or_not_at_all(skyline: Ledger) -> None:
    """An append that is overtaken leaves no answer, and a second answer to a key no entry."""
    recorder = skyline.entries_recorder
    skyline.write(log(), by="ann", key=KEY)
    with skyline.engine.connect() as connection:
        [key] = connection.execute(text("SELECT key FROM answered")).scalars().all()
    [kept] = recorder.answers([key]).values()
    [stored] = recorder.select_events(kept.stream)
    size = recorder.size()
    with pytest.raises(IntegrityError):
        recorder.insert_events([StoredEvent("decision/new", 1, stored.topic, stored.state)], answers=[kept])
    with pytest.raises(Overtaken):
        recorder.insert_events(
            [StoredEvent("decision/new", 1, stored.topic, stored.state)],
            after=1,
            reads={kept.stream: 0},
            answers=[kept._replace(key="other")],
        )
    assert recorder.size() == size
    assert recorder.answers(["other"]) == {}


def test_two_approvers_with_keys(skyline: Ledger) -> None:
    """Each of two counts once, although both send twice; a third time with another key is refused."""
    propose = ProposeRevision(charter="skyline", summary="Tea.", participants=("Cabin",), options=("Coffee",))
    approve = ApproveRevision(charter="skyline", revision=1)
    for command in (TEA, propose):
        skyline.write(command, by="ann")
    together = Barrier(4)

    def send(by: str) -> Written:
        together.wait(60)
        return skyline.write(approve, by=by, key=KEY)

    with ThreadPoolExecutor(4) as senders:
        told = list(senders.map(send, ["ben", "cleo", "ben", "cleo"]))
    assert told[0] == told[2]
    assert told[1] == told[3]
    assert skyline.charter("skyline").revisions[1].approved_by == {"ben", "cleo"}
    with pytest.raises(AlreadyApproved):
        skyline.write(approve, by="ben", key="another")

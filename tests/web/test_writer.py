"""Many ask at once and share commits: each gets its own answer, nobody another's trouble, and nothing is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Barrier, Event
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from charter.answers import KeyReused
from charter.charters.commands import ApproveRevision, MakePromise, ProposeRevision
from charter.decisions.commands import LogRequest
from charter.desk import Order, Outdated, Written
from charter.given import UnknownPerson
from charter.ledger import Ledger
from charter.message import Command, Refused
from charter.proof.verify import verify
from tests.web.alone import run
from web import writer as module
from web.writer import Overloaded, Stopping, Writer

TEA = MakePromise(charter="skyline", code="TEA", title="Tea", statement="Everybody gets tea.")


def order(number: int, *, by: str = "ann", key: str | None = None) -> Order:
    """A request of its own."""
    request = LogRequest(decision=f"{number:032x}", charter="skyline", request=f"Tea for {number}.", customer="C-1")
    return Order(request, by, datetime.now(UTC), key=key)


def orders(numbers: range) -> list[Order]:
    """Several of them."""
    return [order(number) for number in numbers]


@pytest.fixture
def writer(skyline: Ledger) -> Iterator[Writer]:
    """Its writer."""
    made = Writer(skyline)
    yield made
    made.stop()


class Disk:
    """A disk on which one commit takes as long as a test wants."""

    def __init__(self, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
        self._reached, self._go_on = Event(), Event()
        driver = ledger.entries_recorder.driver
        commit = driver.commit

        def slow(*what: Any) -> None:
            self._reached.set()
            assert self._go_on.wait(60)
            commit(*what)

        monkeypatch.setattr(driver, "commit", slow)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Begins once a commit has reached the disk, and ends its wait."""
        assert self._reached.wait(60)
        try:
            yield
        finally:
            self._go_on.set()


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for what another thread is about to do."""
    ended, patience = Event(), 6_000
    while not true():
        patience -= 1
        assert patience, "it did not come to be"
        ended.wait(0.01)


def test_each_gets_its_own_answer(writer: Writer, skyline: Ledger) -> None:
    """Written or refused, to a thread and to a coroutine."""
    written = writer.write(order(1))
    assert [entry.position for entry in skyline.stream(written.stream)] == list(written.positions)
    with pytest.raises(UnknownPerson):
        writer.write(order(2, by="nobody"))
    [second, refused, third] = writer.write_many([order(2), order(3, by="nobody"), order(4)])
    assert isinstance(second, Written)
    assert isinstance(third, Written)
    assert isinstance(refused, UnknownPerson)
    assert run(writer.written(order(5))).key == f"{5:032x}"
    with pytest.raises(UnknownPerson):
        run(writer.written(order(6, by="nobody")))
    outcomes = run(writer.many([order(6), order(7, by="nobody")]))
    assert [type(outcome) for outcome in outcomes] == [Written, UnknownPerson]
    assert run(writer.many([])) == writer.write_many([]) == []
    assert (writer.orders, writer.refused, writer.failed, writer.waiting) == (9, 4, 0, 0)


def test_who_comes_meanwhile_shares_the_next_commit(
    writer: Writer, skyline: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixteen threads and sixteen coroutines come while the first one's commit is under way: one more is enough."""
    disk = Disk(skyline, monkeypatch)

    async def coroutines() -> list[Written]:
        return await asyncio.gather(*(writer.written(order(number)) for number in range(100, 116)))

    with ThreadPoolExecutor(18) as threads:
        first = threads.submit(writer.write, order(0))
        with disk.busy():
            others = [threads.submit(writer.write, order(number)) for number in range(1, 17)]
            asked = threads.submit(asyncio.run, coroutines())
            wait_until(lambda: writer.waiting == 32)
        written = [first.result(), *(other.result() for other in others), *asked.result()]
    assert writer.batches == 2
    assert [each.key for each in written] == [f"{number:032x}" for number in (*range(17), *range(100, 116))]
    assert len({each.positions for each in written}) == 33
    assert verify(skyline.engine).ok


def test_no_more_than_the_most_share_a_commit(skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """But what was given together stays together."""
    disk = Disk(skyline, monkeypatch)
    writer = Writer(skyline, most=3)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(writer.write, order(0))
        with disk.busy():
            some = [threads.submit(writer.write, order(number)) for number in range(1, 5)]
            wait_until(lambda: writer.waiting == 4)
            many = threads.submit(writer.write_many, orders(range(5, 12)))
            wait_until(lambda: writer.waiting == 11)
        assert all(asked.result() for asked in (first, *some, many))
    assert writer.batches == 4  # the first, three, one, and seven at once
    writer.stop()


def test_too_many_wait(skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes when the queue is full is told so at once; who waits is written."""
    disk = Disk(skyline, monkeypatch)
    writer = Writer(skyline, waiting=2)
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(writer.write, order(0))
        with disk.busy():
            others = [threads.submit(writer.write, order(number)) for number in (1, 2)]
            wait_until(lambda: writer.waiting == 2)
            with pytest.raises(Overloaded, match="2 orders are waiting"):
                writer.write(order(3))
            with pytest.raises(Overloaded):
                run(writer.written(order(3)))
        assert all(asked.result() for asked in (first, *others))
    assert writer.write_many(orders(range(3, 8)))  # nobody waits: more than that at once is no harm
    writer.stop()


def test_a_broken_database_is_told_to_all(writer: Writer, skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody in the batch, and nobody in the next."""

    def broken(*_: Any) -> None:
        raise OperationalError("no room")

    with monkeypatch.context() as patched:
        patched.setattr(skyline.entries_recorder.driver, "commit", broken)
        outcomes = writer.write_many(orders(range(3)))
        assert [type(outcome) for outcome in outcomes] == [OperationalError] * 3
        with pytest.raises(OperationalError, match="no room"):
            run(writer.written(order(3)))
    assert (writer.failed, writer.batches) == (4, 2)
    assert all(isinstance(outcome, Written) for outcome in writer.write_many(orders(range(4))))


def test_an_order_that_breaks_things_breaks_them_for_itself(
    writer: Writer, skyline: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in deciding one order keeps no other from being written."""
    write_all = skyline.write_all

    def stumbling(some: Sequence[Order]) -> list[Written | Refused]:
        if any(each.by == "ben" for each in some):
            raise ZeroDivisionError
        return write_all(some)

    monkeypatch.setattr(skyline, "write_all", stumbling)
    batch = [order(number, by="ben" if number == 5 else "ann") for number in range(9)]
    outcomes = writer.write_many(batch)
    assert [type(outcome) for outcome in outcomes] == [*[Written] * 5, ZeroDivisionError, *[Written] * 3]
    assert (writer.orders, writer.failed) == (9, 1)
    assert writer.write(order(10))


def test_who_stops_waiting_takes_nothing_back(writer: Writer, skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a browser is closed, or a loop ends, before the answer comes, the order is written and nobody harmed."""
    disk = Disk(skyline, monkeypatch)

    async def impatient() -> None:
        asked = asyncio.create_task(writer.written(order(1)))
        await asyncio.sleep(0)
        wait_until(lambda: writer.waiting == 1)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(writer.write, order(0))
        with disk.busy():
            run(impatient())
        first.result()
    assert writer.write(order(2))
    assert skyline.decision(f"{1:032x}").version == 1


def test_stopping(skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was taken is finished and answered; who comes later is told, and nothing of theirs is written."""
    disk = Disk(skyline, monkeypatch)
    writer = Writer(skyline)
    assert writer.is_taking
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(writer.write, order(0))
        with disk.busy():
            others = [threads.submit(writer.write, order(number)) for number in range(1, 5)]
            wait_until(lambda: writer.waiting == 4)
            stopping = threads.submit(writer.stop)
            wait_until(lambda: not writer.is_taking)
            with pytest.raises(Stopping):
                writer.write(order(9))
            assert not stopping.done()
        assert all(asked.result() for asked in (first, *others))
        stopping.result()
    writer.stop()  # twice is once
    with pytest.raises(Stopping, match="try again"):
        run(writer.written(order(9)))
    assert [skyline.decision(f"{number:032x}").version for number in (*range(5), 9)] == [1, 1, 1, 1, 1, 0]


def test_stopped_while_many_write(skyline: Ledger) -> None:
    """Whoever got an answer is in the ledger, whoever was told no is not, and everybody was told something."""
    writer = Writer(skyline)
    some_written = Event()

    def send(thread: int) -> list[str]:
        keys = []
        for number in range(10_000):
            try:
                keys.append(writer.write(order(thread * 10_000 + number)).stream)
            except Stopping:
                return keys
            some_written.set()
        return keys

    with ThreadPoolExecutor(8) as threads:
        sending = [threads.submit(send, thread) for thread in range(8)]
        assert some_written.wait(60)
        writer.stop()
        told = {stream for sent in sending for stream in sent.result()}
    written = {entry.stream for entry in skyline.entries(types=("request.logged",))}
    assert told == written
    assert verify(skyline.engine).ok


def test_now_and_then_old_answers_are_forgotten(skyline: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it rests, and also while it is never let rest; a database that is away meanwhile does no harm."""
    forgotten = Event()

    def forget() -> int:
        forgotten.set()
        raise OperationalError("away")

    monkeypatch.setattr(module, "FORGET_EVERY", 0.01)
    monkeypatch.setattr(skyline, "forget_answers", forget)
    writer = Writer(skyline)
    assert forgotten.wait(60)
    forgotten.clear()
    assert forgotten.wait(60)
    assert writer.write(order(1))
    writer.stop()


# Once, and by whom


@pytest.mark.parametrize("how", ["threads", "coroutines"])
def test_the_same_key_thirty_two_times_at_once(writer: Writer, skyline: Ledger, how: str) -> None:
    """One is written, all get the same answer, and a changed body is refused."""
    size = skyline.entries_recorder.size()
    same = [order(1, key="k") for _ in range(32)]
    if how == "threads":
        together = Barrier(32)

        def send(each: Order) -> Written:
            together.wait(60)
            return writer.write(each)

        with ThreadPoolExecutor(32) as threads:
            told = list(threads.map(send, same))
    else:

        async def ask() -> list[Written]:
            return await asyncio.gather(*(writer.written(each) for each in same))

        told = run(ask())
    assert told == told[:1] * 32
    assert skyline.entries_recorder.size() == size + 1
    with pytest.raises(KeyReused):
        writer.write(order(2, key="k"))


def test_who_has_not_seen_the_newest_is_told(writer: Writer, skyline: Ledger) -> None:
    """Of eight that change the same draft as they all saw it, one wins."""
    seen = len(skyline.stream("charter/skyline"))
    now = datetime.now(UTC)
    makes = [TEA.model_copy(update={"code": f"TEA-{number}"}) for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda make: writer.write_many([Order(make, "ann", now, seen)])[0], makes))
    assert sorted(type(outcome).__name__ for outcome in told) == [*["Outdated"] * 7, "Written"]
    assert next(outcome for outcome in told if isinstance(outcome, Outdated)).facts["version"] == seen + 1


def test_two_approvers_at_once(writer: Writer, skyline: Ledger) -> None:
    """Both count; who approves in two windows at once counts once, and is told in one of them."""
    propose = ProposeRevision(charter="skyline", summary="Tea.", participants=("Cabin",), options=("Coffee",))
    now = datetime.now(UTC)
    prepared: list[Command] = [TEA, propose]
    assert not [it for it in writer.write_many([Order(each, "ann", now) for each in prepared]) if not _written(it)]
    approve = ApproveRevision(charter="skyline", revision=1)
    with ThreadPoolExecutor(3) as threads:
        told = list(threads.map(lambda by: writer.write_many([Order(approve, by, now)])[0], ["ben", "cleo", "ben"]))
    assert sorted(type(outcome).__name__ for outcome in told) == ["AlreadyApproved", "Written", "Written"]
    assert skyline.charter("skyline").revisions[1].approved_by == {"ben", "cleo"}


def _written(outcome: object) -> bool:
    return isinstance(outcome, Written)


SERVE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from charter.ledger import Ledger
from tests.web.test_writer import order
from web.writer import Writer
writer = Writer(Ledger(sys.argv[1]))
def send(thread):
    for number in count(int(sys.argv[2]) + thread, 8):
        written = writer.write(order(number, key=f"k{number}"))
        sys.stdout.write(f"{number} {written.positions[0]}\\n")
        sys.stdout.flush()
with ThreadPoolExecutor(8) as threads:
    list(threads.map(send, range(8)))
"""


def test_killed_and_asked_again(request: pytest.FixtureRequest, place: str) -> None:
    """Kill -9 while eight write with keys: whoever asks again gets the answer of then, and nothing is there twice."""
    kills = 20 if request.config.getoption("--full-faults", default=False) else 3
    for kill in range(kills):
        begin = 10_000 * kill
        process = subprocess.Popen([sys.executable, "-c", SERVE, place, str(begin)], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        heard = [process.stdout.readline() for _ in range(20 + 7 * kill)]
        process.kill()
        heard += [line for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.wait(60)
        process.stdout.close()
        told = {int(number): int(position) for number, position in (line.split() for line in heard)}
        ledger = Ledger(place)
        writer = Writer(ledger)
        again = {number: writer.write(order(number, key=f"k{number}")) for number in range(begin, max(told) + 9)}
        writer.stop()
        assert {number: again[number].positions[0] for number in told} == told
        logged = [entry.stream for entry in ledger.entries(types=("request.logged",))]
        assert len(logged) == len(set(logged))
        assert {written.stream for written in again.values()} <= set(logged)
        assert verify(ledger.engine).ok
        ledger.close()

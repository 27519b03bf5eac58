"""Every message goes out in order, signed, without a word of anybody; again until it is taken, or given up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest
from sqlalchemy import update

from charter.given import UnknownCharter
from charter.leaf import leaves
from tests.web.hooks.conftest import PUBLIC, URL, House, resolver, verified
from web.hooks.guard import ForbiddenAddress, UnusableAddress
from web.hooks.hooks import MOST, Hooks, TooManyHooks, UnknownHook, UnknownTypes
from web.hooks.patience import GIVE_UP, LONGEST, wait
from web.hooks.post import Reply
from web.hooks.sender import Sender
from web.hooks.tables import HOOKS


def half() -> float:
    """Chance without any chance."""
    return 0.5


def sent(house: House) -> None:
    """Send all that is due."""
    sender = Sender(house.hooks, half)
    while sender.step():
        pass
    sender.stop()


def test_a_message_says_which_entry_and_no_word_of_it(house: House) -> None:
    secret, hook = house.hooks.add(URL, by="ann")
    decision = house.ask()
    sent(house)
    [got] = house.receiver.got
    position = house.ledger.entries_recorder.size()
    assert got.said == {
        "specversion": "1.0",
        "id": str(position),
        "source": house.hooks.source,
        "type": "request.logged",
        "subject": f"decision/{decision}",
        "time": "2026-11-22T09:00:00.000000Z",
        "datacontenttype": "application/json",
        "data": {"position": position, "stream": f"decision/{decision}", "version": 1, "charter": "skyline"},
    }
    assert b"velociped" not in got.body
    assert b"Zerlinde" not in got.body
    assert got.headers["Content-Type"] == "application/cloudevents+json"
    assert (str(got.target.address), got.target.named, got.target.path) == (PUBLIC, "hooks.example.com", "/in?x=1")
    verified(got, secret)
    assert house.hooks.get(hook.id).said == "answered 200"


def test_the_id_of_a_message_is_that_of_its_entry_however_often_it_is_sent(house: House) -> None:
    house.hooks.add(URL, by="ann")
    house.receiver.answers["/in?x=1"] = Reply(500, "answered 500")
    house.ask()
    sent(house)
    house.clock.turn(minutes=1)
    sent(house)
    ids = [got.headers["webhook-id"] for got in house.receiver.got]
    [row] = house.ledger.entries_recorder.rows(house.ledger.entries_recorder.size() - 1, 1)
    assert ids == [f"entry_{row[0]}_{leaves([row])[0].hex()[:16]}"] * 2
    stamps = [got.headers["webhook-timestamp"] for got in house.receiver.got]
    assert len(set(stamps)) == 2


def test_only_new_entries_of_the_types_and_the_charter_are_told(house: House) -> None:
    house.ask()
    size = house.ledger.entries_recorder.size()
    _, some = house.hooks.add(URL, by="ann", types=["request.logged"], charter="skyline")
    house.hooks.add("https://hooks.example.com/all", by="ann", after=0)
    house.ask("harbour")
    house.ask("skyline")
    sent(house)
    told = [got.said["data"] for got in house.receiver.got if got.target.path == "/in?x=1"]
    assert [(data["position"], data["charter"]) for data in told] == [(size + 2, "skyline")]
    everything = [got.said["data"]["position"] for got in house.receiver.got if got.target.path == "/all"]
    assert everything == list(range(1, size + 3))
    assert house.hooks.get(some.id).position == size + 2


def test_what_is_not_taken_comes_again_later_and_later_and_what_follows_waits(house: House) -> None:
    _, hook = house.hooks.add(URL, by="ann")
    house.receiver.answers["/in?x=1"] = Reply(None, "did not answer in time")
    house.ask()
    house.ask()
    first = house.ledger.entries_recorder.size() - 1
    waits = []
    for _ in range(6):
        sent(house)
        sent(house)  # not due yet: nothing more goes out
        standing = house.hooks.get(hook.id)
        assert standing.next_at is not None
        waits.append(standing.next_at - house.clock.now)
        house.clock.now = standing.next_at
    assert house.receiver.positions == [first] * 6
    assert waits == [timedelta(seconds=5 * 4**times) for times in range(6)]
    house.receiver.answers.clear()
    sent(house)
    assert house.receiver.positions[6:] == [first, first + 1]
    again = house.hooks.get(hook.id)
    assert (again.failures, again.failing_since, again.next_at) == (0, None, None)


def test_after_days_it_is_paused_says_so_and_goes_on_where_it_stopped(house: House) -> None:
    _, hook = house.hooks.add(URL, by="ann")
    house.receiver.answers["/in?x=1"] = Reply(302, "answered 302")
    house.ask()
    begun = house.clock.now
    while (standing := house.hooks.get(hook.id)).paused is None:
        house.clock.now = standing.next_at or house.clock.now
        sent(house)
        assert house.clock.now - begun < GIVE_UP + LONGEST + timedelta(hours=2)
    assert standing.paused == "nothing was taken for 3 days"
    assert house.clock.now - begun >= GIVE_UP
    tried = len(house.receiver.got)
    house.clock.turn(days=1)
    house.ask()
    sent(house)
    assert len(house.receiver.got) == tried
    house.receiver.answers.clear()
    house.hooks.go_on(hook.id)
    sent(house)
    assert len(house.receiver.got) == tried + 2


def test_a_receiver_that_is_gone_for_good_is_not_asked_again(house: House) -> None:
    _, hook = house.hooks.add(URL, by="ann")
    house.receiver.answers["/in?x=1"] = Reply(410, "answered 410")
    house.ask()
    sent(house)
    assert house.hooks.get(hook.id).paused == "the receiver says it is gone for good (410)"


def test_one_that_does_not_answer_keeps_no_other_waiting(house: House) -> None:
    house.hooks.add(URL, by="ann")
    house.hooks.add("https://hooks.example.com/other", by="ann")
    house.receiver.answers["/in?x=1"] = Reply(None, "did not answer in time")
    house.ask()
    house.ask()
    sent(house)
    assert sum(got.target.path == "/other" for got in house.receiver.got) == 2


def test_of_two_processes_one_sends_and_the_other_takes_over(house: House) -> None:
    house.hooks.add(URL, by="ann")
    one, other = Sender(house.hooks, half), Sender(house.hooks, half)
    house.ask()
    one.step()
    house.ask()
    other.step()
    assert len(house.receiver.got) == 1
    house.clock.turn(minutes=2)  # the first one is gone
    other.step()
    assert len(house.receiver.got) == 2
    other.stop()
    house.ask()
    one.step()  # the other one has let go
    assert len(house.receiver.got) == 3


def test_many_at_once_send_each_message_once(house: House) -> None:
    house.hooks.add(URL, by="ann")
    for _ in range(20):
        house.ask()
    senders = [Sender(house.hooks, half) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            list(threads.map(Sender.step, senders))
    positions = house.receiver.positions
    assert len(positions) == 20
    assert all(one < other for one, other in pairwise(positions))


def test_it_sends_by_itself_until_it_is_stopped(house: House) -> None:
    came = Event()
    inner = house.receiver

    def receive(*given: object, **more: object) -> Reply:
        reply = inner(*given, **more)  # type: ignore[arg-type]  # as the sender gives it
        came.set()
        return reply

    hooks = Hooks(house.database, house.ledger, (), resolver, receive)
    hooks.add(URL, by="ann")
    sender = Sender(hooks, half)
    sender.start()
    try:
        house.ask()
        assert came.wait(20)
    finally:
        sender.stop()
    house.ask()
    assert len(inner.got) == 1
    Sender(hooks, half).step()  # the one that stopped has let go
    assert len(inner.got) == 2


def test_a_ledger_put_back_from_a_backup_goes_on_from_where_it_is(house: House) -> None:
    _, hook = house.hooks.add(URL, by="ann")
    with house.database.writing() as connection:
        connection.execute(update(HOOKS).values(position=1_000))
    sent(house)
    house.ask()
    sent(house)
    assert house.receiver.positions == [house.ledger.entries_recorder.size()]
    assert house.hooks.get(hook.id).position == house.ledger.entries_recorder.size()


def test_a_name_that_leads_inside_since_it_was_added_gets_nothing(house: House) -> None:
    inside = Hooks(
        house.database, house.ledger, (), lambda *_, **__: [(2, 1, 6, "", ("10.0.0.7", 443))], house.receiver
    )
    _, hook = house.hooks.add(URL, by="ann")
    house.ask()
    Sender(inside, half).step()
    assert house.receiver.got == []
    assert "inside this network" in str(house.hooks.get(hook.id).said)


# Looking after them


def test_a_test_tells_what_came_of_it_and_needs_no_entry(house: House) -> None:
    secret, hook = house.hooks.add(URL, by="ann")
    house.hooks.pause(hook.id)
    assert house.hooks.test(hook.id).taken
    [got] = house.receiver.got
    assert got.said["type"] == "webhook.tested"
    verified(got, secret)
    house.receiver.answers["/in?x=1"] = Reply(404, "answered 404")
    assert not house.hooks.test(hook.id).taken
    assert house.hooks.get(hook.id).said == "test answered 404"


def test_one_is_listed_paused_and_removed(house: House) -> None:
    secret, hook = house.hooks.add(URL, by="ann")
    assert house.hooks.list() == [hook]
    assert secret not in repr(house.hooks.list())
    house.hooks.pause(hook.id)
    house.ask()
    sent(house)
    assert house.receiver.got == []
    assert house.hooks.get(hook.id).paused == "an admin paused it"
    house.hooks.remove(hook.id)
    assert house.hooks.list() == []
    for change in (house.hooks.remove, house.hooks.get, house.hooks.test, house.hooks.go_on, house.hooks.pause):
        with pytest.raises(UnknownHook):
            change(hook.id)


def test_what_cannot_be_sent_anywhere_is_refused_when_it_is_made(house: House) -> None:
    with pytest.raises(UnknownTypes, match=r"request\.lost"):
        house.hooks.add(URL, by="ann", types=["request.logged", "request.lost"])
    with pytest.raises(UnknownCharter):
        house.hooks.add(URL, by="ann", charter="nowhere")
    with pytest.raises(ForbiddenAddress):
        house.hooks.add("https://169.254.169.254.ip/latest", by="ann")
    with pytest.raises(UnusableAddress):
        house.hooks.add("http://hooks.example.com/", by="ann")
    assert house.hooks.list() == []


def test_there_are_only_so_many(house: House) -> None:
    for _ in range(MOST):
        house.hooks.add(URL, by="ann")
    with pytest.raises(TooManyHooks):
        house.hooks.add(URL, by="ann")


def test_waits_grow_vary_by_a_fifth_and_heed_what_the_receiver_asks() -> None:
    assert wait(1, lambda: 0.0) == timedelta(seconds=4)
    assert wait(1, lambda: 1.0) == timedelta(seconds=6)
    assert wait(500, half) == LONGEST
    assert wait(1, half, asked=120) == timedelta(minutes=2)
    assert wait(1, half, asked=10**6) == LONGEST

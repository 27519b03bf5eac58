"""Decisions logged through one server by many at once, who share its commits: in process, and over HTTP."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import NamedTuple

from benchmarks import content
from benchmarks.content import Decision
from benchmarks.contests import makers
from benchmarks.databases import Databases, Kind
from benchmarks.measure import Round, in_turns, rate
from benchmarks.ours import Ours, command
from benchmarks.results import RAW, TIMES, Limit
from charter.desk import Order
from charter.message import Refused
from projections.engine import Views
from web.writer import Writer

CLIENTS, CROWD = 32, 128
PROCESSES = 2
"""Processes that the clients over HTTP are spread over."""
TOGETHER = 100
"""Orders in one request where many are sent at once."""
PATIENCE = 60.0
"""Seconds that a server is given to start."""
_WARM_UP = 200
Turn = Callable[[Sequence[Decision]], float]
"""Logs decisions, and says how many per second."""
_ONE, _MANY = f"{CLIENTS} clients, over HTTP, one by one", f"{CLIENTS} clients, over HTTP, {TOGETHER} in a request"
_NOTHING = "nothing written"
_INSIDE = {clients: f"{clients} clients, in process" for clients in (CLIENTS, CROWD)}


def server(databases: Databases, kind: Kind, *, decisions: int, rounds: int) -> Iterator[Limit]:
    """How often as fast as raw inserts by one writer with a commit each: all take turns, each in a place of its own.

    What is counted is written and answered. A server asked over HTTP catches up its views before the next turn.
    """
    places = [databases.fresh(kind) for _ in range(3)]
    raw, inside, outside = makers(kind)[RAW](places[0]), Ours(places[1]), Ours(places[2])
    writer = Writer(inside.ledger)
    portions = {RAW: decisions, **dict.fromkeys((*_INSIDE.values(), _ONE, _NOTHING), decisions)}
    portions[_MANY] = decisions * TOGETHER // 20
    fresh = content.decisions(sum(portions.values()) * rounds + len(portions) * _WARM_UP, seed=8)
    with (
        _serving(databases, "benchmarks.served", places[2].url, outside.views) as served,
        _serving(databases, "benchmarks.framework") as framework,
    ):
        turns: dict[str, Turn] = {
            RAW: lambda some: rate(lambda: raw.log(some)),
            **{name: partial(_inside, writer, clients) for clients, name in _INSIDE.items()},
            _ONE: partial(served.log, together=1),
            _MANY: partial(served.log, together=TOGETHER),
            _NOTHING: partial(framework.log, together=1),
        }
        for turn in turns.values():
            turn(list(islice(fresh, _WARM_UP)))
        speeds = in_turns({name: _with(fresh, portions[name], turn) for name, turn in turns.items()}, rounds)
    writer.stop()
    inside.close()
    outside.close()
    raw.close()
    for place in places:
        databases.drop(place)
    yield from _limits(kind, speeds)


def _with(fresh: Iterator[Decision], portion: int, turn: Turn) -> Round:
    """A round with decisions that nobody has logged before."""
    return lambda: turn(list(islice(fresh, portion)))


def _limits(kind: Kind, speeds: Mapping[str, float]) -> Iterator[Limit]:
    for name in (*_INSIDE.values(), _ONE, _MANY):
        how = f"{speeds[name]:,.0f} decisions/s, each with a key, against {speeds[RAW]:,.0f} raw with a commit each"
        asking = "" if name in _INSIDE.values() else f"; {PROCESSES} processes ask"
        if name == _ONE:
            asking += f"; FastAPI alone, asking for no token and writing nothing: {speeds[_NOTHING]:,.0f}/s"
        title = f"logged through one server: {name}"
        told = f"{how}{asking}; aims at 3 {TIMES}"
        yield Limit(kind, title, speeds[name] / speeds[RAW], 1.0, TIMES, at_most=False, how=told)


def _inside(writer: Writer, clients: int, decisions: Sequence[Decision]) -> float:
    """How many decisions per second are durable and answered; the orders are ready before it counts."""
    orders = [Order(command(it), it.rep, it.decided_at, key=it.id.hex) for it in decisions]
    return rate(lambda: asyncio.run(_given(writer, clients, orders)))


async def _given(writer: Writer, clients: int, orders: Sequence[Order]) -> int:
    """Coroutines that give an order and wait for its answer, each with the next one that nobody has taken."""
    left = iter(orders)

    async def client() -> None:
        for order in left:
            await writer.written(order)

    try:
        await asyncio.gather(*(client() for _ in range(clients)))
    except Refused as refusal:
        raise AssertionError(refusal) from refusal
    return len(orders)


class _Served(NamedTuple):
    """A server that answers, and files for those who ask it."""

    databases: Databases
    port: int
    token: str
    files: Iterator[int]
    views: Views | None

    def log(self, decisions: Sequence[Decision], *, together: int) -> float:
        """How many decisions per second are durable and answered; clients and requests are ready before it counts."""
        asking = [self._client(decisions[number::PROCESSES], together) for number in range(PROCESSES)]
        for client in asking:
            assert client.stdout
            assert client.stdout.readline() == "ready\n"
        start = time.perf_counter()
        for client in asking:
            assert client.stdin
            client.stdin.write("go\n")
            client.stdin.flush()
        written = [int(client.stdout.readline()) for client in asking if client.stdout]
        elapsed = time.perf_counter() - start
        for client in asking:
            client.communicate()
        self._settle()
        assert sum(written) == len(decisions), (written, len(decisions))
        return len(decisions) / elapsed

    def _settle(self) -> None:
        """Wait until the server has nothing left to do: the next turn is somebody else's."""
        give_up = time.monotonic() + PATIENCE
        while self.views and any(view.behind for view in self.views.status()):
            assert time.monotonic() < give_up, self.views.status()
            time.sleep(0.1)

    def _client(self, decisions: Sequence[Decision], together: int) -> "subprocess.Popen[str]":
        file = self.databases.folder / f"orders-{next(self.files)}"
        lines = (f"{it.id.hex} {command(it).model_dump_json(exclude_none=True)}\n" for it in decisions)
        file.write_text("".join(lines), encoding="utf-8")
        arguments = (self.port, self.token, file, together, CLIENTS // PROCESSES)
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


@contextmanager
def _serving(databases: Databases, module: str, ledger: str = "none", views: Views | None = None) -> Iterator[_Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", module, ledger, str(port)]
    log = databases.folder / f"server-{port}.log"
    with log.open("wb") as said:
        running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
    try:
        assert running.stdout
        token = running.stdout.readline().strip()
        assert token, log.read_text()
        _until_it_answers(running, port, log)
        yield _Served(databases, port, token, count(), views)
    finally:
        running.terminate()
        running.communicate()


def _until_it_answers(running: "subprocess.Popen[str]", port: int, log: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < give_up, log.read_text()
            time.sleep(0.05)
        else:
            return

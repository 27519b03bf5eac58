"""One thread writes what many ask for: what waits is decided and made durable together, each answered for itself.

A commit costs a visit to the disk, however much is in it. While one is under way the orders of others gather, and go
into the next. Each is answered once its own entries are durable, and a refused one harms no other.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from threading import Condition, Lock, Thread
from time import monotonic

from eventsourcing.persistence import PersistenceError

from charter.desk import Order, Written
from charter.ledger import Ledger, TooBusy
from charter.message import Refused

Outcome = Written | Exception
"""What came of an order: a refusal where a rule said no, another exception where something broke."""
FORGET_EVERY = 3600.0
"""Seconds between two looks for answers that are old enough to be forgotten."""


class Stopping(Refused):
    """The server is stopping and takes nothing more. Nothing was written; try again in a moment."""


class Overloaded(Refused):
    """{waiting} orders are waiting to be written, more than this server takes. Nothing was written; try again in a
    moment."""


class Writer:
    """The only way by which a server writes to its ledger. Safe to use from many threads and event loops at once.

    At most `most` orders share a commit (those given together always do), and at most `waiting` wait for one. The
    counts are for whoever watches: `orders` taken, `batches` they were written in, how many of them were `refused` by
    a rule, or `failed` because something broke.
    """

    def __init__(self, ledger: Ledger, *, most: int = 1_000, waiting: int = 10_000) -> None:
        self._ledger = ledger
        self._most = most
        self._limit = waiting
        self._tickets: deque[_Ticket] = deque()
        self._change = Condition()
        self._stopping = False
        self.waiting = self.orders = self.batches = self.refused = self.failed = 0
        self._thread = Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def is_taking(self) -> bool:
        """Whether it takes orders: not once it was told to stop."""
        return self._thread.is_alive() and not self._stopping

    def write(self, order: Order) -> Written:
        """Write what one order leads to, and return once it is durable.

        Raises Refused: a rule's own, Overloaded or Stopping.
        """
        [outcome] = self.write_many([order])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def write_many(self, orders: Sequence[Order]) -> list[Outcome]:
        """Write what several orders lead to, in one transaction; an outcome for each. Raises Overloaded or Stopping."""
        ticket = _OfThread(orders)
        self._take(ticket)
        return ticket.outcomes()

    async def written(self, order: Order) -> Written:
        """`write` for a coroutine, which lets others go on meanwhile."""
        [outcome] = await self.many([order])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def many(self, orders: Sequence[Order]) -> list[Outcome]:
        """`write_many` for a coroutine. Who stops waiting does not take back what was asked."""
        ticket = _OfLoop(orders)
        self._take(ticket)
        return await ticket.answered

    def stop(self) -> None:
        """Finish what was taken, and take nothing more; returns when all is durable and answered."""
        with self._change:
            self._stopping = True
            self._change.notify()
        self._thread.join()

    def _take(self, ticket: _Ticket) -> None:
        count = len(ticket.orders)
        with self._change:
            if self._stopping:
                raise Stopping
            if self.waiting and self.waiting + count > self._limit:
                raise Overloaded(waiting=self.waiting)
            self.waiting += count
            self._tickets.append(ticket)
            self._change.notify()

    def _run(self) -> None:
        forget_at = monotonic()
        while (tickets := self._next(forget_at)) is not None:
            if tickets:
                self._settle(tickets)
            if monotonic() >= forget_at:
                with suppress(PersistenceError):  # the database is away: next time, then
                    self._ledger.forget_answers()
                forget_at = monotonic() + FORGET_EVERY

    def _next(self, until: float) -> list[_Ticket] | None:
        """What waits, up to the most that share a commit, once there is some; None when nothing more will come."""
        with self._change:
            self._change.wait_for(lambda: self._tickets or self._stopping, max(until - monotonic(), 0.0))
            if self._stopping and not self._tickets:
                return None
            tickets: list[_Ticket] = []
            count = 0
            while self._tickets and (not tickets or count + len(self._tickets[0].orders) <= self._most):
                tickets.append(self._tickets.popleft())
                count += len(tickets[-1].orders)
            self.waiting -= count
            return tickets

    def _settle(self, tickets: Sequence[_Ticket]) -> None:
        orders = [order for ticket in tickets for order in ticket.orders]
        outcomes = self._outcomes(orders)
        broken = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        refused = sum(isinstance(outcome, Refused) for outcome in broken)
        self.batches += 1
        self.orders += len(orders)
        self.refused += refused
        self.failed += len(broken) - refused
        _answer(tickets, iter(outcomes))

    def _outcomes(self, orders: Sequence[Order]) -> Sequence[Outcome]:
        """What comes of a batch. Where one order breaks the deciding of all, halves are tried: only that one fails."""
        try:
            return self._ledger.write_all(orders)
        except (PersistenceError, TooBusy) as error:  # no order's fault, and no better for half of them
            return [error] * len(orders)
        except Exception as error:
            if len(orders) == 1:
                return [error]
            half = len(orders) // 2
            return [*self._outcomes(orders[:half]), *self._outcomes(orders[half:])]


class _OfThread:
    """Orders that were given together, and the thread that waits for what comes of them."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.orders = orders
        self._outcomes: list[Outcome] = []
        self._settled = Lock()
        self._settled.acquire()

    def settle(self, outcomes: list[Outcome]) -> None:
        self._outcomes = outcomes
        self._settled.release()

    def outcomes(self) -> list[Outcome]:
        self._settled.acquire()
        return self._outcomes


class _OfLoop:
    """Orders that were given together, and the coroutine that waits for what comes of them."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self.orders = orders
        self.loop = asyncio.get_running_loop()
        self.answered: asyncio.Future[list[Outcome]] = self.loop.create_future()

    def settle(self, outcomes: list[Outcome]) -> None:
        """To be called in its loop."""
        if not self.answered.done():  # nobody waits any more where it was cancelled
            self.answered.set_result(outcomes)


_Ticket = _OfThread | _OfLoop


def _answer(tickets: Iterable[_Ticket], outcomes: Iterator[Outcome]) -> None:
    """Hand each what came of its orders; a loop is called once for all that wait in it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_OfLoop, list[Outcome]]]] = {}
    for ticket in tickets:
        own = list(islice(outcomes, len(ticket.orders)))
        if isinstance(ticket, _OfLoop):
            by_loop.setdefault(ticket.loop, []).append((ticket, own))
        else:
            ticket.settle(own)
    for loop, settled in by_loop.items():
        with suppress(RuntimeError):  # the loop was closed, and who waited in it went with it
            loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: Iterable[tuple[_OfLoop, list[Outcome]]]) -> None:
    for ticket, outcomes in settled:
        ticket.settle(outcomes)

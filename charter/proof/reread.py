"""Reads a whole ledger again, alone or with other processes, and puts together what each of them found.

The ledger is cut into stretches of a power of two, so that each comes to the root of one perfect subtree, and nothing
but those roots and the first fault has to be passed on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from signal import SIG_BLOCK, SIG_SETMASK, SIG_UNBLOCK, SIGHUP, SIGINT, SIGTERM, pthread_sigmask
from typing import NamedTuple, Self

from charter.proof.rehash import Fault, Misfit, Part, Reader, Source, rehash, rehash_apart
from charter.tree import Frontier, TileRoot

_STRETCH = 1 << 14
"""Entries that a process takes at a time."""

Progress = Callable[[int, int], None]
"""Told how much is done, of how much: of entries, of bytes, or of 100 percent."""


_DEADLY = (SIG_UNBLOCK, (SIGHUP, SIGTERM))
"""What the other processes hear once they are at work: Ctrl-C is for this process alone, which ends them."""


class Whole(NamedTuple):
    """What the stretches came to together."""

    tree: Frontier
    cut: Frontier | None
    """The tree up to the position asked for, if there are so many entries."""
    last_time: str
    fault: Fault | None
    misfit: Misfit | None
    """The first stored root of the tree that does not fit; looked for where there is no fault."""


class Team:
    """The processes that share the stretches: the others begin at the first, this one at the last."""

    def __init__(
        self, source: Source, count: int, highest: int, cut: int, workers: int, progress: Progress | None
    ) -> None:
        starts = range(0, count, _STRETCH) or range(1)
        self._tasks = [(start, start + _STRETCH, min(_STRETCH, count - start)) for start in starts]
        last, _, expected = self._tasks[-1]
        self._tasks[-1] = (last, max(highest, last), expected)  # with whatever lies beyond
        self._cut = cut
        self._done, self._count, self._progress = 0, count, progress
        self._others = None
        self._futures: list[Future[Part]] = []
        if workers > 1 and len(self._tasks) > 1:
            self._others = ProcessPoolExecutor(workers - 1, get_context("spawn"), pthread_sigmask, _DEADLY)
            with _undisturbed():
                self._futures = [self._others.submit(rehash_apart, source, *task, self._cut) for task in self._tasks]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._others:
            self._others.shutdown(cancel_futures=True)

    def whole(self, reader: Reader) -> Whole:
        """All stretches together; this process works with `reader`."""
        return _joined(self._parts(reader), reader)

    def _parts(self, reader: Reader) -> list[Part]:
        if not self._futures:
            return [self._own(reader, task) for task in self._tasks]
        own = {
            index: self._own(reader, self._tasks[index])
            for index in reversed(range(len(self._tasks)))
            if self._futures[index].cancel()  # nobody has taken it yet
        }
        return [own[index] if index in own else self._other(future) for index, future in enumerate(self._futures)]

    def _own(self, reader: Reader, task: tuple[int, int, int]) -> Part:
        return rehash(reader, *task, self._cut, self._report)

    def _other(self, future: Future[Part]) -> Part:
        part = future.result()
        self._report(part.rows)
        return part

    def _report(self, rows: int) -> None:
        self._done += rows
        if self._progress:
            self._progress(self._done, self._count)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A stop is heard afterwards, and not by processes that begin meanwhile: they would say where it met them."""
    before = pthread_sigmask(SIG_BLOCK, (SIGHUP, SIGINT, SIGTERM))
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _joined(parts: Iterable[Part], reader: Reader) -> Whole:
    """The stretches put together, up to the first fault that leaves rows out."""
    tree = Frontier()
    cut: Frontier | None = None
    last_time = ""
    fault: Fault | None = None
    misfit: Misfit | None = None
    above: list[TileRoot] = []
    for part in parts:
        if fault is None:
            fault = part.fault
            if part.rows and part.first_time < last_time and (fault is None or fault.position > tree.size + 1):
                fault = Fault(tree.size + 1, "time")
        if part.cut is not None:
            cut = _extended(Frontier.from_bytes(tree.size, tree.to_bytes()), part.cut)
        _extended(tree, part.subtrees, above)
        last_time = part.last_time
        misfit = misfit or part.misfit
        if fault and fault.what not in ("leaf", "time", "malformed"):
            break
    if fault is None:
        misfit = misfit or reader.misfit(sorted(above))
    return Whole(tree, cut, last_time, fault, misfit)


def _extended(
    tree: Frontier, subtrees: Iterable[tuple[int, bytes]], completed: list[TileRoot] | None = None
) -> Frontier:
    for height, root in subtrees:
        tree.append_subtree(height, root, completed)
    return tree

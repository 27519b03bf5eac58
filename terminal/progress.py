"""Long work: what is done and what is left, on standard error, and a clean stop when it is told to."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

import click

INTERRUPTED = 130
PATIENCE = 1.0
"""Seconds before progress is shown at all: quick work needs none."""


class Step(Protocol):
    """Called with how much is done by now, of how much if that has become known."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Show it."""


class Stopped(click.ClickException):
    """Somebody pressed Ctrl-C, or ended the process; the message says what is done and what to do next."""

    exit_code = INTERRUPTED


@contextmanager
def progress(what: str, stopped: Callable[[int], str]) -> Iterator[Step]:
    """Show how far long work has come, when a person is there to see it.

    `stopped` says, from what was done, what a stop at this point means.
    """
    bar = _Bar(what) if sys.stderr.isatty() else None
    reached = 0

    def step(done: int, total: int | None = None, /) -> None:
        nonlocal reached
        reached = done
        if bar is not None:
            bar.show(done, total)

    try:
        with _heard():
            yield step
    except KeyboardInterrupt:
        raise Stopped(stopped(reached)) from None
    finally:
        if bar is not None:
            bar.close()


@contextmanager
def _heard() -> Iterator[None]:
    """SIGTERM and SIGHUP, of which the process would die at once, are heard as Ctrl-C is."""
    if threading.current_thread() is not threading.main_thread():  # which alone may say what signals do
        yield
        return
    deadly = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for each in deadly:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each in deadly:
            signal.signal(each, signal.SIG_DFL)


class _Bar:
    """A line that moves, made by rich, which is imported only when the work turns out to be long."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._due = monotonic() + PATIENCE
        self._move: Step | None = None
        self._end: Callable[[], None] | None = None

    def show(self, done: int, total: int | None) -> None:
        """Move the line to what is done."""
        if self._move is None:
            if monotonic() < self._due:
                return
            self._open()
        assert self._move is not None
        self._move(done, total)

    def close(self) -> None:
        """Take the line away."""
        if self._end is not None:
            self._end()

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        shown = Progress(*columns, console=Console(stderr=True), transient=True)
        task = shown.add_task(self._what, total=None)
        shown.start()
        self._move = lambda done, total=None: shown.update(task, completed=done, total=total)
        self._end = shown.stop

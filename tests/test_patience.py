"""A test that waits for what does not come fails, and says so: no run of the tests stands still."""

from __future__ import annotations

import signal
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue
from subprocess import PIPE, Popen
from threading import Event, Thread

import pytest

from tests.conftest import no_longer_than

SENTENCE = "what it waits for does not come"


def _event(came: Event) -> None:
    came.wait()


def _thread(came: Event) -> None:
    thread = Thread(target=came.wait)
    thread.start()
    thread.join()


def _queue(_: Event) -> None:
    Queue[str]().get()


def _result(_: Event) -> None:
    Future[str]().result()


def _workers(came: Event) -> None:
    with ThreadPoolExecutor(1) as threads:
        threads.submit(came.wait)


def _process(_: Event) -> None:
    with Popen(["sleep", "60"], stdout=PIPE) as process:
        try:
            assert process.stdout
            process.stdout.read()
        finally:
            process.kill()


def _loop(came: Event) -> None:
    while not came.is_set():
        pass


@pytest.mark.parametrize("wait", [_event, _thread, _queue, _result, _workers, _process, _loop])
def test_whoever_waits_in_vain_is_told(wait: object) -> None:
    came = Event()
    try:
        with pytest.raises(pytest.fail.Exception, match=SENTENCE), no_longer_than(0.1):
            wait(came)  # type: ignore[operator]
    finally:
        came.set()


def test_whoever_gets_what_they_wait_for_goes_on() -> None:
    with no_longer_than(0.05):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)

"""Work in the background: what comes of it where it cannot begin, and where the server is stopped meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from structlog.testing import capture_logs

from charter.backup.refusals import BackupExists
from charter.proof.reread import Progress
from tests.web.conftest import ADMIN, REVIEWER, Browse
from web.work import CutOff, NotBegun, Run, Work
from web.writer import Stopping

AT = datetime(2026, 11, 22, tzinfo=UTC)
WAIT = 60


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The system gives no more threads until this is undone."""

    class NoThread(Thread):
        def start(self) -> None:
            msg = "can't start new thread"
            raise RuntimeError(msg)

    monkeypatch.setattr("web.work.Thread", NoThread)
    return monkeypatch


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """All work goes on when somebody looks at it first, and has ended when they look again."""
    seen: set[str] = set()

    def running(work: Work[str]) -> Run[str] | None:
        if work.name in seen:
            return None
        seen.add(work.name)
        return Run(work.name, "ann", AT)

    monkeypatch.setattr(Work, "running", property(running, lambda *_: None))


@pytest.mark.usefixtures("ends")
def test_what_ends_while_its_page_is_made_is_shown_as_under_way(browse: Browse) -> None:
    for person, page, works in ((ADMIN, "/admin/system", 2), (REVIEWER, "/review/verification", 1)):
        answer = browse(person).get(page)
        assert (answer.status_code, answer.text.count("Asked for by ann.")) == (200, works)
        assert 'hx-trigger="every 1s"' in answer.text


@pytest.mark.usefixtures("ends")
def test_whoever_asks_for_what_ends_just_then_is_given_it() -> None:
    run, begun = Work[str]("counting").begin("ben", AT, lambda _: "done")
    assert (run.by, begun) == ("ann", False)


def test_what_fails_without_a_word_has_failed_all_the_same() -> None:
    def do(_: Progress) -> str:
        raise TimeoutError

    work = Work[str]("counting")
    run, _ = work.begin("ann", AT, do)
    work.wait(WAIT)
    assert (run.failed, work.failed) == ("TimeoutError", "TimeoutError")


def test_why_it_failed_is_said_on_one_line() -> None:
    def do(_: Progress) -> str:
        raise BackupExists(path="monday.backup")

    work = Work[str]("counting")
    run, _ = work.begin("ann", AT, do)
    work.wait(WAIT)
    assert run.failed == work.failed
    assert run.failed.startswith("There is something at monday.backup already")
    assert "\n" not in run.failed


def test_work_without_a_thread_is_not_under_way(no_room: pytest.MonkeyPatch) -> None:
    work = Work[str]("counting")
    with pytest.raises(NotBegun, match="can't start new thread"):
        work.begin("ann", AT, lambda _: "done")
    assert (work.running, work.failed) == (None, "")
    work.wait(WAIT)
    no_room.undo()
    _, begun = work.begin("ann", AT, lambda _: "done")
    work.wait(WAIT)
    assert (begun, work.last) == (True, "done")


def test_the_page_says_that_there_is_no_room_and_does_not_show_it_as_under_way(
    browse: Browse, no_room: pytest.MonkeyPatch
) -> None:
    for person, page in ((ADMIN, "/admin/system/checkpoint"), (REVIEWER, "/review/verification")):
        answer = browse(person).post(page)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
        assert "Nothing was begun; try again in a moment." in answer.text
    assert "hx-trigger" not in browse(ADMIN).get("/admin/system", headers={"HX-Request": "true"}).text
    assert "hx-trigger" not in browse(REVIEWER).get("/review/verification", headers={"HX-Request": "true"}).text


def test_a_stop_cuts_off_what_says_how_far_it_is_and_nothing_more_is_begun() -> None:
    work = Work[str]("counting")
    begun, go_on = Event(), Event()

    def do(progress: Progress) -> str:
        begun.set()
        assert go_on.wait(WAIT)
        progress(1, 2)
        return "done"

    run, _ = work.begin("ann", AT, do)
    assert begun.wait(WAIT)
    work.stop()
    with pytest.raises(Stopping):
        work.begin("ben", AT, do)
    with capture_logs() as logged:
        go_on.set()
        work.wait(WAIT)
    assert (work.running, work.last, work.failed) == (None, None, str(CutOff()))
    assert (run.made, run.failed) == (None, str(CutOff()))
    assert ("work.cut_off", "counting", "ann") in [(each["event"], each["work"], each["by"]) for each in logged]


def test_a_stop_lets_what_has_come_to_its_end_be() -> None:
    work = Work[str]("counting")
    go_on = Event()

    def do(_: Progress) -> str:
        assert go_on.wait(WAIT)
        return "done"

    work.begin("ann", AT, do)
    work.stop()
    go_on.set()
    work.wait(WAIT)
    assert (work.last, work.failed) == ("done", "")

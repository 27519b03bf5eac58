"""The first command of the README: it makes a year of an airline, and goes on in the browser, at any of four desks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.web.test_stop import ROOT

HEADINGS = {
    "a rep": "Answer a request",
    "a leader": "The draft of",
    "a reviewer": "Integrity history",
    "an admin": "Answer a request",
}


class Demo:
    """The command at work: what it said before its links, and the links, by what one is."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr
        self.process = process
        self.before: list[str] = []
        self.links: dict[str, str] = {}
        for line in process.stderr:
            if found := re.search(r"as (an? \w+) +(http\S+)", line):
                self.links[found[1]] = found[2]
            elif not self.links:
                self.before.append(line)
            elif not line.strip():  # they end there
                break

    def stop(self) -> str:
        """Stop it as a person does; what it still said."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return said


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """The command as the README has it, but on a free port."""
    [command] = re.findall(r"\.venv/bin/charter (demo .*)", (ROOT / "README.md").read_text("utf-8"))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *command.split(), "--port", "0"],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "CHARTER_MASTER_KEY"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Demo(process)
    finally:
        process.kill()
        process.communicate()


def enter(page: Page, link: str) -> None:
    """Come in by a link."""
    page.goto(link)
    page.get_by_role("button", name="Go on as").click()


def test_the_demo_ends_at_the_desk_of_whoever_one_wants_to_be(tmp_path: Path, page: Page) -> None:
    """Its links are good as soon as they are printed."""
    with demo(tmp_path) as running:
        assert running.links.keys() == HEADINGS.keys()
        for role, heading in HEADINGS.items():
            enter(page, running.links[role])
            expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
            page.get_by_role("button", name="Sign out").first.click()
        assert running.stop().endswith("Stopped; everything that was accepted is written.\n")


def test_the_same_command_opens_it_again_with_new_links(tmp_path: Path, page: Page) -> None:
    with demo(tmp_path) as first:
        first.stop()
    with demo(tmp_path) as second:
        assert second.links.keys() == HEADINGS.keys()
        assert not {*map(secret, first.links.values())} & {*map(secret, second.links.values())}
        enter(page, second.links["a reviewer"])
        expect(page.get_by_role("heading", level=1)).to_contain_text(HEADINGS["a reviewer"])
        second.stop()


def test_the_links_stand_together_and_the_log_says_before_them_whom_they_are_for(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        running.stop()
    log = [place for place, line in enumerate(running.before) if "link_made" in line]
    assert [running.before[place].split("of=")[1].strip() for place in log] == ["tom", "jonas", "ines", "mara"]
    assert running.before[log[-1] + 1] == "\n"
    assert running.before[log[-1] + 2].startswith("The charter is at ")
    assert "[info" not in "".join(running.before[log[-1] + 2 :])


def secret(link: str) -> str:
    """What a link is good for, wherever the server listens."""
    return link.rpartition("/")[2]

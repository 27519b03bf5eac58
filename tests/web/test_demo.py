"""The first command of the README: it makes a year of an airline, and goes on in the browser, at any of three desks."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_stop import ROOT

HEADINGS = {"a rep": "Answer a request", "a leader": "The draft of", "a reviewer": "Integrity history"}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The command as the README has it, but on a free port."""
    [command] = re.findall(r"\.venv/bin/charter (demo .*)", (ROOT / "README.md").read_text("utf-8"))
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *command.split(), "--port", "0"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "CHARTER_MASTER_KEY"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_the_demo_ends_at_the_desk_of_whoever_one_wants_to_be(demo: subprocess.Popen[str], page: Page) -> None:
    """Its links are good as soon as they are printed."""
    links = {}
    for line in demo.stderr or ():
        if found := re.search(r"as (a \w+) +(http\S+)", line):
            links[found[1]] = found[2]
        if links.keys() == HEADINGS.keys():
            break
    for role, heading in HEADINGS.items():
        page.goto(links[role])
        page.get_by_role("button", name="Go on as").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        page.get_by_role("button", name="Sign out").first.click()
    demo.send_signal(signal.SIGINT)
    _, said = demo.communicate(timeout=60)
    assert demo.returncode == 0
    assert said.endswith("Stopped; everything that was accepted is written.\n")

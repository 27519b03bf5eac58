"""A terminal to type into, and a ledger with a published charter to type about."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from cli import charter

STORY = (
    'init --name "Ann Field" --department Sales',
    'person register ben --name "Ben Ode" --department Service',
    "person grant ben rep",
    'person register cleo --name "Cleo Ray" --department Audit',
    "person grant cleo reviewer",
    "person grant cleo leader",
    'open skyline --brand "Skyline Air" --style "Plain, kind and on time." --zone Europe/Berlin',
    (
        'promise make REFUND-30 --title "Money back" --statement "We refund unused tickets in 30 days." '
        '--class differentiator --owner "Head of Service" --feels safe --does "books again" --outcome repeat-purchase '
        '--limit "company: No refund on used tickets" --limit "law: No refund to another card"'
    ),
    (
        'promise make BAG-FREE --title "First bag free" --statement "Your first bag flies free." '
        '--class baseline --owner "Head of Ground" --feels welcome --does "tells friends" --outcome referral'
    ),
    'revision propose --summary "The first promises" --participant "Ann Field" --option "Promise less"',
    "revision approve 1 --by cleo",
    "revision publish 1",
)


class Typed(NamedTuple):
    """What came back for a line that was typed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


class Terminal:
    """Types lines after `charter`, as somebody, about one ledger."""

    def __init__(self, folder: Path, by: str = "ann") -> None:
        self.folder = folder
        self.env = {
            "CHARTER_LEDGER": str(folder / "charter.db"),
            "CHARTER_BY": by,
            "CHARTER_CHARTER": "",
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "CHARTER_SIGNING_KEY": "",
            "CHARTER_POLICY": "",
        }

    def __call__(self, line: str | list[str], by: str | None = None, **env: str) -> Typed:
        """Type a line and read what comes back; anything but a sentence and an exit code fails the test."""
        words = env | ({"CHARTER_BY": by} if by else {})
        result = CliRunner(env=self.env | words).invoke(charter, line)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Typed(result.exit_code, result.stdout, result.stderr)

    def ok(self, line: str | list[str], by: str | None = None) -> str:
        """Type a line that has to work, and read its answer on one line."""
        typed = self(line, by)
        assert typed.code == 0, typed
        return " ".join(typed.out.split())

    def no(self, line: str | list[str], code: int, by: str | None = None) -> str:
        """Type a line that has to be refused with an exit code, and read why on one line."""
        typed = self(line, by)
        assert (typed.code, typed.out) == (code, ""), typed
        return " ".join(typed.err.split())


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a ledger in which revision 1 of skyline is published."""
    folder = tmp_path_factory.mktemp("published")
    terminal = Terminal(folder)
    for line in STORY:
        terminal.ok(line)
    return folder


@pytest.fixture
def skyline(published: Path, tmp_path: Path) -> Terminal:
    """A terminal about a copy of that ledger; ann is everything, ben a rep, cleo a reviewer and leader."""
    for file in published.iterdir():
        if file.is_file():
            shutil.copy(file, tmp_path)
    return Terminal(tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> Terminal:
    """A terminal in a folder without a ledger."""
    return Terminal(tmp_path)


@pytest.fixture(autouse=True)
def _zone() -> Iterator[None]:
    """The user lives in New York unless a test says otherwise."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "America/New_York"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()

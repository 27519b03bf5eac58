"""What tests of the pages and the API may ask for: the demo's site, clients signed in as its people, a real browser."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.testclient import TestClient

from charter.demo import make_demo
from charter.keys.commands import AdoptKey
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.proof.identity import origin
from charter.proof.note import SigningKey
from charter.terms import Role
from projections.engine import Views
from tests.web.chromium import chromium
from web.access.links import Kind
from web.access.secret import csrf_token
from web.access.tokens import Scope
from web.app import create_app
from web.security import cookie_name
from web.serve import server
from web.settings import Settings
from web.site import Site

ADDRESS = "https://charter.test"
CHARTER = "larkwing"
LEADER, OTHER_LEADER, REVIEWER, REP, BENDING_REP = "mara", "jonas", "ines", "tom", "priya"
ADMIN = "root"
PASSWORD = "nine grey herons by the weir"  # noqa: S105  # of a test
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Browse = Callable[[str], TestClient]
Program = Callable[..., TestClient]


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's ledger, its keys and its views, caught up; tests work on copies."""
    folder = tmp_path_factory.mktemp("demo")
    ledger = make_demo(str(folder / "charter.db"))
    views = Views(ledger)
    views.catch_up()
    views.close()
    ledger.close()
    return folder


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the server has a home of their own, in which there is no key and nothing is known of any ledger."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def ledger(demo_folder: Path, tmp_path: Path) -> Iterator[Ledger]:
    """A copy of the demo's ledger, in which root is an admin too."""
    folder = tmp_path / "site"
    shutil.copytree(demo_folder, folder)
    opened = Ledger(str(folder / "charter.db"))
    opened.write(RegisterPerson(person=ADMIN, full_name="Ada Root", department="IT"), by=LEADER)
    opened.write(GrantRole(person=ADMIN, role=Role.ADMIN), by=LEADER)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder for backups of the site."""
    made = tmp_path / "backups"
    made.mkdir()
    return made


@pytest.fixture
def site(ledger: Ledger, folder: Path) -> Iterator[Site]:
    """A site over the copy, whose admins can make backups."""
    opened = Site.open(ledger, Settings(address=ADDRESS, backups=folder))
    yield opened
    opened.close()


@pytest.fixture
def signing(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server has a key that the ledger adopted."""
    key = SigningKey.new(origin(ledger.engine))
    ledger.write(AdoptKey(key=str(key.verifier)), by=LEADER)
    monkeypatch.setenv("CHARTER_SIGNING_KEY", str(key))


@pytest.fixture
def app(site: Site) -> FastAPI:
    """The site's application."""
    return create_app(site)


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[TestClient]:
    """Somebody who has not signed in."""
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def browse(site: Site, app: FastAPI) -> Iterator[Browse]:
    """Signs a person in: a client with their cookie, whose forms prove where they come from."""
    opened: list[TestClient] = []

    def sign_in(person: str) -> TestClient:
        secret = site.accounts.sessions.begin(person, "password", "a test")
        client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
        client.cookies.set(cookie_name(site.settings), secret)
        client.headers |= {"Origin": ADDRESS, "X-CSRF-Token": csrf_token(secret)}
        opened.append(client)
        return client

    yield sign_in
    for client in opened:
        client.close()


@pytest.fixture
def program(site: Site, app: FastAPI) -> Iterator[Program]:
    """Gives a program a token of a person, which may write unless it is said otherwise."""
    opened: list[TestClient] = []

    def with_token(person: str, *scopes: str) -> TestClient:
        text, _ = site.accounts.tokens.make(person, "a test", [Scope(scope) for scope in scopes or ("write",)])
        client = TestClient(app, base_url=ADDRESS, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {text}"
        opened.append(client)
        return client

    yield with_token
    for client in opened:
        client.close()


@dataclass(frozen=True)
class Served:
    """A site that a real browser can reach."""

    site: Site
    address: str

    def sign_in(self, page: Page, person: str) -> None:
        """Give the browser a session of a person."""
        secret = self.site.accounts.sessions.begin(person, "password", "a browser")
        page.context.add_cookies([{"name": cookie_name(self.site.settings), "value": secret, "url": self.address}])

    def come_in(self, page: Page, person: str) -> None:
        """Sign a person in as they do it themselves: with a password, on the page where one signs in."""
        if not self.site.accounts.can_sign_in(person):
            self.site.accounts.welcome(self.site.accounts.links.make(Kind.INVITATION, person), PASSWORD)
        page.goto(f"{self.address}/sign-in")
        page.get_by_label("Your id").fill(person)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/sign-in" not in address)


@pytest.fixture
def served(ledger: Ledger) -> Iterator[Served]:
    """The site, answering on a free port of this computer."""
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    site = Site.open(ledger, Settings(address=address))
    running = server(site)
    thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
    thread.start()
    give_up = time.monotonic() + 30
    while not running.started:
        assert thread.is_alive() and time.monotonic() < give_up, "the server did not start"
        thread.join(0.02)
    yield Served(site, address)
    running.should_exit = True
    thread.join(30)
    listener.close()
    site.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium, installed where there is none."""
    arguments = ["--no-sandbox", "--disable-background-networking", "--no-first-run", "--disable-sync"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new window of the browser, whose scripts may not fail and whose policy nothing may break."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", viewport={"width": 1200, "height": 800})
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert not wrong, wrong


def axe(page: Page) -> list[str]:
    """What axe finds wrong with a page, one sentence each; the strict policy is set aside for the check alone."""
    with_axe = page.evaluate("typeof axe !== 'undefined'")
    if not with_axe:
        page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(f"axe.run({{runOnly: {RULES}, resultTypes: ['violations']}})")
    return [
        f"{violation['id']}: {violation['help']} at {node['target']}: {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]

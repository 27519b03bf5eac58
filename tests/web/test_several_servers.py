"""Several servers work on one PostgreSQL ledger: who signed in at one is known to the other, and both write."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from charter import schema
from charter.charters.commands import OpenCharter
from charter.ledger import Ledger
from charter.people.commands import RegisterPerson
from charter.proof.verify import verify
from web.access.secret import csrf_token
from web.app import create_app
from web.security import cookie_name
from web.settings import Settings
from web.site import Site

ADDRESS = "https://charter.test"
EACH = 20


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[Site, Site]]:
    """Two sites over one ledger, each with connections and a writer of its own."""
    schema.create(postgres_url)
    sites = []
    for _ in range(2):
        ledger = Ledger(postgres_url)
        sites.append(Site.open(ledger, Settings(address=ADDRESS)))
    first, second = sites
    first.ledger.write(RegisterPerson(person="ann", full_name="Ann Weaver"), by="ann")
    first.ledger.write(OpenCharter(charter="skyline", brand="Skyline", style="Plain."), by="ann")
    yield first, second
    for site in sites:
        site.close()
        site.ledger.close()


def client(site: Site, secret: str) -> TestClient:
    """A browser at one of the servers."""
    browser = TestClient(create_app(site), base_url=ADDRESS)
    browser.cookies.set(cookie_name(site.settings), secret)
    browser.headers |= {"Origin": ADDRESS, "X-CSRF-Token": csrf_token(secret)}
    return browser


def test_who_signed_in_at_one_is_known_to_the_other_and_signed_out_of_both(two: tuple[Site, Site]) -> None:
    secret = two[0].accounts.sessions.begin("ann", "password", "a test")
    one, other = (client(site, secret) for site in two)
    assert other.get("/desk").status_code == 200
    one.post("/sign-out")
    assert other.get("/desk", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_both_write_at_once_without_a_gap_and_each_reads_what_the_other_wrote(two: tuple[Site, Site]) -> None:
    secret = two[0].accounts.sessions.begin("ann", "password", "a test")
    browsers = [client(site, secret) for site in two]
    before = two[0].ledger.entries_recorder.size()

    def log(number: int) -> int:
        body = {"charter": "skyline", "request": f"Request {number}"}
        answer = browsers[number % 2].post("/api/v1/commands/log-request", json=body)
        assert answer.status_code == 201, answer.text
        position: int = answer.json()["positions"][0]
        return position

    with ThreadPoolExecutor(8) as pool:
        positions = sorted(pool.map(log, range(2 * EACH)))
    assert positions == list(range(before + 1, before + 2 * EACH + 1))
    for browser in browsers:
        found = browser.get(f"/api/v1/decisions?charter=skyline&first={2 * EACH}").json()
        assert len(found["items"]) == 2 * EACH, found
    assert verify(two[0].ledger.engine).ok

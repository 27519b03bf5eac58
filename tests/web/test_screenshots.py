"""The pictures in the documentation: every one of them is what the pages look like now.

With --write-pictures they are written to docs/images; without, each page is only drawn and has to be there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import ADMIN, LEADER, REP, REVIEWER, Served
from tests.web.rep.test_by_keyboard import answer_no

DOCS = Path(__file__).parents[2] / "docs"
IMAGES = DOCS / "images"
ROLES = ("rep", "leader", "reviewer", "admin", "public")
CUSTOMER = "C. Moreau"
OLDER = "promise=REFUND-24&until=2026-08-01"


class Picture(NamedTuple):
    """A picture: whose page it is (None: everybody's), its address, and what is done on it first."""

    person: str | None
    path: str
    first: Callable[[Page], object] | None = None
    height: int = 820


def a_no(page: Page) -> None:
    """Answer a request up to the last key, and wait for the words for the customer."""
    answer_no(page)
    expect(page.locator("[name=told]")).to_have_value(re.compile("you can appeal"))


def an_older_decision(page: Page) -> None:
    """Open a decision whose promise has been reworded since."""
    page.locator("main a[href*='/review/decisions/']").first.click()
    page.wait_for_url(re.compile(r"/review/decisions/[0-9a-f]{32}"))


def verified(page: Page) -> None:
    """Verify the ledger, and wait for what comes of it."""
    page.get_by_role("button", name="Verify now").click()
    page.get_by_text("nothing was altered").first.wait_for()


def found(page: Page) -> None:
    """Look a customer up."""
    page.locator("main input[name=who]").fill(CUSTOMER)
    page.locator("main input[name=who]").press("Enter")
    page.wait_for_url(re.compile(r"/review/subjects/[0-9a-f]{32}"))


PICTURES = {
    "rep": Picture(REP, "/desk", a_no, 1290),
    "leader-draft": Picture(LEADER, "/charter"),
    "leader-diff": Picture(LEADER, "/charter/revisions/3/diff"),
    "review-history": Picture(REVIEWER, "/review", height=1100),
    "review-trail": Picture(REVIEWER, f"/review/decisions?{OLDER}", an_older_decision, 1100),
    "review-verification": Picture(REVIEWER, "/review/verification", verified, 700),
    "review-person": Picture(REVIEWER, "/review/subjects", found, 700),
    "admin-person": Picture(ADMIN, "/admin/people/priya"),
    "public": Picture(None, "/c/larkwing"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_can_be_taken(
    name: str, served: Served, page: Page, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    picture = PICTURES[name]
    page.set_viewport_size({"width": 1100, "height": picture.height})
    if picture.person:
        served.sign_in(page, picture.person)
    answer = page.goto(served.address + picture.path)
    assert answer is not None and answer.ok
    if picture.first is not None:
        picture.first(page)
    folder = IMAGES if request.config.getoption("--write-pictures") else tmp_path
    folder.mkdir(exist_ok=True)
    assert page.screenshot(path=folder / f"{name}.png").startswith(b"\x89PNG")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_document_with_a_picture_to_which_the_readme_leads(role: str) -> None:
    assert re.search(r"!\[[^]]{20,}\]\(images/[\w-]+\.png\)", (DOCS / f"{role}.md").read_text())
    assert f"(docs/{role}.md)" in (DOCS.parent / "README.md").read_text()


def test_the_documents_show_these_pictures_and_no_others() -> None:
    shown = {
        found for document in DOCS.glob("*.md") for found in re.findall(r"images/([\w-]+)\.png", document.read_text())
    }
    assert shown == set(PICTURES)
    assert shown == {picture.stem for picture in IMAGES.glob("*.png")}

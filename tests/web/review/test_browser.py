"""The reviewer's desk in a real browser: from the history to evidence that verifies, on any screen and on paper."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from projections.decision_register import Filter
from projections.decision_register import page as register_page
from tests.web.conftest import REVIEWER, Served
from tests.web.review.conftest import Publish


def test_a_trail_prints_without_what_is_only_for_the_screen(served: Served, page: Page, publish: Publish) -> None:
    publish()
    decision = register_page(served.site.views, Filter.model_validate({"stage": "appealed"})).lines[0].id
    served.sign_in(page, REVIEWER)
    page.emulate_media(media="print")
    page.goto(f"{served.address}/review/decisions/{decision}")
    expect(page.get_by_role("heading", name="What proves it")).to_be_visible()
    for name in ("Uphold", "Reverse"):
        expect(page.get_by_text(name, exact=True)).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_from_the_history_to_evidence_that_verifies(
    served: Served, page: Page, publish: Publish, tmp_path: Path
) -> None:
    publish()
    served.come_in(page, REVIEWER)
    expect(page.locator(".lead").first).to_contain_text("we said no")
    page.get_by_text("Narrow it down").click()
    page.get_by_label("Promise").fill("BAG-FIRST")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("promise=BAG-FIRST"))
    page.locator("a.broken").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Promises broken")
    page.locator(".entry a.code").first.click()
    expect(page.get_by_role("heading", name="What applied then")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the evidence").click()
    pack = tmp_path / "pack.zip"
    downloading.value.save_as(pack)
    with zipfile.ZipFile(pack) as archive:
        script = archive.read("verify.py")
    done = subprocess.run([sys.executable, "-I", "-S", "-", str(pack)], input=script, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert b"1 decision" in done.stdout


def test_the_chart_leads_to_the_decisions_behind_each_part(served: Served, page: Page) -> None:
    served.sign_in(page, REVIEWER)
    page.goto(served.address + "/review")
    part = page.locator("svg.chart-picture a").filter(has=page.locator("title", has_text="Broken")).first
    part.dispatch_event("click")
    expect(page.get_by_role("heading", level=1)).to_have_text("Promises broken")


def test_verifying_shows_how_far_it_is_and_what_was_found(served: Served, page: Page, publish: Publish) -> None:
    publish()
    served.sign_in(page, REVIEWER)
    page.goto(served.address + "/review/verification")
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("nothing was altered")).to_be_visible(timeout=30_000)
    expect(page.locator("#state")).to_contain_text(REVIEWER)


def test_it_all_works_without_javascript(served: Served, page: Page, publish: Publish) -> None:
    publish()
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    served.sign_in(plain, REVIEWER)
    plain.goto(served.address + "/review/decisions")
    plain.get_by_label("Words in the request").fill("suitcase")
    plain.get_by_role("button", name="Look for them").click()
    expect(plain.locator(".count")).to_contain_text(" of ")
    assert "suitcase" not in plain.url
    plain.goto(served.address + "/review?effect=&promise=REFUND-24&by=month")
    expect(plain.locator("table.numbers")).to_be_visible()
    context.close()

"""The public pages in a real browser: by day and by night, on a phone, on paper, and in a frame of another site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page

from tests.web.conftest import Served


def test_the_charter_prints_on_two_sides(served: Served, page: Page) -> None:
    """Nine promises of the demo, with the address of the wording and without the line of links."""
    page.goto(f"{served.address}/c/larkwing")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation").is_visible()
    assert page.get_by_text("This wording stays at").is_visible()


def test_a_reader_goes_from_the_start_to_what_changed(served: Served, page: Page) -> None:
    """By links and by a form, without a script."""
    page.goto(served.address)
    page.get_by_role("link", name="Larkwing Air").click()
    page.get_by_role("link", name="See what changed").click()
    assert page.get_by_role("heading", level=1).inner_text() == "What revision 3 changed"
    page.get_by_label("Compare with").select_option("1")
    page.get_by_role("button", name="Compare").click()
    assert "since=1" in page.url
    page.get_by_role("link", name="The charter", exact=True).click()
    page.get_by_label("What was in force on another day?").fill("2026-01-15")
    page.get_by_role("button", name="Read it").click()
    assert "This wording is no longer in force." in page.inner_text("main")
    assert page.evaluate("document.scripts.length") == 0


def test_the_small_version_stands_in_a_page_of_the_company(served: Served, page: Page, tmp_path: Path) -> None:
    """Another site may show it, and not the whole page."""
    frames = "".join(f'<iframe src="{served.address}/c/larkwing{end}"></iframe>' for end in ("/embed", ""))
    (tmp_path / "index.html").write_text(f"<!doctype html><title>Elsewhere</title>{frames}", "utf-8")
    with serving(tmp_path) as address:
        browser = page.context.browser
        assert browser is not None
        elsewhere = browser.new_page()
        elsewhere.goto(address)
        small, whole = elsewhere.frames[1:]
        assert small.get_by_role("heading", name="Larkwing Air").is_visible()
        assert whole.get_by_role("heading", name="Larkwing Air").count() == 0
        elsewhere.close()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Another site, with the files of a folder."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    thread.join(30)
    server.server_close()

"""How a page has to look, whoever looks at it: in light, in dark and on a small screen."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Page

from tests.web.conftest import axe

SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def wrong_with(page: Page) -> list[str]:
    """What is wrong with a page in light, in dark and on a small screen, over whose edge nothing may run."""
    found: list[str] = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours that fade have none
        for width in (320, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{scheme} {width}: {wrong}" for wrong in axe(page)]
            if (wide := page.evaluate(TOO_WIDE)) > 0:
                found.append(f"{scheme} {width}: {wide} pixels too wide")
    return found

"""Which browser it is, in a few words, so that people know their own sessions again."""

from __future__ import annotations

import re

_BROWSERS = (  # most special first: each also claims to be those after it
    ("Edge", r"Edg(?:A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)
_MOST = 500


def shortened(agent: str | None) -> str:
    """What is shown of a User-Agent header: "Firefox 128, Linux"; "another program" for what is no known browser."""
    given = (agent or "")[:_MOST]
    browser = next((f"{name} {found[1]}" for name, form in _BROWSERS if (found := re.search(form, given))), None)
    system = next((name for name, form in _SYSTEMS if re.search(form, given)), None)
    return ", ".join(filter(None, (browser or "another program", system)))

"""What a form about a decision knows of it: how much had happened when its page was shown, in the field `seen`."""

from __future__ import annotations

from charter.message import Refused
from web.forms import Typed

SEEN = "seen"


class HappenedMeanwhile(Refused):
    """Something was written about this decision since you opened this page. What you typed is kept below: look at what
    happened, then send it once more if it still holds."""


def version_seen(given: Typed) -> int | None:
    """The version of the case that whoever acts has read: what came meanwhile is not overwritten unseen."""
    text = given.get(SEEN, [""])[-1]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None

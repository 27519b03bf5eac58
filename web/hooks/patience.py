"""When a message that was not taken is sent again: soon at first, then ever later, for three days; and then never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(hours=6)
GIVE_UP = timedelta(days=3)
"""After so long without an answer a webhook is paused, and says so."""
_FACTOR = 4
_SPREAD = 0.2


def wait(failures: int, chance: Callable[[], float], asked: int | None = None) -> timedelta:
    """How long to wait after that many failures in a row: 5 s, 20 s, 80 s … 6 hours, a fifth more or less by chance.

    `chance` gives numbers from 0 to 1, so that many webhooks to one place do not come back all at once; `asked` is how
    many seconds the receiver asked for.
    """
    times: int = _FACTOR ** min(failures - 1, 16)
    planned = min(LONGEST, FIRST * times)
    spread = planned * (1 + _SPREAD * (2 * chance() - 1))
    return max(spread, min(LONGEST, timedelta(seconds=asked or 0)))

"""Ids for what is about to be written, which a database keeps close together when they are made close together."""

from secrets import token_hex
from time import time_ns

_SLOT = 24
_SLOTS = 1 << 16


def fresh_id() -> str:
    """32 hex digits: four of the time, which nobody has to read in them, and 28 (112 bits) that are random.

    Those four count slots of 2^24 ns (17 ms) and begin again every 18 minutes. So the many that are written in one
    moment stand on one page of an index instead of one each. Eight digits, by which people call a decision, are as good
    as random where people make them; of ten thousand made in one second, a few share them, and are told by more.
    """
    return f"{(time_ns() >> _SLOT) % _SLOTS:04x}{token_hex(14)}"

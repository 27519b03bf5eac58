"""Which passwords others try first: those put together from a few parts that everybody knows.

A password is taken apart in the cheapest way there is. A common word (`common_words.txt`, in any case, and with
figures for letters as in p4ssw0rd), a row of neighbouring keys, one character or alphabet run repeated or counted on,
a year or a short number counts as one part; the person's own names and the brand as half; any other character as one;
blanks, hyphens, exclamation marks and the like count nothing. What has three parts or fewer is guessable, and so is a
short block repeated.

It stands for well over a million passwords of 12 characters or more, the well-known ones among them, and holds no
list of passwords that were stolen from anybody. (OWASP ASVS 5, 6.2.4 and 6.2.11.)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

PARTS = 3
_OWN, _PART, _TWO = 1, 2, 4  # in halves
_LIMIT = PARTS * _PART

_ROWS = ("`1234567890-=", " qwertyuiop[]\\", " asdfghjkl;'", " zxcvbnm,./")
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_LEET_L = str.maketrans("0134578@$!", "oleastbasl")
_BETWEEN = frozenset(" -_.,+/&!?*#")
_WORD = re.compile(r"[^\W\d_]+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FEW = 4
_SHORT_BLOCK = 12
"""What is repeated has to be long enough for a password itself."""
_TWO_KEYS = 2
"""Any two keys may happen to be neighbours."""
_SHORT_NUMBER, _LONGER_NUMBER = 4, 8


def is_guessable(password: str, about: Iterable[str] = ()) -> bool:
    """Whether a password is one of those others try first; `about` are names of its owner and of the company."""
    text = _folded(password)
    if len(set(text)) <= _FEW or _block(text) < _SHORT_BLOCK:
        return True
    own = frozenset(_own(about))
    if _parts(text[::2], own) + _parts(text[1::2], own) <= _TWO:  # 1a2s3d4f5g6h
        return True
    return _parts(text, own) <= _LIMIT


def _parts(text: str, own: frozenset[str]) -> int:
    """The least number of halves of a part that the text can be put together from."""
    spellings = {text, text.translate(_LEET), text.translate(_LEET_L)}
    common, longest = _common(), max([_longest(), *map(len, own)])
    cheapest = [0, *[len(text) * _PART] * len(text)]
    for start in range(len(text)):
        so_far, cost = cheapest[start], 0 if text[start] in _BETWEEN else _PART
        _cheaper(cheapest, start + 1, so_far + cost)
        for end in range(start + 2, min(start + longest, len(text)) + 1):
            words = {spelling[start:end] for spelling in spellings}
            if words & own:
                _cheaper(cheapest, end, so_far + _OWN)
            elif words & common:
                _cheaper(cheapest, end, so_far + _PART)
                if text[end : end + 1] == "s":
                    _cheaper(cheapest, end + 1, so_far + _PART)
        for end, cost in _runs(text, start):
            _cheaper(cheapest, end, so_far + cost)
    return cheapest[-1]


def _cheaper(cheapest: list[int], end: int, cost: int) -> None:
    cheapest[end] = min(cheapest[end], cost)


def _runs(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where runs that begin at a place may end, and what they cost: keys in a row, counting, numbers and years."""
    for goes_on in (_beside, _same, _up, _down):
        end = start + 1
        while end < len(text) and goes_on(text[end - 1], text[end]):
            end += 1
            if end - start > _TWO_KEYS or text[start] == text[end - 1]:
                yield end, _PART
    end = start
    while end < len(text) and end - start < _LONGER_NUMBER and text[end].isdigit():
        end += 1
        if end - start > 1:
            yield end, _PART if end - start <= _SHORT_NUMBER else _TWO
    if _YEAR.match(text, start):
        yield start + 4, _PART


def _beside(one: str, other: str) -> bool:
    return other in _keys().get(one, "")


def _same(one: str, other: str) -> bool:
    return one == other


def _up(one: str, other: str) -> bool:
    return ord(other) - ord(one) == 1


def _down(one: str, other: str) -> bool:
    return ord(one) - ord(other) == 1


def _block(text: str) -> int:
    """The length of the shortest block that the whole text is a repetition of: its own, if it isn't one."""
    return (text + text).find(text, 1)


def _folded(text: str) -> str:
    """Text without differences of case and of how the same letters are stored."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _own(about: Iterable[str]) -> Iterator[str]:
    for name in map(_folded, about):
        words = _WORD.findall(name)
        yield from (word for word in (*words, "".join(words)) if len(word) > 1)


@cache
def _common() -> frozenset[str]:
    text = files("web.access").joinpath("common_words.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(_folded(word) for line in lines for word in line.split())


@cache
def _longest() -> int:
    return max(map(len, _common()))


@cache
def _keys() -> dict[str, str]:
    """The neighbours of each key on a keyboard, itself among them."""
    found: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for place, key in enumerate(row):
            near = [line[max(place - 1, 0) : place + 2] for line in _ROWS[max(number - 1, 0) : number + 2]]
            found[key] = "".join(near).replace(" ", "")
    found.pop(" ")
    return found

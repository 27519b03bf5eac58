"""Made-up commands and events of every kind, for properties: so few names that they meet, words as odd as they come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from pydantic import BaseModel

from charter import message
from charter.decisions.commands import Citations
from charter.keys.verifier import KeyText
from tests.rules import CAST, NOW

M = TypeVar("M", bound=BaseModel)
Words = st.SearchStrategy[str]

CASE = "3f0c" * 8
KEYS = (
    "charter-ledger/9f86d081884c7d65+55746be7+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c",
    "charter-ledger/9f86d081884c7d65+b52dc2e7+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
)
"""Two verifier keys of a ledger: of Ed25519 seeds of nothing but ones, and of nothing but twos."""

A_FEW_WORDS = st.sampled_from(["a", "b", 'say "no" \\ {now}', "Grüße\u2028日本 🛫"])
ANY_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20).filter(str.strip)

_A_FEW_NAMES = st.sampled_from(["UTC", "Pacific/Auckland", "v1", "v2", *CAST])
_CODES = ["REFUND-30", "REBOOK", "REFUND-30.1", "REFUND-30.2", "REBOOK.1", "FAX"]
_LATELY = st.integers(-14, 1).map(lambda days: NOW + timedelta(days=days))
_SOMETIME = st.integers(-48_000, 1_500).map(lambda days: NOW + timedelta(days=days))  # from 1895 on
_DAYS = st.integers(-40, 3).map(lambda days: (NOW + timedelta(days=days)).date())

moments = _LATELY | _LATELY | _SOMETIME
"""Times around now, and some long ago."""


def messages(kind: type[M], words: Words = A_FEW_WORDS) -> st.SearchStrategy[M]:
    """Messages of a kind; any of their optional fields may be left out, or none is."""
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: _values(hints[name], words) for name in kind.model_fields}
    needed = {name: made for name, made in fields.items() if kind.model_fields[name].is_required()}
    others = {name: made for name, made in fields.items() if name not in needed}
    some = st.fixed_dictionaries(needed, optional=others)
    every = st.fixed_dictionaries(fields)
    return (some | every).map(lambda values: kind(**values))


def _values(hint: Any, words: Words) -> st.SearchStrategy[Any]:
    names: list[tuple[Any, st.SearchStrategy[Any]]] = [
        (message.Slug, st.just("skyline")),
        (message.PersonId, st.sampled_from([*CAST, "sam"])),
        (message.PromiseCode, st.sampled_from(["REFUND-30", "REBOOK"])),
        (message.LimitCode, st.sampled_from(["REFUND-30.1", "REFUND-30.2", "REBOOK.1"])),
        (message.Code, st.sampled_from(_CODES)),
        (Citations, st.lists(st.sampled_from(_CODES), max_size=3).map(tuple)),
        (message.CaseId, st.just(CASE)),
        (message.RevisionNumber, st.integers(1, 3)),
        (KeyText, st.sampled_from(KEYS)),
        (message.Moment, moments),
        (message.Text, words),
        (message.Line, words | _A_FEW_NAMES),
        (message.PersonalText, words),
        (message.PersonalLine, words),
        (message.CustomerLine, words),
        (message.ParticipantLine, words),
        (str, st.sampled_from(["measure", "limits", "title"])),
        (int, st.integers(1, 3)),
        (bool, st.booleans()),
        (date, st.dates() | _DAYS | _DAYS),
    ]
    for known, made in names:
        if hint == known:
            return made
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        # nothing at all is what a field says when it is left out
        return st.one_of(*(_values(one, words) for one in get_args(hint) if one is not NoneType))
    if origin is tuple:
        return st.lists(_values(get_args(hint)[0], words), max_size=3).map(tuple)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert issubclass(hint, BaseModel), hint
    return messages(hint, words)


def some_time() -> st.SearchStrategy[datetime | None]:
    """When something may be said to have happened: mostly now, or nobody knows."""
    return st.just(NOW) | st.just(NOW) | st.just(NOW) | st.none() | moments

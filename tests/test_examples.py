"""Entries as they were stored by every version ever released load for ever, and say what they said then.

`examples/<stored name>.v<version>.json` is the body of an entry, byte for byte, with every field filled, and
`….least.json` is one with nothing but what it must have. A released file is never changed: a new meaning is a new
version beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from charter.body import body
from charter.catalogue import EVENTS, entry
from charter.leaf import stamp
from charter.message import Entry
from tests.rules import NOW

EXAMPLES = sorted(Path(__file__).with_name("examples").glob("*.json"))
FULL = [path for path in EXAMPLES if not path.stem.endswith(".least")]
LEAST = [path for path in EXAMPLES if path.stem.endswith(".least")]


def stored_name(path: Path) -> str:
    """The stored name of the event in an example: what stands before its version."""
    return path.name.rpartition(".v")[0]


def loaded(path: Path) -> Entry:
    """An example as the ledger reads it."""
    return entry((1, "charter/skyline", 1, stored_name(path), stamp(NOW), path.read_bytes()))


def fields_left_out(message: BaseModel, stored: dict[str, Any], where: str = "") -> list[str]:
    """The fields, of a message and of those in it, that a stored body doesn't speak of."""
    missing = [where + name for name in type(message).model_fields if name not in stored]
    for name, value in message:
        for part, inside in _parts(value, stored.get(name)):
            missing += fields_left_out(part, inside, f"{where}{name}.")
    return missing


def _parts(value: object, stored: Any) -> list[tuple[BaseModel, dict[str, Any]]]:
    if isinstance(value, BaseModel):
        return [(value, stored)]
    if isinstance(value, tuple):
        return [(part, inside) for part, inside in zip(value, stored, strict=True) if isinstance(part, BaseModel)]
    return []


def test_every_event_has_an_example_with_everything_and_one_with_the_least() -> None:
    assert {stored_name(path) for path in FULL} >= set(EVENTS)
    assert {stored_name(path) for path in LEAST} >= set(EVENTS)


def test_no_event_that_has_an_example_is_forgotten() -> None:
    assert {stored_name(path) for path in EXAMPLES} <= set(EVENTS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_loads_and_is_stored_again_as_the_same_bytes(path: Path) -> None:
    read = loaded(path)
    assert read.event.name == stored_name(path)
    assert body(read.by, read.at, read.event) == path.read_bytes()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_word_that_was_stored_is_in_what_is_read(path: Path) -> None:
    stored = json.loads(path.read_bytes())
    read = loaded(path)
    assert (read.by, stamp(read.at) if read.at else None) == (stored["by"], stored["at"])
    assert read.event.model_dump(mode="json", exclude_defaults=True) == stored["event"]


@pytest.mark.parametrize("path", FULL, ids=lambda path: path.name)
def test_a_full_example_fills_every_field(path: Path) -> None:
    assert fields_left_out(loaded(path).event, json.loads(path.read_bytes())["event"]) == []


@pytest.mark.parametrize("path", LEAST, ids=lambda path: path.name)
def test_the_least_example_has_only_what_an_event_must_have(path: Path) -> None:
    event = loaded(path).event
    needed = {name for name, field in type(event).model_fields.items() if field.is_required()}
    assert set(json.loads(path.read_bytes())["event"]) == needed

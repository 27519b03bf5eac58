"""Every refusal of a rule says in plain words what is wrong and what to do, and some test has been refused with it."""

from __future__ import annotations

import ast
import inspect
import re
import string
from collections import Counter
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import charter.evidence.refusals
import charter.ledger  # with these all refusals of the write side become known
import charter.publishing.publish
import charter.publishing.witness.memory  # as are the others
import projections
import terminal
import web
from charter.message import Refused

TESTS = Path(__file__).parent
OURS = ("charter.", "projections.", "web.", "terminal.")
ALONE = ("charter.schema.env", "charter.schema.versions", "charter.evidence.verify")
"""Modules that are run by themselves, never imported."""
ROOMS = ("charters", "decisions", "people", "keys", "subjects", "evidence", "terms", "desk", "answers", "ledger")
SIGNING = ("publish", "secret_file", "signing_key", "witness")
RULES = tuple(f"charter.{room}" for room in (*ROOMS, *(f"publishing.{part}" for part in SIGNING)))
REFUSALS = [refusal for refusal in Refused.every() if refusal.__module__.startswith(RULES)]


def expected_somewhere() -> set[str]:
    """Every name that a test speaks of, as in `.refused(SamePerson)`; what is only imported doesn't count."""
    names: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        if path == Path(__file__):
            continue
        tree = ast.parse(path.read_text())
        names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names


def test_every_refusal_is_expected_by_a_test() -> None:
    assert {refusal.__name__ for refusal in REFUSALS} - expected_somewhere() == set()


def test_no_two_refusals_share_a_name() -> None:
    """Programs tell refusals apart by their names, in a terminal as over HTTP."""
    for room in (charter, projections, web, terminal):
        for found in walk_packages(room.__path__, f"{room.__name__}."):
            if not found.name.startswith(ALONE):
                import_module(found.name)
    names = Counter(refusal.__name__ for refusal in Refused.every() if refusal.__module__.startswith(OURS))
    assert [name for name, count in names.items() if count > 1] == []


def _facts(refusal: type[Refused]) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(inspect.getdoc(refusal) or "") if name}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_it_is_filled_from_its_facts_and_leaves_nothing_open(refusal: type[Refused]) -> None:
    message = str(refusal(**dict.fromkeys(_facts(refusal), "something")))
    assert not {"{", "}"} & set(message)
    assert message


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_it_is_one_line_however_its_docstring_is_wrapped_unless_it_lists_what_is_wrong(refusal: type[Refused]) -> None:
    message = str(refusal(**{name: f"<{name}>" for name in _facts(refusal)}))
    first, *more = message.split("\n")
    assert not more or (first[-1], more[0]) in {(":", "<missing>"), (":", "<faults>")}, message
    assert "  " not in message


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_it_says_what_is_wrong_and_then_what_to_do(refusal: type[Refused]) -> None:
    wording = inspect.getdoc(refusal) or ""
    assert wording[-1] in ".…}"
    assert re.search(r"[.;:]\s+[A-Za-z\'{]|[.]\{", wording), wording

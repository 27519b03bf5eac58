"""A rule has the same code wherever it is named, and two rules never share one."""

from __future__ import annotations

import re

import hypothesis
import pytest
from hypothesis import strategies as st
from pydantic import TypeAdapter

from charter.importing.words import LONGEST, case_id, code, slug
from charter.message import CaseId, Code, PromiseCode, Slug


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("Good Taste and Decency", "GOOD-TASTE-AND-DECENCY"),
        ("Children's Interests", "CHILDRENS-INTERESTS"),
        ("Children\u2019s Interests", "CHILDRENS-INTERESTS"),
        ("Controversial Issues - Viewpoints", "CONTROVERSIAL-ISSUES-VIEWPOINTS"),
        ("AIR-MOD-1", "AIR-MOD-1"),
        ("§ 4 (b)", "4-B"),
        ("Entschädigung", "ENTSCHADIGUNG"),
        ("7.1", "7-1"),
        ("…", None),
    ],
)
def test_names_become_codes(name: str, made: str | None) -> None:
    """Accents, apostrophes, spaces and signs go; what is left is what people type."""
    assert code(name) == made


@pytest.mark.parametrize(("name", "made"), [("Refund 30.2", "REFUND-30.2"), ("7.0", "7-0"), ("7.", "7"), (".2", None)])
def test_a_limit_keeps_its_number_when_asked(name: str, made: str | None) -> None:
    """Only where the mapping says that a number after a dot is a limit."""
    assert code(name, limits=True) == made


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("foi-ON-M", "foi-on-m"),
        ("Harbour Ferries", "harbour-ferries"),
        ("acme.com", "acme.com"),
        ("a.-b", "a-b"),
        ("!", None),
    ],
)
def test_charters_get_short_names(name: str, made: str | None) -> None:
    """The same in charter files and in decision files."""
    assert slug(name) == made


def test_long_names_stay_different() -> None:
    """What is cut off leaves a trace, so that a citation never means another rule."""
    one, other = code("A very long rule " * 9 + "one"), code("A very long rule " * 9 + "two")
    assert one is not None
    assert other is not None
    assert len(one) <= LONGEST >= len(other)
    assert one != other


@hypothesis.given(st.text(), st.booleans())
def test_whatever_is_made_is_valid(name: str, limits: bool) -> None:
    """A code or short name is either refused here or taken by the ledger, and is its own code."""
    made = code(name, limits=limits)
    if made is not None:
        TypeAdapter(Code).validate_python(made)
        assert code(made, limits=limits) == made
    plain = code(name)
    if plain is not None:
        TypeAdapter(PromiseCode).validate_python(plain)
    short = slug(name)
    if short is not None:
        TypeAdapter(Slug).validate_python(short)
        assert slug(short) == short


@hypothesis.given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_ids_are_ids_whatever_the_row_is_called(source: str, row: str) -> None:
    """Also a name in a broken encoding has an id, so that the row can be refused by the rules."""
    TypeAdapter(CaseId).validate_python(case_id(source, row))
    assert re.fullmatch("[0-9a-f]{32}", case_id(source, row))


def test_an_id_depends_on_both() -> None:
    """Two sources may both have a row 1, and no split of one text gives the id of another."""
    assert len({case_id("a", "bc"), case_id("ab", "c"), case_id("b", "bc"), case_id("a", "b")}) == 4


def test_an_id_is_for_ever() -> None:
    """Written down here, since a change would import every file a second time."""
    assert case_id("harbour", "H-1") == "6686199df5e07fccc60c353c398d122d"

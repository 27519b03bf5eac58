"""A phrase is its English text, and knows what another language needs: its template, and what fills it."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy

import pytest

from charter.phrase import Phrase, either, joined, plural


def test_a_phrase_is_its_english_text() -> None:
    phrase = Phrase("{by} granted {person} the role {role}", by="ann", person="bob", role="rep")
    assert phrase == "ann granted bob the role rep"
    assert json.dumps([phrase]) == '["ann granted bob the role rep"]'
    assert phrase.template == "{by} granted {person} the role {role}"
    assert phrase.facts == {"by": "ann", "person": "bob", "role": "rep"}


def test_what_fills_it_is_never_read_as_a_template() -> None:
    inner = Phrase(": {note}", note="{by} said so")
    assert Phrase("{by} agreed{note}", by="{0}", note=inner) == "{0} agreed: {by} said so"


@pytest.mark.parametrize(("number", "said"), [(0, "0 entries"), (1, "1 entry"), (1_200, "1,200 entries")])
def test_a_number_of_things_chooses_its_template(number: int, said: str) -> None:
    assert plural("{number} entry", "{number} entries", number) == said


def test_phrases_in_a_row_stay_phrases() -> None:
    no, effect = Phrase("no"), Phrase("off-brand")
    assert joined(", ", [no, effect]) == "no, off-brand"
    assert list(joined(", ", [no, effect]).facts.values()) == [no, effect]
    assert either(["A", "B", "C"]) == "A or B or C"


def test_a_copy_is_the_same_phrase_even_of_words_with_braces() -> None:
    phrase = plural("{by} had {number} entry of {who}", "{by} had {number} entries of {who}", 2, by="ann", who="{0}")
    for copy in (deepcopy(phrase), pickle.loads(pickle.dumps(phrase))):  # noqa: S301  # our own
        assert (copy, copy.template, copy.many, copy.number, copy.facts) == (
            phrase,
            phrase.template,
            phrase.many,
            2,
            phrase.facts,
        )

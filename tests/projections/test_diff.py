"""What changed between two wordings, as a person would say it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from charter.charters.promise import Limit, Promise, Wording
from charter.terms import Audience, Serves
from projections.diff import LABELS, Mark, diff, segments
from tests.charters.wording import BARE, REBOOK, REFUND
from tests.made_up import messages


def marked(old: str, new: str) -> str:
    """Two texts laid over each other, -removed- and +added+."""
    signs = {Mark.KEPT: "", Mark.REMOVED: "-", Mark.ADDED: "+"}
    return "".join(f"{signs[piece.mark]}{piece.text}{signs[piece.mark]}" for piece in segments(old, new))


def test_a_promise_is_added_retired_or_reworded() -> None:
    reworded = REFUND.model_copy(update={"title": "Refund within 14 days"})
    change = diff((REFUND, REBOOK), (BARE, reworded))
    assert change.added == (BARE,)
    assert change.retired == (REBOOK,)
    assert [(each.code, each.title) for each in change.reworded] == [("REFUND-30", "Refund within 14 days")]
    assert change.sentence == "1 promise added, 1 retired, 1 reworded"


def test_a_rewording_is_told_field_by_field_in_the_words_of_the_product() -> None:
    new = REFUND.model_copy(update={"audience": Audience.PARTNER, "review_on": date(2028, 1, 31), "measure": None})
    [change] = diff((REFUND,), (new,)).reworded
    assert [(field.label, field.old, field.new) for field in change.fields] == [
        ("audience", "client", "partner"),
        ("measure", "refunds paid within 30 days", None),
        ("review date", "2027-01-31", "2028-01-31"),
    ]
    assert LABELS.keys() >= {*Wording.model_fields, *Limit.model_fields} - {"code"}


def test_a_text_is_compared_word_by_word() -> None:
    assert marked("Paid within 30 days.", "Paid within 14 working days, in full.") == (
        "Paid within -30 -+14 working +days+, in full+."
    )
    assert marked("Call us any time.", "The bus leaves at noon") == "-Call us any time.-+The bus leaves at noon+"


def test_limits_are_added_removed_and_changed_by_their_codes() -> None:
    first, second = REFUND.limits
    changed = second.model_copy(update={"text": "No refund in cash or coins.", "serves": Serves.COMPANY})
    third = Limit(code="REFUND-30.3", text="None for crew.", serves=Serves.COMPANY)
    [change] = diff((REFUND,), (REFUND.model_copy(update={"limits": (changed, third)}),)).reworded
    assert (change.limits_removed, change.limits_added, change.fields) == ((first,), (third,), ())
    [limit] = change.limits_changed
    assert [(field.label, field.new) for field in limit.fields] == [
        ("limit", "No refund in cash or coins."),
        ("whom the limit serves", "company"),
    ]


def test_order_matters_only_when_nothing_else_changed() -> None:
    turned = REFUND.model_copy(update={"limits": REFUND.limits[::-1]})
    assert diff((REFUND, REBOOK), (REBOOK, REFUND)).reordered
    assert diff((REFUND,), (turned,)).reordered
    assert diff((REFUND,), (turned,)).sentence == "the same promises in another order"
    assert not diff((REFUND, REBOOK), (REBOOK, REFUND, BARE)).reordered
    assert diff((REFUND,), (REFUND,)).nothing


@given(st.text(" ab.\n", max_size=30), st.text(" ab.\n", max_size=30))
def test_without_what_was_added_it_reads_as_the_old_text_and_without_what_was_removed_as_the_new(
    old: str, new: str
) -> None:
    pieces = segments(old, new)
    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.REMOVED) == new
    assert all(piece.text for piece in pieces)


@given(st.lists(messages(Promise), max_size=3), st.lists(messages(Promise), max_size=3))
def test_nothing_changed_exactly_when_the_wordings_are_the_same(old: list[Promise], new: list[Promise]) -> None:
    before = tuple({promise.code: _numbered(promise) for promise in old}.values())
    after = tuple({promise.code: _numbered(promise) for promise in new}.values())
    assert diff(before, after).nothing == (before == after)


def _numbered(promise: Promise) -> Promise:
    """The limits of a promise have a code each, as they always have."""
    limits = tuple({limit.code: limit for limit in promise.limits}.values())
    return promise.model_copy(update={"limits": limits})

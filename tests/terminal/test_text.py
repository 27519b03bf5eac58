"""Text fits its columns, whatever is in it."""

from dataclasses import replace
from datetime import date

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.charters.promise import Promise
from projections.diff import diff
from projections.wording import counted, listed
from terminal.chart import LETTERS, Period, chart, folded
from terminal.difference import changes, wrapped
from terminal.text import cells, cut, fitted, one_line, pad, paragraph, plain, table

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(words, st.integers(1, 40))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    """A text is cut to at most so many columns."""
    assert cells(cut(one_line(text), columns)) <= columns


@given(words, st.integers(0, 30))
def test_what_is_padded_fills(text: str, columns: int) -> None:
    """A text is filled to at least so many columns."""
    text = one_line(text)
    assert cells(pad(text, columns)) == max(columns, cells(text))


@given(words)
def test_nothing_steers_the_terminal(text: str) -> None:
    """Control characters and direction marks from a ledger never reach the screen."""
    shown = plain(text)
    assert all(char.isprintable() or char in "\n\u200c\u200d\xa0\u2007\u202f" for char in shown)
    assert "\x1b" not in shown
    assert "\x9b" not in shown


def test_wide_characters_take_two_columns() -> None:
    """Tables stay aligned in every script."""
    lines = table(["Name", "X"], [("日本", "1"), ("abcd", "2"), ("e\u0301e", "3")])
    assert [click.unstyle(line) for line in lines] == ["Name  X", "日本  1", "abcd  2", "e\u0301e    3"]


def test_the_flexible_column_gives_way() -> None:
    """A long text is cut where the line would be longer than the screen."""
    lines = table(["Code", "What"], [("A", "word " * 40)], flexible=1)
    assert max(map(cells, lines)) <= 80
    assert lines[1].endswith("…")


def test_what_is_said_fits_and_a_command_in_it_is_copied_whole() -> None:
    """A refusal is wrapped, its lines are kept, and no command is broken, however long it is."""
    command = 'charter decision log "May I bring my cello into the cabin?" --touchpoint phone --customer "Ada Bell"'
    said = (
        f"{'word ' * 18}hand it over: {command}, then charter decision escalate 1234. It goes on.\nSee: {command}\n\nx"
    )
    lines = fitted(said).split("\n")
    assert [line for line in lines if len(line) > 80] == [command + ",", command]
    assert "charter decision escalate 1234." in "\n".join(lines)
    assert lines[-2:] == ["", "x"]
    assert " ".join(" ".join(lines).split()) == " ".join(said.split())


def test_paragraphs_keep_their_lines_and_indent() -> None:
    """Line breaks somebody typed stay; what is too long is wrapped under the first word."""
    assert paragraph("one\ntwo three", indent="a ", hanging="  ", columns=8) == ["a one", "  two", "  three"]


def test_numbers_carry_their_unit() -> None:
    """One entry, two entries, a thousand with a comma."""
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(1200, "promise") == "1,200 promises"
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def promise(**words: str) -> Promise:
    return Promise(**({"code": "A", "title": "T", "statement": "We refund in 30 days."} | words))


def test_a_difference_is_read_without_colour() -> None:
    """Removed and added words carry signs of their own."""
    found = diff((promise(),), (promise(statement="We refund in 14 days."),))
    [text] = [click.unstyle(line) for line in changes(found) if "days" in line]
    assert text.split("  ")[-1].strip() == "We refund in [-30-] {+14+} days."


@given(words, words)
def test_a_difference_fits_the_screen(old: str, new: str) -> None:
    """Marked words wrap like any others."""
    before, after = f"Once {one_line(old)}".strip(), f"Once {one_line(new)}".strip()
    found = diff((promise(statement=before),), (promise(statement=after),))
    for change in found.reworded:
        for field in change.fields:
            atoms = max(map(len, f"{before} {after}".split()))
            assert all(cells(line) <= max(80, 2 * atoms + 40) for line in wrapped(field.segments, "x ", "  "))


counts = st.integers(0, 500)
periods = st.builds(
    lambda noes, bent, broken, revision: Period(
        date(2020, 1, 1), "Jan", dict(zip(LETTERS, noes, strict=True)), bent, broken, (revision,) if revision else ()
    ),
    st.tuples(*[counts] * len(LETTERS)),
    counts,
    counts,
    st.integers(0, 30),
)


@given(st.lists(periods, max_size=300), st.integers(60, 100))
def test_the_chart_fits_and_says_what_it_shows(counted: list[Period], columns: int) -> None:
    """However many months and decisions: within the columns, with each sign explained."""
    days = [date(2000 + at // 12, at % 12 + 1, 1) for at in range(len(counted))]
    months = [replace(each, start=day, label=f"{day:%b}") for each, day in zip(counted, days, strict=True)]
    lines = [click.unstyle(line) for line in chart(months, columns)]
    assert all(cells(line) <= columns for line in lines)
    if any(month.broken for month in months) and lines:
        assert any("X" in line for line in lines[: -len([line for line in lines if line.startswith("  below")])])
        assert any("X broken" in line for line in lines)


@pytest.mark.parametrize(
    ("months", "what", "shown"), [(12, "month", 12), (40, "quarter", 14), (120, "year", 10), (600, "3 years", 17)]
)
def test_many_months_are_told_together(months: int, what: str, shown: int) -> None:
    """What does not fit as months is shown as quarters, and then as years, with the same sums."""
    some = [Period(date(2010 + at // 12, at % 12 + 1, 1), "x", {"off-brand": 1}) for at in range(months)]
    name, found = folded(some, 24)
    assert (name, len(found), sum(period.declined for period in found)) == (what, shown, months)


def test_a_single_broken_promise_is_never_hidden_by_the_scale() -> None:
    """The alarm is seen beside any number of noes."""
    lines = chart([Period(date(2026, 1, 1), "Jan", {"off-brand": 900}, bent=1, broken=1)], 80)
    below = click.unstyle("\n".join(lines)).split("──")[-1]
    assert "XXX" in below
    assert "~~~" in below


def test_the_legend_names_a_revision_that_is_in_the_chart() -> None:
    """The first that is drawn with its number; none where none took effect."""
    some = [Period(date(2026, 1, 1), "Jan", {"off-brand": 1}), Period(date(2026, 2, 1), "Feb", revisions=(3,))]
    drawn = [click.unstyle(line) for line in chart(some, 80)]
    assert "  R3: revision 3 took effect" in drawn
    assert any("R3──" in line for line in drawn)
    assert "took effect" not in "".join(chart(some[:1], 80))


def test_no_line_of_a_chart_ends_in_blanks() -> None:
    """Nor does one in colour."""
    drawn = chart([Period(date(2026, 1, 1), "Jan", {"off-brand": 2}, bent=1, broken=2, revisions=(1,))], 80)
    assert all(click.unstyle(line) == click.unstyle(line).rstrip() for line in drawn)


def test_a_heading_may_take_two_lines() -> None:
    """Short headings stand on the last of them."""
    assert [click.unstyle(line) for line in table(["A", "Over-\nturned"], [("b", "1")], right=(1,))] == [
        "    Over-",
        "A  turned",
        "b       1",
    ]

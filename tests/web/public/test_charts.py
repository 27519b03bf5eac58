"""The integrity history as a picture: the numbers of the view, each with its link, and nothing a policy forbids."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from projections.integrity_history import Count, Counts, Filter, RevisionMark
from tests.projections.airline import Airline, day
from web.charts.integrity import integrity_chart, when
from web.charts.periods import MOST, History, Point, Shown, history, periods
from web.charts.picture import svg

SVG = "{http://www.w3.org/2000/svg}"


def months(first: int, number: int, **counts: int) -> list[Count]:
    """So many months with the same counts, from January of a year on."""
    return [Count(f"{first + at // 12}-{at % 12 + 1:02}", Counts(**counts)) for at in range(number)]


def mark(revision: int, day_: date, charter: str = "skyline") -> RevisionMark:
    """A revision in the line."""
    return RevisionMark(charter, revision, None, day(1, 1), day_, day(1, 1))


def link(point: Point) -> str:
    """An address with signs in it that have to be escaped."""
    return f'/review?shown={point.shown}&since={point.since}&x="<'


def drawn(found: History, ident: str = "integrity") -> ET.Element:
    """The picture of a history, parsed."""
    figure = integrity_chart(found, link, lambda number: f"/c/skyline/revisions/{number}", ident)
    return ET.fromstring(figure)  # noqa: S314  # ours


@pytest.fixture
def year() -> History:
    """A year with every kind of answer, and two revisions."""
    counts = {"off_brand": 5, "out_of_integrity": 2, "not_permitted": 1, "bent": 2, "broken": 1, "overturned": 1}
    return History(
        tuple(periods(months(2024, 12, decisions=20, **counts))),
        (mark(1, date(2024, 1, 1)), mark(2, date(2024, 7, 15))),
    )


def test_the_numbers_are_those_of_the_history(airline: Airline) -> None:
    """A no in March is one in the period of March, and in its picture."""
    found = history(airline.views, Filter(charter="skyline"))
    assert [(period.since, period.until, period.decisions) for period in found.periods] == [
        (date(2024, 3, 1), date(2024, 3, 31), 1)
    ]
    assert found.totals[Shown.OFF_BRAND] == 1
    assert sum(found.totals.values()) == 1
    assert [known.revision for known in found.revisions] == [1, 2]


def test_each_part_leads_to_its_decisions(year: History) -> None:
    """As many links as numbers above nought, and one for each revision; each says what it is."""
    links = {part.get("href"): part.findtext(f"{SVG}title") for part in drawn(year).iter(f"{SVG}a")}
    assert len(links) == 12 * 6 + 2
    assert links['/review?shown=bent&since=2024-03-01&x="<'] == "March 2024: Bent, 2"
    assert links["/c/skyline/revisions/2"] == "Revision 2, in force since 15 July 2024"


def test_the_picture_says_what_it_shows(year: History) -> None:
    """A title and a text for those who do not see it; they and the keyboard are spared its hundred parts."""
    [svg] = [one for one in drawn(year).iter(f"{SVG}svg") if one.get("aria-labelledby")]
    assert svg.get("role") == "group"
    assert svg.get("aria-labelledby") == "integrity-title integrity-told"
    told = svg.findtext(f"{SVG}desc") or ""
    assert told.startswith("From January 2024 to December 2024. No, off-brand: 60, No, out of integrity: 24")
    assert all(part.get("tabindex") == "-1" for part in svg.iter(f"{SVG}a"))


def test_nothing_in_it_breaks_a_strict_policy(year: History) -> None:
    """No style, no script, no handler, nothing from elsewhere; the only addresses are our links and our patterns."""
    figure = str(integrity_chart(year, link, lambda number: f"/c/skyline/revisions/{number}"))
    assert not re.search(r"<(style|script|image|foreignObject|iframe)|style=|\son\w+=|xlink|vega", figure)
    assert set(re.findall(r"https?://[^\"' ]+", figure)) == {"http://www.w3.org/2000/svg"}


def test_a_chart_fetches_nothing() -> None:
    """Whatever a chart may name, it is not asked for."""
    chart = {"data": {"url": "http://127.0.0.1:9/numbers.json"}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    with pytest.raises(ValueError, match="not allowed"):
        svg(chart, ident="a", title="A", description="B")


def test_two_pictures_on_a_page_do_not_share_a_name(year: History) -> None:
    """Every id begins with the name that was given, and whatever is referred to is there."""
    figure = str(integrity_chart(year, link, str, "promise-1"))
    ids = re.findall(r'\bid="([^"]+)"', figure)
    assert len(ids) == len(set(ids))
    assert all(one.startswith("promise-1-") for one in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", figure)) <= set(ids)


def test_shape_says_the_same_as_colour(year: History) -> None:
    """Two things side by side differ by more than their colour: by a pattern, or by where they stand."""
    fills = [part.get("fill") or "" for part in drawn(year).iter(f"{SVG}path")]
    assert {"url(#integrity-out-of-integrity)", "url(#integrity-not-permitted)", "url(#integrity-bent)"} <= set(fills)


def test_many_years_are_put_together() -> None:
    """Months while one can tell them apart, then quarters, then years; nothing is lost."""
    for number, expected in ((36, 36), (37, 13), (100, 34), (400, 34), (1_200, 34)):
        found = list(periods(months(1950, number, decisions=1, bent=1)))
        assert len(found) <= MOST
        assert len(found) == expected, number
        assert sum(period.decisions for period in found) == number
        assert all(one.until < other.since for one, other in pairwise(found))
    assert when(found[0]) == "1950 to 1952"
    assert when(next(periods(months(2020, 40)))) == "Jan to Mar 2020"


def test_a_picture_is_one_for_browsers_whatever_else_of_xml_was_written_before(year: History) -> None:
    ET.register_namespace("", "http://www.w3.org/2005/Atom")  # as any library of the process may do
    figure = integrity_chart(year, link, str, "integrity")
    assert "<svg " in figure and "ns0:" not in figure


@pytest.mark.parametrize("noes", [1, 2, 7, 24, 999, 123_456])
def test_lines_stand_at_whole_numbers_and_are_neither_few_nor_many(noes: int) -> None:
    found = History(tuple(periods(months(2024, 2, decisions=noes, off_brand=noes))), ())
    texts = [each.text or "" for each in drawn(found).iter(f"{SVG}text")]
    numbers = [text for text in texts if re.fullmatch(r"[\d.,]+", text) and text != "2024"]
    assert 2 <= len(numbers) <= 10, numbers
    assert not [number for number in numbers if "." in number]


def test_where_nothing_happened_there_is_no_picture() -> None:
    """The page says so instead."""
    assert integrity_chart(History((), ()), link, str) == ""


def test_revisions_of_several_charters_are_not_mixed(year: History) -> None:
    """Whose revision 2 would that be?"""
    mixed = History(year.periods, (*year.revisions, mark(1, date(2024, 3, 1), "cabin")))
    assert "/revisions/" not in str(integrity_chart(mixed, link, lambda number: f"/revisions/{number}"))


def test_many_can_draw_at_once(year: History) -> None:
    """A server does."""

    def one(number: int) -> str:
        return str(integrity_chart(year, link, str, f"chart-{number}")).replace(f"chart-{number}-", "")

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(one, range(8)))) == 1

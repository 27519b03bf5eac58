"""The charter on paper: a tagged PDF on two sides of A4, the same bytes twice, and no word of it read as markup."""

from __future__ import annotations

import dataclasses
import re
import zlib

import pytest

from charter.charters.promise import Limit, Promise
from charter.terms import Outcome, PromiseClass, Serves
from projections.charter_in_force import CharterView, in_force
from tests.projections.airline import Airline
from tests.web.public.conftest import EVIL
from web.documents.page import page
from web.documents.pdf import NoLetters, pdf


@pytest.fixture
def view(airline: Airline) -> CharterView:
    """The charter in force."""
    found = in_force(airline.views, "skyline")
    assert found is not None
    return found


def saying(view: CharterView, text: str) -> CharterView:
    """The charter with a text wherever there can be one."""
    limits = tuple(Limit(code=f"LONG.{number}", text=text, serves=Serves.CUSTOMER) for number in (1, 2))
    promise = view.promises[0].model_copy(update={"statement": text, "remedy": text, "feels": text, "limits": limits})
    return dataclasses.replace(view, brand=text[:60], style=text, promises=(promise,))


def inside(data: bytes) -> bytes:
    """The PDF with the text of its object streams."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    opened = []
    for stream in streams:
        try:
            opened.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return data + b"".join(opened)


def pages(data: bytes) -> int:
    """How many pages a PDF has."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", inside(data)))


def test_the_pdf_is_tagged_for_screen_readers(view: CharterView) -> None:
    """It declares PDF/UA-1, its language and its title, and its headings and paragraphs are tagged."""
    found = inside(pdf(view))
    assert found.startswith(b"%PDF-1.7")
    assert b"/MarkInfo" in found and b"/Marked true" in found and b"/StructTreeRoot" in found
    assert b"<pdfuaid:part>1</pdfuaid:part>" in found
    assert b"/Lang(en)" in found and b"/DisplayDocTitle true" in found
    assert b"Skyline Air: our promises, revision 2" in found
    for tag in (b"/H1", b"/H2", b"/P"):
        assert re.search(rb"/S\s*" + tag + rb"\b", found), tag


def test_the_same_charter_gives_the_same_bytes(view: CharterView) -> None:
    """No date and no chance in it."""
    first = pdf(view, "https://charter.test/c/skyline")
    pdf.cache_clear()
    assert pdf(view, "https://charter.test/c/skyline") == first
    assert pdf(view, "https://elsewhere.test/c/skyline") != first


def test_ten_promises_fit_on_two_sides(view: CharterView) -> None:
    """With everything that a promise can say, at the length a company writes."""
    promise = Promise(
        code="REFUND-30",
        title="Your money comes back without a question",
        statement="Cancel within 24 hours of booking and all of your money comes back within five working days.",
        promise_class=PromiseClass.DIFFERENTIATOR,
        measure="refunds that were paid within five working days",
        target="99",
        unit="%",
        owner="Head of Finance",
        remedy="We pay ten per cent on top, and tell you why it took so long.",
        feels="Nothing is lost if I book now.",
        does="Books early and directly with us.",
        outcome=Outcome.REPEAT_PURCHASE,
        limits=(
            Limit(code="REFUND-30.1", text="After 24 hours the rules of the fare you chose apply.", serves=Serves.LAW),
            Limit(code="REFUND-30.2", text="A saver fare is not refunded after that.", serves=Serves.COMPANY),
        ),
    )
    assert pages(pdf(dataclasses.replace(view, promises=(promise,) * 10))) == 2


@pytest.mark.parametrize(
    "text", ["Łódź, Ünïcödé, ελληνικά, русский — “so” …", EVIL, "#" * 500, "a" * 3000, "x\ny\n\nz"]
)
def test_any_words_can_be_printed(view: CharterView, text: str) -> None:
    """Letters of other languages, markup that is none, and lines without end."""
    assert pages(pdf(saying(view, text))) >= 1


def test_letters_that_nobody_has_are_named(view: CharterView) -> None:
    """The refusal says which, and what to do; nothing is printed with holes in it."""
    with pytest.raises(NoLetters, match="No font on this computer can show \U00012000") as refused:
        pdf(saying(view, "\U00012000"))  # cuneiform
    assert "Install one that has it" in str(refused.value)


def test_the_page_by_itself_needs_nothing_else(view: CharterView) -> None:
    """No script, no link and nothing from elsewhere; what the charter says is escaped."""
    found = page(saying(view, EVIL))
    assert found.startswith("<!doctype html>\n<html lang=")
    assert "<script" not in found
    assert not re.search(r"<[^>]*(src|href)=|@import|url\(", found.replace("&#34;", ""))
    assert "&lt;script&gt;" in found

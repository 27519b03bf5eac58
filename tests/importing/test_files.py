"""Files are read as their makers wrote them, and what is damaged is told with its row."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from charter.importing import files
from charter.importing.files import DAMAGED, Row, opened
from charter.importing.refusals import FileMissing, NeverClosed, NotATable, TooLong, WrongNumberOfCells

TEXT = "id,request,answer\n1,Größe für Señor Núñez — „bitte“,nein\n2,Café à Genève,ja\n"


def rows(path: Path, **how: str) -> list[Row]:
    """All rows of a file."""
    with opened(path, {"id", "answer"}, encoding=how.get("encoding"), delimiter=how.get("delimiter")) as table:
        return list(table.rows())


def cells(path: Path) -> list[list[str]]:
    """The cells of all rows, none of which is damaged."""
    found = rows(path)
    assert not [row for row in found if row.refusal]
    return [row.cells for row in found]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("cp1252", b""),
    ],
)
@pytest.mark.parametrize("ascii_before", [0, 40_000])
def test_encodings_are_found_out(tmp_path: Path, encoding: str, mark: bytes, ascii_before: int) -> None:
    """Also where the first letter that tells comes after a million characters of plain ASCII."""
    before = "".join(f"{number},plain words of a request,no\n" for number in range(ascii_before))
    text = TEXT.replace("\n", "\n" + before, 1)
    path = tmp_path / "log.csv"
    path.write_bytes(mark + text.encode(encoding))
    assert cells(path)[ascii_before:] == [
        ["1", "Größe für Señor Núñez — „bitte“", "nein"],
        ["2", "Café à Genève", "ja"],
    ]


def test_another_encoding_is_named_in_the_mapping(tmp_path: Path) -> None:
    """Short texts can't always be told apart."""
    path = tmp_path / "log.csv"
    path.write_bytes("id,request,answer\n1,Zażółć gęślą,nie\n".encode("cp1250"))
    assert rows(path, encoding="cp1250")[0].cells[1] == "Zażółć gęślą"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_separators_are_found_out(tmp_path: Path, delimiter: str) -> None:
    """By the columns that are looked for, not by what is frequent in the texts."""
    path = tmp_path / "log.csv"
    wishes = '"request, or wish; or hope | or need, or want"'
    path.write_text(f"id{delimiter}{wishes}{delimiter}answer\n1{delimiter}x{delimiter}no\n")
    assert cells(path) == [["1", "x", "no"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_breaks_of_every_system(tmp_path: Path, end: str) -> None:
    """Between rows they end them, inside quotation marks they belong to the text."""
    path = tmp_path / "log.csv"
    path.write_bytes(f'id,request,answer{end}1,"two{end}lines, ""quoted""",no{end}{end}2,x,yes'.encode())
    assert cells(path) == [["1", f'two{end}lines, "quoted"', "no"], ["2", "x", "yes"]]


def test_numbers_are_those_of_a_spreadsheet(tmp_path: Path) -> None:
    """The header is row 1, an empty row counts but is not read, a quoted line break does not count."""
    path = tmp_path / "log.csv"
    path.write_text('id,request,answer\n1,"a\nb",no\n\n,,\n2,c,no\n')
    assert [row.number for row in rows(path)] == [2, 5]


def test_a_damaged_letter_damages_one_row(tmp_path: Path) -> None:
    """The rest of the file is as good as before."""
    path = tmp_path / "log.csv"
    path.write_bytes("id,request,answer\n1,schön,no\n2,sch".encode() + b"\xf6" + b"n,no\n" + "3,schön,no\n".encode())
    assert cells(path) == [["1", "schön", "no"], ["2", f"sch{DAMAGED}n", "no"], ["3", "schön", "no"]]


def test_rows_of_another_length_are_refused(tmp_path: Path) -> None:
    """With their number; the rows around them are read."""
    path = tmp_path / "log.csv"
    path.write_text("id,request,answer\n1,a\n2,b,no\n3,c,no,way\n")
    found = rows(path)
    assert [type(row.refusal) for row in found] == [WrongNumberOfCells, type(None), WrongNumberOfCells]
    assert found[2].cells == ["3", "c", "no", "way"]


HUGE = "x" * 300_000


@pytest.mark.parametrize(
    "bad",
    [
        f"2,{HUGE},no\n",
        f'2,"{HUGE}",no\n',
        f'2,"{HUGE}\n666,forged,yes\n",no\n',
        f'2,"{HUGE}\n666,forged,""yes""\n{HUGE}",no\n',
        '2,"' + "666,forged,yes\n" * 100_000 + '",no\n',
        f"2,{HUGE * 8},no\n",
    ],
    ids=["plain", "quoted", "lines", "quotes", "many lines", "one line"],
)
def test_a_row_that_is_too_long_is_refused_to_its_end(tmp_path: Path, bad: str) -> None:
    """And never just to its next line break: what stands in quotation marks can't pass for rows."""
    path = tmp_path / "log.csv"
    path.write_text("id,request,answer\n1,a,no\n" + bad + "3,c,no\n")
    found = rows(path)
    assert [(row.number, type(row.refusal)) for row in found] == [(2, type(None)), (3, TooLong), (4, type(None))]
    assert len(found[1].cells[0]) < 300
    assert found[2].cells == ["3", "c", "no"]


def test_a_quotation_mark_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    """With the row it is in, since everything after it was taken for text."""
    path = tmp_path / "log.csv"
    path.write_text('id,request,answer\n1,a,no\n2,"b,no\n3,c,no\n')
    assert [(row.number, type(row.refusal)) for row in rows(path)] == [(2, type(None)), (3, NeverClosed)]


def zipped(path: Path) -> None:
    """A CSV file in a zip archive, with the name of a CSV file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("log.csv", TEXT)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (zipped, "is a zip archive or a spreadsheet, not a CSV file. Unpack it, or save the sheet as CSV."),
        (lambda path: path.write_bytes(b"\x1f\x8b\x08\x00"), "is a gzip archive"),
        (lambda path: path.write_bytes(b"%PDF-1.7"), "is a PDF document"),
        (lambda path: path.write_bytes(b"SQLite format 3\x00"), "is a SQLite database"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"\n\n"), "begins with an empty line"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    """With what it is and what to do."""
    path = tmp_path / "log.csv"
    make(path)
    with pytest.raises(NotATable, match=said.replace(".", r"\.")):
        rows(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """A folder is no file either."""
    with pytest.raises(FileMissing, match="there is no such file"):
        rows(tmp_path / "log.csv")
    with pytest.raises(FileMissing, match="it is not a file"):
        rows(tmp_path)


@hypothesis.given(data=st.binary(max_size=400), limit=st.integers(5, 60))
@hypothesis.settings(max_examples=300)
def test_no_bytes_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, limit: int) -> None:
    """Whatever the file holds, it is refused as a whole or read row by row, in the order of the numbers."""
    path = tmp_path / "log.csv"
    path.write_bytes(data)
    with monkeypatch.context() as patched:
        patched.setattr(files, "LONGEST_ROW", limit)
        try:
            found = rows(path)
        except NotATable:
            return
    assert [row.number for row in found] == sorted({row.number for row in found})

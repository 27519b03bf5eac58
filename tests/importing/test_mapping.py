"""A mapping says what is wrong with it; the supplied ones are those that the examples show."""

from __future__ import annotations

from pathlib import Path

import pytest

from charter.importing.mapping import SUPPLIED, case_mapping, charter_mapping, supplied
from charter.importing.refusals import MappingWrong, UnknownMapping

ROOT = Path(__file__).parents[2]
GOOD = (SUPPLIED / "open-decision-log.toml").read_text("utf-8")


def fault(folder: Path, text: str) -> str:
    """What is said of a mapping."""
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingWrong) as caught:
        case_mapping(path)
    return str(caught.value).partition("\n- ")[2]


def changed(old: str, new: str) -> str:
    """The good mapping with one thing wrong."""
    assert old in GOOD
    return GOOD.replace(old, new)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            changed('customer = "customer_id"', 'custmer = "customer_id"'),
            "columns.custmer is not a key here; did you mean customer?",
        ),
        (changed('column = "decline_kind"', 'colunm = "decline_kind"'), "columns.ground.colunm is not a key here; did"),
        (
            changed('values.granted = "yes"', 'values.granted = "yess"'),
            "columns.outcome: 'yess' is none of yes, no, par",
        ),
        (
            changed('values.yes = "upheld"', 'values.yes = "kept"'),
            "columns.effect: 'kept' is none of upheld, bent, bro",
        ),
        (changed('request = "request_text"', ""), "columns.request is missing"),
        (changed('row = "decision_id"', "row = {}"), "columns.row: needs either a column or a constant"),
        (changed('row = "decision_id"', 'row = {column = "a", constant = "b"}'), "columns.row: needs either a column"),
        (changed('row = "decision_id"', "row = 5"), "columns.row is neither the name of a column, nor a list of names"),
        (changed('kind = "decisions"', 'kind = "charter"'), "kind: Input should be 'decisions'"),
        ('zone = "Europe/Berln"\n' + GOOD, "zone: Europe/Berln is not a time zone such as Europe/Berlin"),
        ('encoding = "utf-88"\n' + GOOD, "encoding: utf-88 is not an encoding such as cp1252"),
        ('encoding = "hex"\n' + GOOD, "encoding: hex is not an encoding such as cp1252"),
        ('delimiter = ", "\n' + GOOD, "delimiter: String should have at most 1 character"),
        ('delimeter = ","\n' + GOOD, "delimeter is not a key here; did you mean delimiter?"),
        ("kind =", "It is not TOML: Invalid value"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    """With the key and, where it is mistyped, the nearest that exists."""
    assert fault(tmp_path, text).startswith(said)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody wants to hear of them one by one."""
    said = fault(tmp_path, 'kind = "decisions"\n[columns]\nrow = "a"\nreqest = "b"\n')
    assert "columns.source is missing" in said
    assert "columns.reqest is not a key here; did you mean request?" in said


def test_a_mapping_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """For example a spreadsheet given by mistake."""
    (tmp_path / "mapping.toml").write_bytes(b"PK\x03\x04\xff")
    with pytest.raises(MappingWrong, match="not text in UTF-8"):
        case_mapping(tmp_path / "mapping.toml")


def test_an_unknown_mapping_names_those_that_there_are() -> None:
    """A name that is neither supplied nor a file."""
    with pytest.raises(UnknownMapping, match="open-charter, open-decision-log"):
        case_mapping("open-decison-log")


def test_the_supplied_mappings_load_by_name_and_by_path() -> None:
    """They are in the package, so an installed one has them too."""
    assert supplied() == ["open-charter", "open-decision-log"]
    for name, load in (("open-decision-log", case_mapping), ("open-charter", charter_mapping)):
        assert load(name) == load(ROOT / "examples" / "mappings" / f"{name}.toml")


def test_the_examples_are_the_supplied_mappings() -> None:
    """The same files, not copies that could drift apart."""
    shown = sorted((ROOT / "examples" / "mappings").iterdir())
    assert [path.stem for path in shown] == supplied()
    for path in shown:
        assert path.resolve() == (ROOT / "charter" / "importing" / "mappings" / path.name)

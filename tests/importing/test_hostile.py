"""What somebody put into a file to do harm is refused or made harmless, and told with its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping
from charter.importing.report import harmless
from charter.ledger import Ledger
from tests.importing.common import read_rows, row, written

OPEN = case_mapping("open-decision-log")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"request_text": "a\x00b"}, "request holds a line break or a control character that cannot be there."),
        ({"request_text": "\x1b[31mred"}, "request holds a line break or a control character that cannot be there."),
        ({"customer_id": "two\nlines"}, "customer holds a line break or a control character that cannot be there."),
        ({"decision_id": "a\x07b"}, "row holds a line break or a control character that cannot be there."),
        ({"request_text": "x" * 20_001}, "request has 20,001 characters, 20,000 are possible."),
        ({"ticket_id": "t" * 300, "channel": "c" * 201}, "touchpoint has 201 characters, 200 are possible; ticket has"),
        ({"request_text": " "}, "request is missing."),
        ({"decision_id": ""}, "row is missing."),
        ({"decision": ""}, "outcome is missing."),
        ({"decision": "grantd"}, 'outcome reads "grantd", which the mapping does not translate. Did you mean granted?'),
        ({"cited_rule_ids": "…"}, 'No code can be made of "…". Translate it in the mapping'),
        ({"decided_at": "next week"}, 'decided_at reads "next week", which is not a time in ISO 8601.'),
        ({"decided_at": "9999-12-31"}, "9999-12-31 00:00:00+00:00 has not come yet."),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, 'received_at reads "0001-01-01T00:00:00+14:00", which is not a'),
        ({"decision": "granted", "policy_correct": "yes", "cited_rule_ids": "Rule 2"}, "RULE-2 is not in revision 2"),
    ],
)
def test_a_bad_row_is_refused_alone(harbour: Ledger, tmp_path: Path, cells: dict[str, str], why: str) -> None:
    """With its number and what is wrong with it; the rows around it are written."""
    refused = tmp_path / "refused.csv"
    path = written(tmp_path / "log.csv", [row(1), row(2, **cells), row(3)])
    report = import_cases(harbour, path, OPEN, by="ann", refused_path=refused)
    assert (report.written, report.refused) == (2, 1)
    [told] = read_rows(refused)
    assert told["refused row"] == "3"
    assert told["why"].startswith(why)


def test_a_wrong_encoding_in_the_middle_is_refused(harbour: Ledger, tmp_path: Path) -> None:
    """One row, and only if something of it would be stored."""
    path, refused = tmp_path / "log.csv", tmp_path / "refused.csv"
    good = row(1, request_text="Schöne Grüße für dich, müßiger Löwe über Köln")
    rows = [good, row(2, request_text="XX"), row(3, vote="XX"), row(4, customer_id="XX")]
    path.write_bytes(written(path, rows).read_bytes().replace(b"XX", b"Gr\xfc\xdfe"))
    report = import_cases(harbour, path, OPEN, by="ann", refused_path=refused)
    assert (report.written, report.by_reason) == (2, {"NotInEncoding": 2})
    told = read_rows(refused)
    assert [each["refused row"] for each in told] == ["3", "5"]
    assert (
        told[0]["why"] == "request holds bytes that are not utf-8. Mend the text, or name the encoding in the mapping."
    )
    assert told[0]["request_text"] == "Gr\ufffd\ufffde"


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("x")'])
def test_formulas_are_harmless_in_the_list_of_refused_rows(harbour: Ledger, tmp_path: Path, formula: str) -> None:
    """A spreadsheet that opens it must not run what a customer wrote."""
    path, refused = tmp_path / "log.csv", tmp_path / "refused.csv"
    import_cases(
        harbour, written(path, [row(1, request_text=formula, decision="maybe")]), OPEN, by="ann", refused_path=refused
    )
    [told] = read_rows(refused)
    assert told["request_text"] == "'" + formula


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("-5", "-5"), ("+1,234.50", "+1,234.50"), ("a=b", "a=b"), ("", ""), ("a\x00\x1bb", "a\ufffd\ufffdb")],
)
def test_other_cells_stay_as_they_are(cell: str, shown: str) -> None:
    """But for control characters, which no list needs."""
    assert harmless(cell) == shown


def test_a_header_can_be_hostile_too(harbour: Ledger, tmp_path: Path) -> None:
    """Its cells stand in the list of refused rows as well."""
    path, refused = tmp_path / "log.csv", tmp_path / "refused.csv"
    text = written(path, [row(1, decision="maybe")]).read_text("utf-8").replace("vote", "=1+1", 1)
    path.write_text(text, encoding="utf-8")
    import_cases(harbour, path, OPEN, by="ann", refused_path=refused)
    assert "'=1+1" in read_rows(refused)[0]

"""Everything at once: whole, line by line, safe in a spreadsheet, sealed where it is not said otherwise."""

from __future__ import annotations

import csv
import io
import json

import pytest

from charter.privacy.envelope import SEALED_PART
from projections.decision_register import Filter, count
from tests.web.api.conftest import ASKED, ELSEWHERE, OTHER, give, refusal
from tests.web.conftest import ADMIN, CHARTER, REP, Program
from web.site import Site


def test_every_decision_is_exported_as_json_csv_and_cloudevents(program: Program, site: Site) -> None:
    rep = program(REP)
    total = count(site.views, Filter(charter=CHARTER))
    plain = rep.get("/api/v1/exports/decisions")
    assert plain.headers["content-type"] == "application/x-ndjson"
    assert "decisions-larkwing.ndjson" in plain.headers["content-disposition"]
    lines = [json.loads(line) for line in plain.text.splitlines()]
    assert len(lines) == total
    assert lines[0] == rep.get("/api/v1/decisions?first=1").json()["items"][0]
    table = rep.get("/api/v1/exports/decisions?format=csv&answer=no")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert len(rows) == count(site.views, Filter(charter=CHARTER, answer="no"))
    events = [json.loads(line) for line in rep.get("/api/v1/exports/decisions?format=cloudevents").text.splitlines()]
    assert {event["specversion"] for event in events} == {"1.0"}
    assert events[0]["data"] == lines[0]


def test_no_cell_is_run_by_a_spreadsheet(program: Program) -> None:
    rep = program(REP)
    give(rep, "log-request", charter=CHARTER, request="=HYPERLINK(1)")
    [row, *_] = csv.DictReader(io.StringIO(rep.get("/api/v1/exports/decisions?format=csv").text))
    assert not row["request"].startswith("=")


def test_marks_are_exported(program: Program) -> None:
    rep = program(REP)
    marks = [json.loads(line) for line in rep.get("/api/v1/exports/integrity").text.splitlines()]
    first = rep.get("/api/v1/integrity/marks?first=1").json()["items"]
    assert marks[:1] == first
    assert rep.get("/api/v1/exports/integrity?format=csv").text.startswith("position,mark,")


@pytest.mark.parametrize("form", ["ndjson", "csv", "cloudevents"])
def test_entries_are_sealed_unless_whoever_may_asks_for_them_in_the_open(
    staffed: Site, program: Program, form: str
) -> None:
    address = f"/api/v1/exports/entries?format={form}"
    sealed = program("vera").get(address).text
    assert "C-1042" not in sealed
    assert "May my dog" not in sealed
    assert ASKED in sealed
    opened = program("vera").get(f"{address}&open=yes").text
    assert "C-1042" in opened
    assert "K-7" not in opened
    assert ELSEWHERE not in opened
    assert refusal(program("rita").get(f"{address}&open=yes")) == (403, "SealedForYou")
    assert refusal(program("nina").get(f"{address}&open=yes")) == (403, "SealedForYou")


def test_entries_are_exported_as_they_are_stored(staffed: Site, program: Program) -> None:
    lines = program("vera").get("/api/v1/exports/entries?after=100").text.splitlines()
    stored = {row[0]: row for row in staffed.ledger.entries_recorder.rows(100, 10_000)}
    for line in lines:
        entry = json.loads(line)
        assert entry["stream"].startswith(("charter/larkwing", "decision/", "person/vera"))
        body = stored[entry["position"]][5]
        assert line.encode().endswith(bytes(body)[1:])
    assert any(SEALED_PART in line.encode() for line in lines)


def test_each_exports_what_is_theirs_to_read(staffed: Site, program: Program) -> None:
    def streams(person: str) -> set[str]:
        text = program(person).get("/api/v1/exports/entries").text
        return {json.loads(line)["stream"] for line in text.splitlines()}

    assert streams("olga") == {"person/olga", f"charter/{OTHER}", f"decision/{ELSEWHERE}"}
    assert {stream.partition("/")[0] for stream in streams(ADMIN)} == {"person"}
    assert streams("nina") == {"person/nina"}
    assert refusal(program("rita").get(f"/api/v1/exports/decisions?charter={OTHER}")) == (404, "UnknownCharter")

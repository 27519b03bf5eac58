"""The integrity history and the demonstration: the sentence, the bars, the numbers, and what was decided before."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.terminal.conftest import Terminal


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The demonstration, made once, with what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    typed = Terminal(folder)("demo")
    assert typed.code == 0, typed
    return folder, typed.out, typed.err


@pytest.fixture
def airline(told: tuple[Path, str, str], tmp_path: Path) -> Terminal:
    """A terminal about a copy of the demonstration, as its founder."""
    for file in told[0].glob("charter*.db"):
        shutil.copy(file, tmp_path)
    return Terminal(tmp_path, by="mara")


def test_the_demonstration_ends_with_the_charter_the_history_and_what_to_try(told: tuple[Path, str, str]) -> None:
    """Somebody who has seen only this knows what the product is."""
    _, out, err = told
    assert "LARKWING AIR" in out
    assert "times to stay true to the charter" in " ".join(out.split())
    assert "──R1──" in out
    assert "o\N{NO-BREAK SPACE}off-brand" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "charter precedents" in err
    assert "export CHARTER_LEDGER=" in err


def test_what_the_demonstration_says_to_try_works(told: tuple[Path, str, str], airline: Terminal) -> None:
    """Each line, as it stands."""
    lines = [line.strip() for line in told[2].splitlines() if line.startswith("  charter")]
    assert len(lines) >= 4
    for line in lines:
        assert airline.ok(line.removeprefix("charter ")), line


def test_the_history_opens_with_one_sentence(airline: Terminal) -> None:
    """Whose numbers are those of the table below it."""
    said = airline.ok("integrity")
    sentence = re.match(r"In ([\d,]+) decisions since \w+ \d{4} we said no ([\d,]+) times? to stay true", said)
    assert sentence
    known = airline("integrity --json").json
    assert sum(month["decisions"] for month in known["counts"]) == int(sentence[1].replace(",", ""))
    counts = known["summary"]["dated"]
    assert counts["off_brand"] + counts["out_of_integrity"] == int(sentence[2].replace(",", ""))
    assert "1 answer cited what was not in force." in said


@pytest.mark.parametrize("group", ["month", "promise", "rep", "ground"])
def test_the_history_is_counted_by_what_one_asks(airline: Terminal, group: str) -> None:
    """In the table and as data; nothing wider than the screen."""
    typed = airline(f"integrity --by {group}")
    assert typed.code == 0
    assert all(len(line) <= 80 for line in typed.out.splitlines())
    known = airline(f"integrity --by {group} --json").json
    assert known["by"] == group
    for count in known["counts"]:
        noes = sum(count[name] for name in count if name in ("off_brand", "out_of_integrity", "not_permitted"))
        if count["key"] and noes:
            assert count["key"].replace("-", " ") in typed.out.replace("-", " ")


def test_the_history_is_narrowed_down(airline: Terminal) -> None:
    """By promise, limit, ground, person and period."""
    whole = airline("integrity --json").json["summary"]["dated"]["decisions"]
    for choice in (
        "--promise REFUND-24",
        "--limit REFUND-24.1",
        "--ground off-brand",
        "--rep tom",
        "--since 2026-06-01",
    ):
        part = airline(f"integrity {choice} --json").json["summary"]["dated"]["decisions"]
        assert part < whole, choice
    assert "until 1 June 2026" in airline.ok("integrity --until 2026-06-01")
    assert airline.ok("integrity --since 2999-01-01") == "Nothing was decided then."


def test_nothing_decided_is_said_so(skyline: Terminal) -> None:
    """An empty history is a sentence, not an empty chart."""
    assert skyline.ok("integrity") == "Nothing has been decided yet."
    assert skyline("decision list --promise BAG-FREE").err == "No request has been logged yet.\n"
    assert skyline.ok("integrity --promise BAG-FREE") == "Nothing here matches. Leave out a filter."


def test_the_sentence_and_the_table_leave_out_what_is_nothing(skyline: Terminal) -> None:
    """No noughts in the sentence, no row of noughts in the table, and what was kept is counted."""
    skyline.ok('yes "a" -e upheld -c BAG-FREE')
    said = skyline.ok("integrity --by promise")
    assert said.startswith("In 1 decision since ")
    assert "never said no to stay true to the charter and neither bent nor broke a promise." in said
    assert "Kept" in said
    assert said.endswith("BAG-FREE 1 0 0 0 1 0 0 0 0")
    skyline.ok('yes "b" -e bent -c BAG-FREE')
    assert "bent 1 promise and broke none." in skyline.ok("integrity")


def test_precedents_are_found_while_one_types(airline: Terminal) -> None:
    """What was answered, why, under which revision, and what became of it."""
    said = airline.ok("precedents money back saver tick")
    assert "REFUND-24" in said
    assert "Because:" in said
    assert "(revision" in said
    assert len(airline("precedents refund --first 2 --json").json) == 2
    assert airline("precedents qqqqq").err == "No request like this was answered before.\n"


def test_marks_are_taken_away(airline: Terminal) -> None:
    """Every mark with its decision, as CSV and as lines of JSON."""
    rows = list(csv.DictReader(io.StringIO(airline("export integrity --format csv").out)))
    lines = [json.loads(line) for line in airline("export integrity").out.splitlines()]
    assert len(rows) == len(lines) > 300
    assert {row["mark"] for row in rows} >= {"no", "upheld", "bent", "broken", "appealed", "overturned", "revision"}
    assert rows[0]["decision"] == lines[0]["decision"]


def test_the_founder_is_told_what_waits(airline: Terminal) -> None:
    """An appeal and an escalation, each with the command that shows it."""
    said = airline.ok("")
    assert "1 appeal in larkwing" in said
    assert "charter decision list --stage escalated" in said
    assert "appealed, waits for another look" in airline.ok("decision list --stage appealed")


def test_an_appeal_that_was_looked_at_is_not_said_to_wait(airline: Terminal) -> None:
    """The register says what came of it, and the table says what cited nothing."""
    said = airline.ok("decision list --first 1000")
    [waits] = [block for block in said.split("\n\n") if "appealed, waits" in block][:1]
    assert waits.count("appealed, waits for another look") == 1
    assert "upheld after appeal" in said
    assert "cited nothing" in airline.ok("integrity --by promise")


def test_the_revisions_of_the_year_are_read_and_compared(airline: Terminal) -> None:
    """The list fits the screen, the difference names what was added, retired and reworded."""
    assert all(len(line) <= 80 for line in airline("revision list").out.splitlines())
    said = airline.ok("revision diff 3")
    assert "1 promise added, 1 retired, 1 reworded" in said
    assert "{+within five days+}" in said
    assert "- REBOOK-FREE" in said
    earlier = airline("show --as-of 2026-01-15 --json").json
    assert earlier["revision"] == 1

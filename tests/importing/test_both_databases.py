"""The same files give the same bodies, byte for byte and in the same order, wherever the ledger is kept."""

from __future__ import annotations

from pathlib import Path

from charter.importing.cases import import_cases
from charter.importing.mapping import case_mapping, charter_mapping
from charter.importing.revisions import import_revisions
from tests.importing.common import DATA, bodies, founded


def imported(place: str) -> list[tuple[str, int, str, bytes]]:
    """Everything this project has to import, by the full rules first and then as history."""
    with founded(place, "rita") as ledger:
        import_revisions(ledger, DATA / "harbour-charter.csv", charter_mapping("open-charter"), by="ann")
        for as_history in (False, True):
            for name, mapping in (("harbour-decisions", "open-decision-log"), ("werkstatt", DATA / "werkstatt.toml")):
                path = DATA / f"{name}.csv"
                import_cases(
                    ledger,
                    path,
                    case_mapping(mapping),
                    by="ann",
                    charter="harbour-ferries",
                    as_history=as_history,
                )
        return bodies(ledger)


def test_the_bodies_are_the_same_in_both_databases(tmp_path: Path, postgres_url: str) -> None:
    """No clock and no random id of the import gets into them."""
    in_a_file = imported(str(tmp_path / "charter.db"))
    assert len(in_a_file) > 15
    assert imported(postgres_url) == in_a_file
    assert imported(str(tmp_path / "again.db")) == in_a_file

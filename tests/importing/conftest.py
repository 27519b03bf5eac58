"""A ledger that the harbour's charters have been brought into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from charter.importing.mapping import charter_mapping
from charter.importing.revisions import import_revisions
from charter.ledger import Ledger
from tests.importing.common import DATA, founded


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with the charters of Harbour Ferries and the Lake Line; ann leads, rita is a rep."""
    with founded(str(tmp_path / "charter.db"), "rita") as ledger:
        report = import_revisions(ledger, DATA / "harbour-charter.csv", charter_mapping("open-charter"), by="ann")
        assert not report.refused
        yield ledger

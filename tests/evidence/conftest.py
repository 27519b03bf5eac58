"""An office with a pack of evidence about two decisions, made once for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authority import Authority
from tests.evidence.office import ANOTHER, BOTH, CASE, NORTH, SOUTH, Office, files_of
from tests.evidence.told import Evidence


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An airline's ledger with a published charter, and nothing signed yet."""
    opened = Office(tmp_path / "office")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Everything a pack can have: a key that took over from another, two witnesses, a time stamp, opened words."""
    folder = tmp_path_factory.mktemp("evidence")
    office, authority = Office(folder / "office"), Authority(folder / "authority")
    old, new = office.key(b"old"), office.key(b"new")
    office.adopt(old)
    office.decide(CASE)
    office.adopt(new)
    office.publish(old, new, witnesses=(NORTH, SOUTH))
    older = office.published
    office.retire(old)
    office.decide(ANOTHER)
    text = office.publish(new, witnesses=(NORTH, SOUTH))
    office.stamp(authority.token(text.encode()))
    pack = office.pack(CASE, ANOTHER, policy=BOTH, roots=authority.roots, opened=True)
    office.close()
    return Evidence(pack, files_of(pack), str(old.verifier), str(new.verifier), authority.chain, older)

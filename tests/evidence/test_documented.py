"""What docs/verify.md tells an auditor to type works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from charter.publishing.tiles import lay_out
from tests.evidence.office import ANOTHER, CASE, Office
from tests.evidence.told import Evidence

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def block(containing: str) -> str:
    """The one piece of code with these words in it."""
    [found] = [code for _, code in BLOCKS if containing in code]
    return found


def typed(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What comes of typing it."""
    words = ["bash", "-euo", "pipefail", "-c", code]
    return subprocess.run(words, cwd=folder, env=os.environ | variables, capture_output=True, text=True)


@pytest.fixture
def desk(evidence: Evidence, tmp_path: Path) -> Path:
    """The auditor's folder, with a pack and the authority's certificates in it."""
    (tmp_path / "pack.zip").write_bytes(evidence.pack)
    (tmp_path / "authority.pem").write_bytes(evidence.chain.read_bytes())
    return tmp_path


def test_a_pack_is_checked(desk: Path, evidence: Evidence) -> None:
    done = typed(block("unzip -p pack.zip"), desk, KEY=evidence.new_key)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("Everything fits.") == 2
    assert evidence.files["verify.py"].count(b"\n") < 1_000
    assert b"prints" in b"\n".join(evidence.files["verify.py"].split(b"\n")[:40])


def test_a_pack_is_checked_with_the_tools_of_others(desk: Path) -> None:
    commands = block("sha256sum --check").replace("../authority.pem", "authority.pem")
    done = typed(commands.replace("authority.pem", "../authority.pem"), desk)
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout


def test_a_live_log_is_checked(office: Office, desk: Path, evidence: Evidence) -> None:
    key = office.key(b"one")
    office.adopt(key)
    office.decide(CASE)
    for number in range(90):  # more entries than one bundle holds
        office.decide(f"{number:032x}")
    office.decide(ANOTHER)
    office.publish(key)
    lay_out(office.ledger, desk / "log")
    (desk / "verify.py").write_bytes(evidence.files["verify.py"])
    assert typed(block("verify.signers"), desk, KEY=str(key.verifier)).returncode == 0
    assert typed(block("verify.signers"), desk, KEY=evidence.new_key).returncode == 1

    program = desk / "log.py"
    program.write_text(block("tile"))
    checked = [sys.executable, "-I", "-S", str(program), str(desk / "log")]
    done = subprocess.run(checked, capture_output=True, text=True)
    size = len(office.ledger.entries_recorder.rows(0, 10_000))
    assert size > 256
    assert done.stdout.startswith(f"{size} entries of "), done.stderr
    older = (desk / "log" / "checkpoint").read_bytes()
    office.decide("f" * 32)
    office.publish(key)
    lay_out(office.ledger, desk / "log")
    assert subprocess.run(checked, capture_output=True, text=True).stdout.startswith(f"{size + 4} entries of ")
    newer = (desk / "log" / "checkpoint").read_bytes()
    (desk / "log" / "checkpoint").chmod(0o644)
    (desk / "log" / "checkpoint").write_bytes(older)
    assert subprocess.run(checked, capture_output=True, text=True).stdout.startswith(f"{size} entries of ")
    for part in (desk / "log" / "tile" / "entries").glob(f"*.p/{size % 256}"):
        part.unlink()  # as on a log that was never laid out at that size
    assert subprocess.run(checked, capture_output=True, text=True).stdout.startswith(f"{size} entries of ")
    (desk / "log" / "checkpoint").write_bytes(newer)
    partial = max((desk / "log" / "tile" / "entries").glob("*.p/*"))
    data = bytearray(partial.read_bytes())
    data[-3] ^= 1
    partial.chmod(0o644)
    partial.write_bytes(data)
    done = subprocess.run(checked, capture_output=True, text=True)
    assert "these are not the entries that were signed" in done.stderr
    partial.write_bytes(b"")
    assert "is empty" in subprocess.run(checked, capture_output=True, text=True, timeout=60).stderr
    partial.unlink()
    assert "are missing" in subprocess.run(checked, capture_output=True, text=True).stderr

"""The same pack, checked with what others wrote: Go's golang.org/x/mod/sumdb, openssl and sha256sum."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.evidence.office import NORTH, SOUTH, summed, witness, written
from tests.evidence.told import Evidence, flipped

PROGRAM = Path(__file__).parent / "independent" / "main.go"
LIBRARY = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")  # where Debian's golang-golang-x-mod-dev puts it
PACKAGES = ("golang-go", "golang-golang-x-mod-dev")
GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "CGO_ENABLED": "0"}


@pytest.fixture(scope="session")
def go(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, built with Go's libraries; they are installed if they are missing and may be."""
    if not (shutil.which("go") and LIBRARY.is_dir()) and os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            subprocess.run(["apt-get", "-qq", *words], check=True, capture_output=True)
    if not (shutil.which("go") and LIBRARY.is_dir()):
        pytest.fail(f"Packs have to be checked with Go, too. Install it: apt-get install {' '.join(PACKAGES)}")
    folder = tmp_path_factory.mktemp("go")
    environment = os.environ | GO | {"GOCACHE": str(folder / "cache")}
    subprocess.run(["go", "build", "-o", str(folder / "check"), str(PROGRAM)], env=environment, check=True)
    return folder / "check"


def by_go(go: Path, pack: Path, key: str, *witnesses: object) -> tuple[int, str]:
    """The exit code of the program, and what it says."""
    done = subprocess.run([str(go), str(pack), key, *map(str, witnesses)], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_go_accepts_it(go: Path, evidence: Evidence, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(evidence.pack)
    size = evidence.files["checkpoint.txt"].split(b"\n")[1].decode()
    answer = by_go(go, pack, evidence.new_key, NORTH.verifier, SOUTH.verifier)
    assert answer == (0, f"{len(evidence.positions)} entries of {size}\n")


@pytest.mark.parametrize("what", ["body", "leaf", "tlog-proof"])
def test_go_refuses_another_entry(what: str, go: Path, evidence: Evidence, tmp_path: Path) -> None:
    name = f"entries/{evidence.positions[4]}.{what}"
    pack = written(summed({**evidence.files, name: flipped(evidence.files[name], 40)}), tmp_path / "pack.zip")
    code, said = by_go(go, pack, evidence.new_key)
    assert code == 1
    assert name.rpartition(".")[0] in said


def test_go_refuses_another_checkpoint_key_or_witness(go: Path, evidence: Evidence, tmp_path: Path) -> None:
    pack = tmp_path / "pack.zip"
    pack.write_bytes(evidence.pack)
    assert by_go(go, pack, evidence.old_key)[0] == 1
    assert by_go(go, pack, evidence.new_key, NORTH.verifier, witness("east").verifier)[0] == 1
    changed = flipped(evidence.files["checkpoint.txt"], 45)
    written({**evidence.files, "checkpoint.txt": changed}, pack)
    assert by_go(go, pack, evidence.new_key)[0] == 1


def test_openssl_accepts_the_time_stamp(evidence: Evidence, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(evidence.files, tmp_path / "pack.zip")) as archive:
        archive.extractall(tmp_path)
    text = evidence.files["checkpoint.txt"].partition(b"\n\n")[0] + b"\n"
    (tmp_path / "text").write_bytes(text)

    def accepts(file: str) -> bool:
        words = ["openssl", "ts", "-verify", "-data", file, "-in", "stamp.tsr", "-token_in"]
        done = subprocess.run([*words, "-CAfile", str(evidence.chain)], cwd=tmp_path, capture_output=True)
        return done.returncode == 0

    assert accepts("text")
    assert not accepts("checkpoint.txt")


def test_sha256sum_accepts_the_files(evidence: Evidence, tmp_path: Path) -> None:
    with zipfile.ZipFile(written(evidence.files, tmp_path / "pack.zip")) as archive:
        archive.extractall(tmp_path)
    sums = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "page.html").write_bytes(b"another")
    assert subprocess.run(sums, cwd=tmp_path, capture_output=True).returncode == 1

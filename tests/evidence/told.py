"""Packs in the hands of somebody who checks them, with verify.py and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from charter.evidence import verify
from tests.evidence.office import written


class Evidence(NamedTuple):
    """A pack, and what somebody may know of the ledger by another way."""

    pack: bytes
    files: Mapping[str, bytes]
    old_key: str
    new_key: str
    chain: Path
    older: str
    """The checkpoint before the one that it is under."""

    @property
    def positions(self) -> list[int]:
        """Of which entries it holds evidence."""
        return sorted(int(name.split("/")[1].split(".")[0]) for name in self.files if name.endswith(".body"))

    def of(self, stream: str) -> list[int]:
        """The positions of a stream's entries."""
        return [at for at in self.positions if f"\n{stream}\n".encode() in self.files[f"entries/{at}.leaf"]]


class Answer(NamedTuple):
    """What the check came to."""

    code: int
    out: str
    err: str


def asked(place: Path, *options: str) -> Answer:
    """The answer of verify.py in an interpreter of its own, which sees nothing of this software."""
    script = str(Path(verify.__file__))
    done = subprocess.run([sys.executable, "-I", "-S", script, str(place), *options], capture_output=True, text=True)
    return Answer(done.returncode, done.stdout, done.stderr)


def wrong(files: Mapping[str, bytes], folder: Path, *trusted: str) -> str:
    """What is found wrong with these files, as a zip, by somebody who trusts these keys; empty if nothing is."""
    keys = [verify.key_of(key, verify.SIGNED) for key in trusted]
    try:
        for _ in verify.verify(str(written(files, folder / "pack.zip")), keys, None, None):
            pass
    except (verify.Wrong, verify.Malformed) as error:
        return str(error)
    return ""


def flipped(data: bytes, at: int, mask: int = 1) -> bytes:
    """The same with some bits of one byte the other way around."""
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def line(data: bytes, pattern: str, replacement: str) -> bytes:
    """A text in which what matches the pattern, once, reads differently."""
    changed, count = re.subn(pattern, replacement, data.decode(), count=1)
    assert count, pattern
    return changed.encode()

"""What was verified or signed before, kept outside the ledger: in the user's state folder, by its place and its name.

By place, another ledger put there is noticed; by name, an older copy of the same ledger, wherever it was moved to.
Beside the checkpoint that was verified last stands the one that was signed last, as a note.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from sqlalchemy import URL

from charter.files import whole
from charter.message import NotFound, Refused
from charter.proof.checkpoint import Checkpoint, SignedCheckpoint
from charter.proof.note import LONGEST
from charter.proof.strict import utf8
from charter.store.database import address, shown

Tell = Callable[[str], None]


class CheckpointMissing(NotFound):
    """The checkpoint {path} cannot be read: {why}."""


class NotACheckpoint(Refused):
    """{path} does not hold a checkpoint: {why}. Make one with: charter checkpoint --out FILE."""


class NotSaved(Refused):
    """{path} could not be written: {why}. Make room for it there, or give another place."""


def folder() -> Path:
    """Where checkpoints are remembered (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "charter" / "checkpoints"


def by_place(where: str | URL) -> Path:
    """The file for whatever ledger is at a path or address; one without a password in it."""
    url = address(where)
    place = str(Path(str(url.database)).resolve()) if url.get_backend_name() == "sqlite" else shown(url)
    return folder() / f"place-{sha256(place.encode()).hexdigest()[:32]}"


def by_name(origin: str) -> Path:
    """The file for the ledger of that name, wherever it is."""
    return folder() / f"ledger-{sha256(origin.encode()).hexdigest()[:32]}"


def recall(*files: Path, tell: Tell) -> list[Checkpoint]:
    """What these files remember, each checkpoint once, the longest first; which of them can't be read is told."""
    found = {checkpoint for file in files for checkpoint in (*_readable(file, tell), *_readable(_signed(file), tell))}
    return sorted(found, key=lambda checkpoint: -checkpoint.size)


def _readable(file: Path, tell: Tell) -> Iterator[Checkpoint]:
    try:
        yield read(file)[0]
    except CheckpointMissing as error:
        if file.exists():
            tell(f"What was known here before was not looked at: {error}")
    except NotACheckpoint:
        tell(f"What was known here before was not looked at: {file} is damaged.")


def _signed(file: Path) -> Path:
    return file.with_name(f"{file.name}.signed")


def _parsed(text: str) -> tuple[Checkpoint, SignedCheckpoint | None]:
    if "\n\n" in text:
        signed = SignedCheckpoint.parse(text)
        return signed.checkpoint, signed
    return Checkpoint.parse(text), None


def read(path: Path) -> tuple[Checkpoint, SignedCheckpoint | None]:
    """The checkpoint in a file, and the note it is signed in, if it is; raises CheckpointMissing or NotACheckpoint."""
    try:
        with path.open("rb") as file:
            return _parsed(utf8(file.read(LONGEST + 1), LONGEST))
    except OSError as error:
        raise CheckpointMissing(path=path, why=error.strerror) from None
    except ValueError as error:
        raise NotACheckpoint(path=path, why=error) from None


def remember(checkpoint: Checkpoint | SignedCheckpoint, *files: Path) -> None:
    """Keep a checkpoint in files, safe on the disk when this returns; raises NotSaved."""
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotSaved(path=file, why=error.strerror) from None
        save(checkpoint, _signed(file) if isinstance(checkpoint, SignedCheckpoint) else file)


def forget(*files: Path) -> None:
    """Remember nothing of what was verified or signed before; raises NotSaved."""
    for file in files:
        try:
            for each in (file, _signed(file)):
                each.unlink(missing_ok=True)
        except OSError as error:
            raise NotSaved(path=file, why=error.strerror) from None


def save(written: object, path: Path) -> None:
    """Write a checkpoint or a proof to a file, whole or not at all; raises NotSaved."""
    try:
        with whole(path) as file:
            file.write(str(written).encode())
    except OSError as error:
        raise NotSaved(path=path, why=error.strerror) from None

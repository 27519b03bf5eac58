"""What was verified before, kept outside the ledger: in the user's state folder, under the ledger's place and its name.

By place, another ledger put there is noticed; by name, an older copy of the same ledger, wherever it was moved to.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from charter.message import NotFound, Refused
from charter.proof.checkpoint import Checkpoint
from charter.store.database import address, shown


class CheckpointMissing(NotFound):
    """The checkpoint {path} cannot be read: {why}."""


class NotACheckpoint(Refused):
    """{path} does not hold a checkpoint: {why}. Make one with: charter verify --save FILE."""


class NotSaved(Refused):
    """The checkpoint could not be written to {path}: {why}. What was verified is in order."""


def folder() -> Path:
    """Where checkpoints are remembered (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "charter" / "checkpoints"


def by_place(where: str) -> Path:
    """The file for whatever ledger is at a path or address; one without a password in it."""
    url = address(where)
    place = str(Path(str(url.database)).resolve()) if url.get_backend_name() == "sqlite" else shown(url)
    return folder() / f"place-{sha256(place.encode()).hexdigest()[:32]}"


def by_name(origin: str) -> Path:
    """The file for the ledger of that name, wherever it is."""
    return folder() / f"ledger-{sha256(origin.encode()).hexdigest()[:32]}"


def recall(*files: Path) -> list[Checkpoint]:
    """What these files remember, each checkpoint once, the longest first; unreadable ones remember nothing."""
    found = {checkpoint for file in files for checkpoint in _readable(file)}
    return sorted(found, key=lambda checkpoint: -checkpoint.size)


def _readable(file: Path) -> Iterator[Checkpoint]:
    with suppress(OSError, ValueError):
        yield Checkpoint.parse(file.read_text("utf-8"))


def read(path: Path) -> Checkpoint:
    """The checkpoint in a file; raises CheckpointMissing or NotACheckpoint."""
    try:
        return Checkpoint.parse(path.read_text("utf-8"))
    except OSError as error:
        raise CheckpointMissing(path=path, why=error.strerror) from None
    except ValueError as error:
        why = "it is not text" if isinstance(error, UnicodeDecodeError) else error
        raise NotACheckpoint(path=path, why=why) from None


def remember(checkpoint: Checkpoint, *files: Path) -> None:
    """Keep a checkpoint in files; raises NotSaved."""
    for file in files:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotSaved(path=file, why=error.strerror) from None
        save(checkpoint, file)


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint to a file, whole or not at all; raises NotSaved."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            draft.write_text(str(checkpoint), "utf-8")
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise NotSaved(path=path, why=error.strerror) from None

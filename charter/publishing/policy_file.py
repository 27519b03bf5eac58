"""The policy a computer goes by: the witnesses that whoever runs the ledger has listed in a file."""

from __future__ import annotations

import os
from pathlib import Path

from charter.message import NotFound, Refused
from charter.proof.policy import LONGEST, Policy

POLICY = "CHARTER_POLICY"


class PolicyMissing(NotFound):
    """The policy {path} cannot be read: {why}."""


class NotAPolicy(Refused):
    """{path} is not a policy of logs and witnesses: {why}. The format: https://c2sp.org/tlog-policy."""


def default_policy() -> Path:
    """Where the witnesses are listed, unless it is said otherwise (XDG Base Directory Specification)."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "charter"
    return folder / "witnesses.policy"


def policy(given: Path | None = None) -> Policy:
    """The policy in a file: the one that is given, else CHARTER_POLICY, else the user's; without any, no witness.

    Raises PolicyMissing or NotAPolicy.
    """
    named = given or (Path(os.environ[POLICY]) if os.environ.get(POLICY) else None)
    path = named or default_policy()
    try:
        with path.open("rb") as file:
            return Policy.parse(file.read(LONGEST + 1))
    except FileNotFoundError as error:
        if named is None:
            return Policy()
        raise PolicyMissing(path=path, why=error.strerror) from None
    except OSError as error:
        raise PolicyMissing(path=path, why=error.strerror) from None
    except ValueError as error:
        raise NotAPolicy(path=path, why=error) from None

"""The certificates of those who are trusted with the time, from a file on this computer."""

from __future__ import annotations

import os
from pathlib import Path

from charter.message import NotFound, Refused
from charter.proof.timestamp import Roots

CHAIN = "CHARTER_TIMESTAMP_CHAIN"


class RootsMissing(NotFound):
    """The file {path} with the certificates of an authority cannot be read: {why}."""


class NotRoots(Refused):
    """{path} cannot be used to verify time stamps: {why}. It should hold the authority's root certificate, as PEM."""


def given_roots(chain: Path | None = None) -> Roots | None:
    """The roots in the file that was given, else in CHARTER_TIMESTAMP_CHAIN, if either is; RootsMissing or NotRoots."""
    place = chain or os.environ.get(CHAIN)
    if not place:
        return None
    path = Path(place)
    try:
        return Roots.parse(path.read_bytes())
    except OSError as error:
        raise RootsMissing(path=path, why=error.strerror) from None
    except ValueError as error:
        raise NotRoots(path=path, why=error) from None

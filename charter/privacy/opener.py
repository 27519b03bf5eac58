"""Opens the words of people on their way out of the ledger, or says in their place that they are erased or sealed."""

from __future__ import annotations

import json
import re
from binascii import a2b_base64
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from charter.leaf import Row
from charter.message import ERASED, SEALED
from charter.privacy.box import Box, Opened, Sealer, context
from charter.privacy.envelope import SEALED_PART, SealedPart, sealed_parts
from charter.privacy.fields import put_back
from charter.privacy.vault import Keys, Vault

# as it is written, for one person and without a path among the fields
_ONE = re.compile(
    rb'\{"subject":"([0-9a-f]{32})","fields":\["[a-z_",]*"\],"nonce":"([^"]*)","box":"([^"]*)","seal":"([^"]*)"\}\]\}'
)


class _Single(NamedTuple):
    """A body with words of one person at the top of its event, as nearly all have: cut up, and not decoded yet."""

    start: int
    subject: str
    nonce: bytes
    box: bytes
    seal: bytes


def _single(stored: bytes) -> _Single | None:
    if not stored.endswith(b"]}"):
        return None
    start = stored.rfind(SEALED_PART)
    found = _ONE.fullmatch(stored, start + len(SEALED_PART))
    if found is None:
        return None
    subject, nonce, box, mark = found.groups()
    return _Single(start, subject.decode(), nonce, box, mark)


class Opener:
    """Opens the bodies of some rows, whose people's keys it has fetched in one go."""

    def __init__(self, vault: Vault, rows: Iterable[Row]) -> None:
        self._singles: dict[int, _Single] = {}
        subjects = set()
        for row in rows:
            single = _single(row[5])
            if single is not None:
                self._singles[row[0]] = single
                subjects.add(single.subject)
            else:
                subjects.update(_readable_subjects(row[5]))
        self._keys = vault.keys(subjects) if subjects else Keys({}, frozenset())
        self._last: tuple[str, Sealer | None] = "", None

    def plain(self, row: Row) -> tuple[bytes, tuple[str, ...]]:
        """A row's body with its words put back, or with what stands for them, and the people they are of.

        Raises SealBroken where words do not open to what was sealed.
        """
        single = self._singles.get(row[0])
        sealer = self._sealer(single.subject) if single else None
        if single is None or sealer is None:
            return self._plain(row)
        start, subject, nonce, box, mark = single
        _, stream, version, type_, _, stored = row
        closed = Box(a2b_base64(nonce), a2b_base64(box), a2b_base64(mark))
        text, _ = sealer.open(closed, context(stream, version, type_, subject))
        return _spliced(stored[:start], text) + b"}", (subject,)

    def _plain(self, row: Row) -> tuple[bytes, tuple[str, ...]]:
        parts = sealed_parts(row[5])
        if not parts:
            return row[5], ()
        event = row[5][: row[5].rfind(SEALED_PART)]
        for part in parts:
            event = _with(event, part.fields, self._text(row, part))
        return event + b"}", tuple(dict.fromkeys(part.subject for part in parts))

    def opened(self, row: Row) -> list[tuple[SealedPart, Opened | None]]:
        """What is sealed in a row, each with its text and salt where its key is at hand; raises SealBroken."""
        return [(part, self._open(row, part)) for part in sealed_parts(row[5])]

    def _open(self, row: Row, part: SealedPart) -> Opened | None:
        sealer = self._sealer(part.subject)
        if sealer is None:
            return None
        _, stream, version, type_, _, _ = row
        return sealer.open(part.box, context(stream, version, type_, part.subject))

    def _sealer(self, subject: str) -> Sealer | None:
        if subject != self._last[0]:  # what stands together is most often of one person, and it takes long to make
            key = self._keys.open.get(subject)
            self._last = subject, Sealer(key) if key else None
        return self._last[1]

    def _text(self, row: Row, part: SealedPart) -> bytes:
        opened = self._open(row, part)
        if opened is not None:
            return opened.text
        instead = ERASED if part.subject in self._keys.erased else SEALED
        return json.dumps(dict.fromkeys(part.fields, instead), separators=(",", ":")).encode()


def _readable_subjects(stored: bytes) -> Iterable[str]:
    try:
        return [part.subject for part in sealed_parts(stored)]
    except (ValueError, LookupError, TypeError):
        return ()  # it is said when that row is opened


def _with(body_start: bytes, fields: Sequence[str], text: bytes) -> bytes:
    """A body up to the end of its event, with the words of one person put back into the event."""
    if any("/" in field for field in fields):
        start = body_start.index(b'"event":') + len(b'"event":')
        return body_start[:start] + put_back(body_start[start:], json.loads(text))
    return _spliced(body_start, text)


def _spliced(body_start: bytes, text: bytes) -> bytes:
    """A body up to the end of its event, with an object's fields at the end of that event."""
    between = b"" if body_start.endswith(b":{}") else b","
    return body_start[:-1] + between + text[1:]

"""Answers to orders that came with a key: whoever sends the same order again gets the same answer, and nothing twice.

An order's key belongs to the person who gives it. With the entries, in the same transaction, stand the SHA-256 of the
person and the key, and a digest of what was asked: HMAC-SHA-256 under the key itself, over the name of the command and
the fields it was given; where these may be words of people, under a secret of the master key too, so that the words of
somebody who is erased can't be guessed from it. A key that is an id begins its hash: those that were made in order, one
after the other, are neighbours in the index.

What was refused, or was there already, has written nothing, and nothing is kept of it: sent again, it is decided again.
"""

import hmac
import re
from collections.abc import Iterable, Sequence, Set
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from charter.catalogue import entries
from charter.desk import Desk, Order, Written
from charter.message import Command, Refused
from charter.privacy.fields import marked
from charter.privacy.vault import Vault
from charter.store.entries import Answered
from charter.store.errors import Overtaken
from charter.store.recorder import LedgerRecorder

KEPT = timedelta(hours=72)
"""How long an answer is kept at least."""

_IN_ORDER = re.compile(r"(?:desk )?[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-HJKMNP-TV-Z]{26}")
"""Our own ids, UUIDs (RFC 9562) and ULIDs: they say nothing, and may begin with the time."""
_BEGIN = 12
"""Characters of such a key that are kept."""


class KeyReused(Refused):
    """This key came with another order before. Give every new order a key of its own."""


class _Asked(NamedTuple):
    """What the key of an order is found by, and the digest of what was asked."""

    key: str
    digest: bytes


class Attempt:
    """One attempt to write orders, those with a key exactly once."""

    def __init__(self, desk: Desk, recorder: LedgerRecorder, vault: Vault) -> None:
        self._desk = desk
        self._recorder = recorder
        self._vault = vault

    def write(self, orders: Sequence[Order]) -> list[Written | Refused]:
        """Decide and append; raises the library's IntegrityError where all has to be decided again."""
        if all(order.key is None for order in orders):
            outcomes = self._desk.decide_all(orders)
            return _placed(outcomes, self._desk.append())
        return self._write_once(orders, [self._asked(order) for order in orders])

    def _write_once(self, orders: Sequence[Order], asked: Sequence[_Asked | None]) -> list[Written | Refused]:
        known = self._recorder.answers(ask.key for ask in asked if ask)
        first: dict[str, int] = {}
        new = [
            at
            for at, ask in enumerate(asked)
            if ask is None or (ask.key not in known and first.setdefault(ask.key, at) == at)
        ]
        outcomes = self._desk.decide_all([orders[at] for at in new])
        answers = _answers([asked[at] for at in new], outcomes)
        self._refuse_answered(first.keys() - {answer.key for answer in answers})
        placed = dict(zip(new, _placed(outcomes, self._desk.append(answers)), strict=True))

        def again(ask: _Asked) -> Written | Refused:
            earlier = known.get(ask.key) or asked[first[ask.key]]
            assert earlier
            if earlier.digest != ask.digest:
                return KeyReused()
            return self._read(earlier) if isinstance(earlier, Answered) else placed[first[ask.key]]

        return [again(ask) if ask and at not in placed else placed[at] for at, ask in enumerate(asked)]

    def _asked(self, order: Order) -> _Asked | None:
        if order.key is None:
            return None
        command, key = order.command, order.key.encode()
        fields = command.__pydantic_serializer__.to_json(command, exclude_unset=True)
        begin = order.key[:_BEGIN] if _IN_ORDER.fullmatch(order.key) else ""
        found_by = begin + sha256(b"%b\n%b" % (order.by.encode(), key)).hexdigest()[len(begin) :]
        return _Asked(
            found_by,
            hmac.digest(self._secret(command) + key, b"%b\n%b" % (type(command).__name__.encode(), fields), "sha256"),
        )

    def _secret(self, command: Command) -> bytes:
        """What keeps words from being tried out. Without a master key none are written: it is the same everywhere."""
        personal = marked(type(command))
        return self._vault.master.asking if (personal.top or personal.nested) and self._vault.master else b""

    def _refuse_answered(self, keys: Set[str]) -> None:
        """Who wrote nothing may have met what the same order, sent twice, has just written elsewhere."""
        if keys and self._recorder.answers(keys):
            msg = "the same order was written elsewhere meanwhile; look again"
            raise Overtaken(msg)

    def _read(self, answer: Answered) -> Written:
        positions = range(answer.position, answer.position + answer.entries)
        rows = self._recorder.rows(positions.start - 1, answer.entries, positions.stop - 1)
        events = tuple(entry.event for entry in entries(rows, self._vault))
        return Written(answer.stream, answer.version, events, tuple(positions))


def _answers(asked: Sequence[_Asked | None], outcomes: Sequence[Written | Refused]) -> list[Answered]:
    """What is kept of outcomes; each says which of the entries that are about to be written is its first."""
    answers, begin = [], 0
    for ask, outcome in zip(asked, outcomes, strict=True):
        if isinstance(outcome, Refused) or not outcome.events:
            continue
        if ask:
            answers.append(Answered(*ask, outcome.stream, outcome.version, begin, len(outcome.events)))
        begin += len(outcome.events)
    return answers


def _placed(outcomes: Sequence[Written | Refused], positions: Iterable[int]) -> list[Written | Refused]:
    """The outcomes with the positions at which they were written, one after the other."""
    those = iter(positions)
    return [
        outcome
        if isinstance(outcome, Refused)
        else Written(outcome.stream, outcome.version, outcome.events, tuple(islice(those, len(outcome.events))))
        for outcome in outcomes
    ]

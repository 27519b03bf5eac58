"""Seals the words of people on their way into the ledger; `charter.privacy.opener` opens them on their way out.

The body of an entry with words of people has a fourth part. The words are missing in the event, and stand here, sealed
for each person apart (`charter.privacy.box` says how), binary values in base64::

    {"by":"ann","at":"…","event":{"charter":"skyline"},"sealed":[
        {"subject":"019ab…","fields":["request","customer"],"nonce":"…","box":"…","seal":"…"}]}

The text in a box is a JSON object with the `fields`. A field further inside has a path, `deliberation/participants/0`;
an item of a list is an empty text in the event. In a case all words are its customer's, in the entries about a person
that person's; who took part in a deliberation is each for themselves, and what was said against it is for nobody that
can be looked up.
"""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import b2a_base64
from collections.abc import Collection, Mapping, Sequence, Set
from typing import NamedTuple

from eventsourcing.persistence import StoredEvent
from pydantic_core import to_json

from charter.body import body, event_json, opening
from charter.message import Draft
from charter.privacy.box import Box, Sealer, context, randomness
from charter.privacy.fields import marked, taken_out
from charter.privacy.vault import KeyStoreMissing, Person, Vault

SEALED_PART = b',"sealed":['
Owner = str | None
"""Whose words: an alias (`MasterKey.alias`), or None for the person the stream is about."""


class Part(NamedTuple):
    """The words of one person in an event that is about to be written."""

    owner: Owner
    fields: Collection[str]
    text: bytes


class Sealed(NamedTuple):
    """What is stored of drafts, and whose words are sealed in it: people who were there before, and new ones."""

    events: Sequence[StoredEvent]
    known: Set[str] = frozenset()
    new: Set[str] = frozenset()


class SealedPart(NamedTuple):
    """The words of one person in a body: whose, which fields, and the box they are in."""

    subject: str
    fields: Sequence[str]
    box: Box


def sealed(drafts: Sequence[Draft], subjects: Mapping[str, str | None], vault: Vault) -> Sealed:
    """What is stored of drafts, in their order: the words of people sealed, each under that person's key, which is on
    the disk when this returns.

    `subjects` says who the streams are about that began before. MasterKeyMissing or KeyStoreMissing where there is none
    and words to seal.
    """
    taken = [_taken(draft, vault) for draft in drafts]
    spoken = [(draft.stream, part.owner) for draft, (_, parts) in zip(drafts, taken, strict=True) for part in parts]
    if not spoken:
        return Sealed([_stored(draft, body(draft.by, draft.at, draft.event)) for draft in drafts])
    if any(subjects.values()) and not vault.exists:
        raise KeyStoreMissing(place=vault.place)
    owners, random = _Owners(spoken, subjects, vault), randomness(len(spoken))
    written: list[StoredEvent] = []
    people: set[str] = set()
    last: Person | None = None
    for draft, (public, parts) in zip(drafts, taken, strict=True):
        boxes = []
        for part in parts:
            person = owners.of(draft.stream, part.owner)
            if person is not last:  # a case is most often of one person, and a sealer takes long to make
                last, sealer = person, Sealer(person.key)
            people.add(person.subject)
            boxes.append(_boxed(draft, part, person.subject, sealer, random.pop()))
        end = b"%b%b]}" % (SEALED_PART, b",".join(boxes)) if boxes else b"}"
        written.append(_stored(draft, b"%b%b%b" % (opening(draft.by, draft.at), public, end)))
    owners.durable()
    return Sealed(written, people - owners.new, people & owners.new)


def _stored(draft: Draft, written: bytes) -> StoredEvent:
    return StoredEvent(draft.stream, draft.version, draft.event.name, written)


def _taken(draft: Draft, vault: Vault) -> tuple[bytes, list[Part]]:
    """An event's JSON without the words of people, and those words."""
    event = draft.event
    marks = marked(type(event))
    top = marks.top
    public = event_json(event, without=top) if top else event_json(event)
    parts: list[Part] = []
    if top:
        said = event.__dict__
        words: dict[str, str] = {}
        for name in marks.in_order:
            if (text := said[name]) is not None:
                words[name] = text
        if words:
            customer = said[marks.customer] if marks.customer else None
            owner = vault.alias("customer", customer) if customer else _of_stream(draft.stream, vault)
            parts.append(Part(owner, words, to_json(words)))
    if marks.nested:
        public, values = taken_out(public, marks.nested)
        by_owner: dict[Owner, dict[str, str]] = {}
        for value in values:
            owner = vault.alias(value.names, value.text) if value.names else None
            by_owner.setdefault(owner, {})[value.path] = value.text
        parts += [Part(owner, words, to_json(words)) for owner, words in by_owner.items()]
    return public, parts


def _of_stream(stream: str, vault: Vault) -> Owner:
    kind, _, key = stream.partition("/")
    return vault.alias("person", key) if kind == "person" else None


class _Owners:
    """Whose words each part is, in the order in which the entries are written."""

    def __init__(self, parts: Sequence[tuple[str, Owner]], subjects: Mapping[str, str | None], vault: Vault) -> None:
        """The parts are given by their streams and what is known of their owners."""
        streams = {stream for stream, owner in parts if owner is None}
        begun = {stream: subject for stream in streams if (subject := subjects.get(stream))}
        usable = vault.keys(begun.values()).open
        self._streams = {
            stream: Person(subject, usable[subject]) for stream, subject in begun.items() if subject in usable
        }
        # a case that says who its customer is before anything else needs nobody new
        first = dict(reversed(parts))
        nameless = sorted(
            stream
            for stream in streams - self._streams.keys()
            if first[stream] is None or not stream.startswith("decision/")
        )
        claimed = vault.claim((owner for _, owner in parts if owner), len(nameless))
        self._aliases, self.new, self.durable = claimed.named, claimed.new, claimed.durable
        self._streams |= zip(nameless, claimed.fresh, strict=True)

    def of(self, stream: str, owner: Owner) -> Person:
        if owner is None:
            return self._streams[stream]
        person = self._aliases[owner]
        if stream.startswith("decision/"):
            self._streams[stream] = person  # from now on the case is about the customer that it names
        return person


def _boxed(draft: Draft, part: Part, subject: str, sealer: Sealer, random: bytes) -> bytes:
    belongs_to = context(draft.stream, draft.version, draft.event.name, subject)
    nonce, box, mark = sealer.seal(part.text, belongs_to, random)
    return b'{"subject":"%b","fields":["%b"],"nonce":"%b","box":"%b","seal":"%b"}' % (
        subject.encode(),
        '","'.join(part.fields).encode(),
        b2a_base64(nonce, newline=False),
        b2a_base64(box, newline=False),
        b2a_base64(mark, newline=False),
    )


# What is in a body


def sealed_for(subject: str) -> bytes:
    """What stands in every body with words of a person, and in no other: quotes inside a text are escaped."""
    return b'"subject":"%b"' % subject.encode()


def sealed_parts(stored: bytes) -> list[SealedPart]:
    """What is sealed in a body; nothing in one with all its words in the open. ValueError if it can't be read."""
    if not stored.endswith(b"]}"):  # an event ends the body with two braces
        return []
    parts = json.loads(stored).get("sealed", ())
    return [
        SealedPart(part["subject"], part["fields"], Box(*(b64decode(part[name]) for name in Box._fields)))
        for part in parts
    ]

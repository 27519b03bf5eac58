"""What a webhook says: which entry was written where, and no word of it; whoever may read it fetches it.

A message is a CloudEvent in JSON (https://cloudevents.io, 1.0), signed as Standard Webhooks has it
(https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature`. The id of a message is made
of the position of its entry and the first digits of its hash: the same as often as it is sent, and never that of
another entry, even where a ledger was put back from a backup.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime
from secrets import token_bytes, token_hex
from typing import NamedTuple

from standardwebhooks.webhooks import Webhook

from charter import __version__
from charter.leaf import Row, leaves, stamp

TYPE = "application/cloudevents+json"


class Message(NamedTuple):
    """A message that is ready to be signed."""

    id: str
    body: bytes


def of_entry(row: Row, charter: str | None, source: str) -> Message:
    """The message about an entry; `charter` is the one it belongs to, `source` the name of the ledger."""
    position, stream, version, type_, recorded_at, _ = row
    said = {
        "specversion": "1.0",
        "id": str(position),
        "source": source,
        "type": type_,
        "subject": stream,
        "time": recorded_at,
        "datacontenttype": "application/json",
        "data": {"position": position, "stream": stream, "version": version, "charter": charter},
    }
    return Message(f"entry_{position}_{leaves([row])[0].hex()[:16]}", _json(said))


def test(source: str, at: datetime) -> Message:
    """A message that only tries whether messages come in."""
    id_ = f"test_{token_hex(8)}"
    said = {"specversion": "1.0", "id": id_, "source": source, "type": "webhook.tested", "time": stamp(at), "data": {}}
    return Message(id_, _json({**said, "datacontenttype": "application/json"}))


def headers(message: Message, secret: str, at: datetime) -> dict[str, str]:
    """The headers that go with a message, signed at a moment."""
    signature = Webhook(secret).sign(message.id, at, message.body.decode())
    return {
        "Content-Type": TYPE,
        "User-Agent": f"charter-ledger/{__version__}",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def new_secret() -> str:
    """A secret for one receiver, as Standard Webhooks writes it: 32 random bytes in base64."""
    return f"whsec_{b64encode(token_bytes(32)).decode()}"


def _json(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()

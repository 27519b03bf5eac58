"""Whether what came in was sent by the helpdesk that it says, by its secret; and not long ago, where it says when.

- Zammad: `X-Hub-Signature: sha1=HEX`, HMAC-SHA-1 of the body. It does not say when it was sent.
- Chatwoot: `X-Chatwoot-Signature: sha256=HEX`, HMAC-SHA-256 of `TIMESTAMP.BODY`; `X-Chatwoot-Timestamp` is
  in seconds since 1970.
- Zendesk: `X-Zendesk-Webhook-Signature`, base64 of HMAC-SHA-256 of the timestamp and the body, one after the other;
  `X-Zendesk-Webhook-Signature-Timestamp` is in ISO 8601.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

WINDOW = timedelta(minutes=5)
"""How old a signed time may be, or how far ahead: whatever is sent again later is refused."""


def zammad(headers: Mapping[str, str], body: bytes, secret: str, _now: datetime) -> bool:
    """Whether Zammad signed it."""
    made = f"sha1={hmac.digest(secret.encode(), body, 'sha1').hex()}"
    return _same(made, headers.get("x-hub-signature"))


def chatwoot(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether Chatwoot signed it just now."""
    stamp = headers.get("x-chatwoot-timestamp", "")
    made = f"sha256={hmac.digest(secret.encode(), stamp.encode() + b'.' + body, 'sha256').hex()}"
    return _same(made, headers.get("x-chatwoot-signature")) and _is_recent(moment(stamp), now)


def zendesk(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Whether Zendesk signed it just now."""
    stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
    made = b64encode(hmac.digest(secret.encode(), stamp.encode() + body, "sha256")).decode()
    return _same(made, headers.get("x-zendesk-webhook-signature")) and _is_recent(moment(stamp), now)


def moment(given: object) -> datetime | None:
    """A time in ISO 8601 with its zone or in seconds since 1970, as a moment in UTC; None for anything else."""
    try:
        if isinstance(given, int | float) or (isinstance(given, str) and given.isascii() and given.isdigit()):
            return datetime.fromtimestamp(float(given), UTC)
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def _is_recent(sent: datetime | None, now: datetime) -> bool:
    return sent is not None and abs(now - sent) <= WINDOW


def _same(made: str, given: str | None) -> bool:
    return given is not None and hmac.compare_digest(made.encode(), given.encode("utf-8", "surrogateescape"))

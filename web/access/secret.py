"""Random secrets that are shown once, and the digest that is kept of each: 256 random bits need no slow hash."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_hex, token_urlsafe

SIZE = 32
_ID = re.compile("[0-9a-f]{16}")
_SECRET = re.compile("[A-Za-z0-9_-]{43}")
MOST = 200
"""No secret of ours has more characters: a longer one isn't even hashed."""


def new_secret() -> str:
    """256 random bits as 43 characters that may stand in a cookie, a header or an address."""
    return token_urlsafe(SIZE)


def is_secret(text: str) -> bool:
    """Whether a text can be such a secret at all."""
    return _SECRET.fullmatch(text) is not None


def new_id() -> str:
    """16 hex digits by which a session or a token is spoken of; knowing them opens nothing."""
    return token_hex(8)


def is_id(text: str) -> bool:
    """Whether a text can be such an id at all."""
    return _ID.fullmatch(text) is not None


def digest(secret: str) -> bytes:
    """What is stored in place of a secret: SHA-256, 32 bytes; nothing that is stored for one that is too long."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest() if len(secret) <= MOST else b""


def csrf_token(session: str) -> str:
    """What a page's forms carry: made from the secret in the session's cookie, which another site cannot read."""
    return derived(session.encode("utf-8", "surrogatepass"), "charter/csrf/v1")


def derived(secret: bytes, what: str) -> str:
    """A secret made from another for one thing: HMAC-SHA-256 (RFC 2104) keyed with the other, 43 characters."""
    made = hmac.digest(secret, what.encode("utf-8", "surrogatepass"), "sha256")
    return urlsafe_b64encode(made).rstrip(b"=").decode()


def equal(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell how far they are."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))

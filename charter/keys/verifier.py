"""How a key is written down: the public half of an Ed25519 key pair, with the name it signs under.

The text is a C2SP verifier key (https://c2sp.org/signed-note): name, key id and base64 of a type and the key, as in
`charter-ledger/9f86d081884c7d65+4f1e7c02+AbCd…`. The id lets a mistyped key be told from a whole one.
"""

from base64 import b64decode
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

WRITTEN = r"^[^\s+\x00-\x1f\x7f]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$"
KeyText = Annotated[str, StringConstraints(pattern=WRITTEN, max_length=260)]
_ED25519 = 1


def whole(key: str) -> bool:
    """Whether the id of a key, written so, fits its name and its bytes, and it is a key to sign notes with."""
    name, key_id, encoded = key.split("+", 2)
    public = b64decode(encoded)
    return public[0] == _ED25519 and sha256(name.encode() + b"\n" + public).digest()[:4].hex() == key_id


def key_id(key: str) -> str:
    """The id of a key as people name it: 8 hex digits."""
    return key.split("+", 2)[1]

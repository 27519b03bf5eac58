"""Asks a time-stamp authority, over HTTP (RFC 3161 §3.4), to say that it saw a checkpoint, and when.

Any authority that speaks RFC 3161 will do. It learns a hash of the checkpoint and nothing of the entries. It is asked
with a number that nobody can foresee (the nonce), so that no answer can have been made before, and for its
certificate, so that the token can be verified years later with no more than the authority's root.
"""

from __future__ import annotations

from http.client import HTTPException
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from rfc3161_client import TimestampRequestBuilder
from rfc3161_client.base import HashAlgorithm

from charter.message import Refused
from charter.proof.der import BITS, INTEGER, SEQUENCE, TEXT, Value, only
from charter.proof.timestamp import MOST, BadStamp, Roots, Stamp, verify_stamp
from charter.publishing.asking import opener, why

SILENCE = 10.0
"""Seconds that an authority may be silent."""
PATIENCE = 30.0
"""Seconds that it has to answer."""
_MOST_ANSWER = MOST + (1 << 12)
"""Bytes of an answer: a token and some words."""
_MOST_WORDS = 200
_GRANTED = b"\0"
_FAILURES = {  # PKIFailureInfo, RFC 3161 §2.4.2
    0: "it does not know SHA-256",
    2: "it does not allow such a request",
    5: "it could not read the request",
    14: "its clock does not work",
    15: "it has no such policy",
    16: "it does not know an extension",
    17: "it cannot give what was asked for in addition",
    25: "it is out of order",
}


class NoStampGiven(Refused):
    """The authority {url} gave no time stamp: {why}. Nothing was kept; try again, or name another with --authority."""


class WrongStampGiven(Refused):
    """What the authority {url} gave is no good: {why}. Nothing was kept. Give the authority's root with --chain."""


class NotAnAuthority(Refused):
    """An authority is asked at an address with http:// or https:// and without a password, not at {url}."""


def ask(
    url: str, text: bytes, roots: Roots, *, silence: float = SILENCE, patience: float = PATIENCE
) -> tuple[bytes, Stamp]:
    """The token that an authority gives over a note's text, verified, and what it says.

    Raises NotAnAuthority, NoStampGiven or WrongStampGiven.
    """
    _check(url)
    request = TimestampRequestBuilder(text, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    try:
        token = _token(_in_time(url, request.as_bytes(), silence, patience))
    except _Unusable as error:
        raise NoStampGiven(url=url, why=error) from None
    try:
        return token, verify_stamp(token, text, roots, nonce=request.nonce)
    except BadStamp as error:
        raise WrongStampGiven(url=url, why=error) from None


class _Unusable(Exception):
    """The authority could not be asked, or said no; the words say why, as the rest of a sentence."""


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise NotAnAuthority(url=url) from None
    if parts.password is not None or parts.username is not None:
        raise NotAnAuthority(url=f"{parts.scheme}://…@{parts.hostname}")
    if not fits:
        raise NotAnAuthority(url=url)


def _token(answer: bytes) -> bytes:
    """The token in a TimeStampResp, as it stands there."""
    try:
        status, *token = only(answer).parts(SEQUENCE)
        said, *reasons = status.parts(SEQUENCE)
        if said.holding(INTEGER) != _GRANTED:
            raise _Unusable(_reason(reasons))
        if len(token) != 1:
            raise _Unusable("there is no token in its answer")
        return token[0].whole
    except ValueError as error:
        raise _Unusable(f"its answer cannot be read ({error})") from None


def _reason(parts: list[Value]) -> str:
    """Why an authority says no, in its own words if it has any."""
    for part in parts:
        if part.tag == SEQUENCE:
            words = " ".join(each.holding(TEXT).decode() for each in part.parts(SEQUENCE))
            shown = "".join(char for char in " ".join(words.split()) if char.isprintable())
            if shown:
                return f"it says: {shown[:_MOST_WORDS].rstrip('.')}"
        if part.tag == BITS:
            bits = part.content[1:]
            set_ = (at for at in range(len(bits) * 8) if bits[at // 8] & 0x80 >> at % 8)
            return "; ".join(_FAILURES.get(at, f"failure {at}") for at in set_) or "it does not say why"
    return "it does not say why"


def _in_time(url: str, body: bytes, silence: float, patience: float) -> bytes:
    """The answer, unless it takes too long as a whole: one byte every nine seconds is no silence."""
    heard: SimpleQueue[bytes | _Unusable] = SimpleQueue()

    def listen() -> None:
        try:
            heard.put(_post(url, body, silence))
        except _Unusable as error:
            heard.put(error)

    Thread(target=listen, daemon=True).start()  # who is never answered must not keep the program from ending
    try:
        answer = heard.get(timeout=patience)
    except Empty:
        raise _Unusable("it took too long to answer") from None
    if isinstance(answer, _Unusable):
        raise answer
    return answer


def _post(url: str, body: bytes, silence: float) -> bytes:
    kinds = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        request = Request(url, body, kinds)  # noqa: S310  # http or https, see _check
        with opener().open(request, timeout=silence) as response:
            answer: bytes = response.read(_MOST_ANSWER + 1)
    except HTTPError as error:
        with error:
            raise _Unusable(f"it answered with status {error.code}") from None
    except URLError as error:
        raise _Unusable(f"it cannot be reached ({why(error.reason)})") from None
    except (OSError, HTTPException, ValueError) as error:
        raise _Unusable(f"it cannot be asked ({why(error)})") from None
    if len(answer) > _MOST_ANSWER:
        raise _Unusable("its answer is longer than any should be")
    return answer

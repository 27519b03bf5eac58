"""What a request brings: no more than is taken, and looked at before it is passed on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from web.words import _


class TooLarge(HTTPException):
    """A request that brings more than is taken."""


def is_form(headers: Headers) -> bool:
    """Whether a form's fields are brought."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("application/x-www-form-urlencoded", "multipart/form-data")


def texts(form: FormData) -> list[tuple[str, str]]:
    """The fields of a form in their order, without files."""
    return [(name, text) for name, text in form.multi_items() if isinstance(text, str)]


def limited(headers: Headers, receive: Receive, most: int) -> Receive:
    """What is received, up to a size; raises TooLarge, at once where the size is announced."""
    announced = headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdigit()) or int(announced) > most:
        raise _too_large(most)
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise _too_large(most)
        return message

    return counted


def _too_large(most: int) -> TooLarge:
    sentence = _("This is larger than %(most)s megabytes, which is the most that is taken at once. Send less.")
    return TooLarge(413, sentence % {"most": most // (1024 * 1024)})


async def kept(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, and a way to receive it once more."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":  # the browser went away
            raise HTTPException(400, _("The request ended before it was complete. Send it again."))
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    return body, replayed(body, receive)


def replayed(body: bytes, rest: Callable[[], Awaitable[Message]] | None = None) -> Receive:
    """A body that was received, as if it came now, and then whatever else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if not given or rest is None:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await rest()

    return again

"""What everybody may read and keep: an answer with its own mark, so that what has not changed is not sent again."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Request, Response

GET = ["GET", "HEAD"]
ASK_AGAIN = "public, no-cache"
"""May be kept by anybody, who asks each time whether it still holds: a charter is in force to the minute."""
FOR_EVER = "public, max-age=31536000, immutable"
"""Never changes."""


def cacheable(
    request: Request, body: bytes, media_type: str, *, keep: str = ASK_AGAIN, status: int = 200, **more: str
) -> Response:
    """An answer with its ETag (RFC 9110, 8.8.3); 304 without it for whoever has it. `more` are headers, _ for -."""
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": keep} | {name.replace("_", "-"): text for name, text in more.items()}
    if status == 200 and has(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type)


def has(request: Request, etag: str) -> bool:
    """Whether whoever asks has this already, by the marks they sent along (RFC 9110, 13.1.2)."""
    sent = request.headers.get("if-none-match", "")
    return any(mark.strip().removeprefix("W/") in (etag, "*") for mark in sent.split(","))

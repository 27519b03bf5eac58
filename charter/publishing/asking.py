"""How others are asked over HTTP: where they were said to be and nowhere else, and in words why they could not be."""

from __future__ import annotations

from http.client import HTTPMessage
from typing import IO
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener


def opener() -> OpenerDirector:
    """Opens addresses and follows no redirect: it is an answer like any other."""
    return build_opener(_NoRedirects)


def why(reason: object) -> str:
    """Why somebody could not be asked, as a part of a sentence: from an exception, or the reason in a `URLError`."""
    if isinstance(reason, TimeoutError):
        return "it did not answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or type(reason).__name__


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """None, as the library asks for what is not followed."""
        del req, fp, code, msg, headers, newurl

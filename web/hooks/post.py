"""Sends one message to a place that was looked at before: no redirect is followed, and nobody can keep us waiting."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from threading import Timer

from web.hooks.guard import Target

PATIENCE = 15.0
"""Seconds that sending a message may take, all in all."""
_CONNECT = 5.0
_MOST = 4_096
"""Bytes that are read of an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a message: the status of the answer, or None and why there is none."""

    status: int | None
    words: str
    retry_after: int | None = None
    """Seconds that the receiver asks to be left alone."""

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def post(target: Target, body: bytes, headers: Mapping[str, str], patience: float = PATIENCE) -> Reply:
    """Send a message; whatever goes wrong is in the reply."""
    connection = _Pinned(target, min(_CONNECT, patience))
    ended = Timer(patience, connection.end)
    ended.daemon = True
    ended.start()
    try:
        with closing(connection):
            connection.request("POST", target.path, body, {"Host": target.named, **headers, "Connection": "close"})
            answer = connection.getresponse()
            answer.read(_MOST)
            return Reply(answer.status, f"answered {answer.status}", _seconds(answer.headers.get("Retry-After")))
    except ssl.SSLCertVerificationError:
        return Reply(None, "its certificate is not valid for this name")
    except TimeoutError:
        return Reply(None, "did not answer in time")
    except (OSError, http.client.HTTPException, ValueError) as error:
        if connection.ended:
            return Reply(None, "did not answer in time")
        return Reply(None, f"could not be reached ({type(error).__name__})")
    finally:
        ended.cancel()


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was looked at, in the name that is meant."""

    def __init__(self, target: Target, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target
        self.ended = False

    def connect(self) -> None:
        """Connect, and prove with TLS that it is whoever bears the name."""
        self.sock = socket.create_connection((str(self._target.address), self.port), self.timeout)
        if self._target.scheme == "https":
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self._target.host)
        self.sock.settimeout(PATIENCE)

    def end(self) -> None:
        """Stop waiting, wherever it waits."""
        self.ended = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None

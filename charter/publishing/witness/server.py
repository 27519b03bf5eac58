"""The door of a witness: a small HTTP server that takes `add-checkpoint` and nothing else, within strict bounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import BoundedSemaphore, Timer
from typing import Any

from charter.publishing.witness.cosigner import Answer, Cosigner
from charter.publishing.witness.request import LONGEST, PATH

_MOST_AT_ONCE = 32
"""Connections that are answered at once; others are closed."""
_LIFETIME = 60
"""Seconds after which a connection is closed, whatever it is doing."""
_PATIENCE = 10
"""Seconds that a connection may be silent."""

Said = Callable[[str], None]


class Server(ThreadingHTTPServer):
    """Listens at a host and port (0: any free one, see `port`) until `shutdown`; OSError where it can't.

    `said` is told a line about each request.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str, port: int, cosigner: Cosigner, said: Said = lambda _line: None) -> None:
        self.cosigner = cosigner
        self.said = said
        self._places = BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__((host, port), _Conversation)

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, if there is a place."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            self._places.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, for a limited time."""
        end = Timer(_LIFETIME, _hang_up, (request,))
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up in between is nobody's worry; anything else is told."""
        from sys import exc_info

        error = exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            self.said(f"failed: {error!r}")
        del request, client_address


def _hang_up(connection: socket) -> None:
    with suppress(OSError):
        connection.shutdown(SHUT_RDWR)


class _Conversation(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "charter-witness"
    sys_version = ""
    timeout = _PATIENCE

    def do_POST(self) -> None:
        """Add a checkpoint."""
        answer = self._body()
        if isinstance(answer, bytes):
            answer = self._cosigned(answer) if self.path == PATH else self._nothing_here()
        self._send(answer)

    def do_GET(self) -> None:
        """There is nothing to read here."""
        self.close_connection = True  # whatever body there is, is not looked at
        if self.path == PATH:
            self._send(Answer(405, "Checkpoints are sent here with POST.\n"))
        else:
            self._send(self._nothing_here())

    def _cosigned(self, data: bytes) -> Answer:
        try:
            return self.server.cosigner.add_checkpoint(data)
        except sqlite3.Error as error:  # nothing is cosigned that is not remembered
            self.server.said(f"The memory cannot be written: {error}.")
            return Answer(503, "The witness cannot remember anything now. Ask again later.\n")

    def _nothing_here(self) -> Answer:
        return Answer(404, f"There is only {PATH} here.\n")

    def _body(self) -> bytes | Answer:
        """What was sent; a refusal for what has no length, or is too long, after which the connection is closed."""
        length = self.headers.get_all("Content-Length", [])
        self.close_connection = True
        if "Transfer-Encoding" in self.headers or len(length) != 1 or not _is_number(length[0]):
            return Answer(411, "Send the length of the request as Content-Length.\n")
        if int(length[0]) > LONGEST:
            return Answer(413, f"A request has at most {LONGEST} bytes.\n")
        data = self.rfile.read(int(length[0]))
        if len(data) < int(length[0]):
            raise ConnectionResetError
        self.close_connection = self.headers.get("Connection", "").lower() == "close"
        return data

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if answer.status == 405:
            self.send_header("Allow", "POST")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Tell of the request, in letters that no log takes for anything else."""
        del size
        shown = self.path.encode("unicode_escape").decode()[:100]
        self.server.said(f"{self.client_address[0]} {self.command} {shown} {int(code)}")

    def log_message(self, *_: Any) -> None:
        """The library's other messages go nowhere."""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9

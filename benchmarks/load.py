"""One of several processes that ask a server at once, over connections that stay open; made so lean that it never waits
for itself.

Its requests are ready before the clock starts. It says `ready`, begins at a line on its standard input, and prints how
many orders were written.
"""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

WRITTEN = b'"status":201'
"""What stands in the answer to a line that was written."""


class Connection(asyncio.Protocol):
    """Sends a request, waits for its whole answer, and sends the next."""

    def __init__(self, requests: Iterator[bytes], ended: "asyncio.Future[None]") -> None:
        self._requests = requests
        self.ended = ended
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self.written = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Get ready."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self) -> None:
        """Send the next request, or end."""
        assert self._transport
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            self.ended.set_result(None)
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take in a part of an answer; when it is the last, count and go on."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or not _is_whole(head, body):
            return
        self._received = b""
        if head.startswith(b"HTTP/1.1 201"):
            self.written += 1
        elif head.startswith(b"HTTP/1.1 200"):
            self.written += body.count(WRITTEN)
        else:
            sys.stderr.write((head + separator + body).decode(errors="replace") + "\n")
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up on us."""
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server hung up"))


def _is_whole(head: bytes, body: bytes) -> bool:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return len(body) >= int(value)
    return body.endswith(b"0\r\n\r\n")  # chunked


def _requests(port: int, token: str, lines: Sequence[bytes], together: int) -> Iterator[bytes]:
    """Each line a command of its own; or, where there are several `together`, so many lines in one request."""
    common = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    for start in range(0, len(lines), together):
        if together == 1:
            key, _, body = lines[start].partition(b" ")
            address, kind = "/api/v1/commands/answer-request", f"application/json\r\nIdempotency-Key: {key.decode()}"
        else:
            some = (line.partition(b" ") for line in lines[start : start + together])
            body = b"\n".join(b'{"command":"answer-request","key":"%b","body":%b}' % (key, it) for key, _, it in some)
            address, kind = "/api/v1/commands", "application/x-ndjson"
        head = f"POST {address} HTTP/1.1\r\n{common}Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        yield head.encode() + body


async def _ask(port: int, requests: Sequence[bytes], connections: int) -> int:
    loop = asyncio.get_running_loop()
    left = iter(requests)
    opened = [Connection(left, loop.create_future()) for _ in range(min(connections, len(requests)))]
    for connection in opened:
        await loop.create_connection(partial(_itself, connection), "127.0.0.1", port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.readline)
    for connection in opened:
        connection.send()
    await asyncio.gather(*(connection.ended for connection in opened))
    return sum(connection.written for connection in opened)


def _itself(connection: Connection) -> Connection:
    return connection


def main() -> None:
    """Arguments: the port, a token, a file with a key and a command in each line, how many lines in a request, and
    over how many connections."""
    port, token, file, together, connections = sys.argv[1:6]
    lines = Path(file).read_bytes().splitlines()
    requests = list(_requests(int(port), token, lines, int(together)))
    sys.stdout.write(f"{asyncio.run(_ask(int(port), requests, int(connections)))}\n")


if __name__ == "__main__":
    main()

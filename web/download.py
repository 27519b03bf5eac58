"""A file to take away, sent while it is read: no list is too long for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from web.exports.csv import table
from web.exports.rows import Form

AsCsv = Annotated[str | None, Query(alias="format", pattern="^csv$")]
"""Whether a list is asked for as a CSV file: ?format=csv."""
CHUNK = 64 * 1024
"""Bytes, about, that are sent at once: a line at a time would take twenty times as long."""


def csv(name: str, headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> Response:
    """A table as a CSV file called `name`."""
    return download(name, "csv", table(tuple(headings), rows))


def download(name: str, form: Form, lines: Iterable[str | bytes]) -> Response:
    """A file called `name` of lines in a form; what goes wrong before the first is still answered as an error."""
    chunks = _chunks(lines)
    first = next(chunks, b"")
    ending, kind = ("csv", "text/csv") if form == "csv" else ("ndjson", "application/x-ndjson")
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return StreamingResponse(_sending(first, chunks), headers=headers, media_type=kind)


async def _sending(first: bytes, chunks: Generator[bytes]) -> AsyncIterator[bytes]:
    """The chunks, each read in a thread; whoever goes away lets go of the database at once."""
    try:
        chunk = first
        while chunk:
            yield chunk
            chunk = await run_in_threadpool(next, chunks, b"")
    finally:
        chunks.close()


def _chunks(lines: Iterable[str | bytes]) -> Generator[bytes]:
    waiting = bytearray()
    for line in lines:
        waiting += line.encode() if isinstance(line, str) else line
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)

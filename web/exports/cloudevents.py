"""What is taken away as CloudEvents 1.0, one event a line, for systems that take in nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from charter.leaf import stamp
from projections.decision_register import Line
from projections.integrity_history import MarkLine
from projections.values import plain_value


def of_entry(source: str) -> Callable[[Any], bytes]:
    """Writes stored entries as CloudEvents 1.0 (https://github.com/cloudevents/spec, JSON event format).

    The body is spliced in as it is stored.
    """

    def written(row: Any) -> bytes:
        position, stream, version, type_, recorded_at, body = row
        head = _head(source, str(position), type_, stream, recorded_at) | {"streamversion": version}
        return compact(head) + b',"data":' + bytes(body) + b"}\n"

    return written


def of_decision(source: str) -> Callable[[Line], str]:
    """Writes decisions as they are known; one that has changed since is another event."""

    def written(line: Line) -> str:
        id_ = f"{line.id}@{stamp(line.recorded_at)}"
        return _event(_head(source, id_, "decision", f"decision/{line.id}", _time(line.at)), line)

    return written


def of_mark(source: str) -> Callable[[MarkLine], str]:
    """Writes the marks of the integrity history, each about its decision or, for a revision, its charter."""

    def written(line: MarkLine) -> str:
        about = f"decision/{line.decision}" if line.decision else f"charter/{line.charter}"
        head = _head(source, f"{line.position}@{line.mark}", f"integrity.{line.mark}", about, _time(line.at))
        return _event(head, line)

    return written


def compact(head: Mapping[str, Any]) -> bytes:
    """The beginning of a JSON object, still open."""
    return json.dumps(head, separators=(",", ":"))[:-1].encode()


def _head(source: str, id_: str, type_: str, subject: str, time: str | None) -> dict[str, Any]:
    """The attributes of an event; an unknown time is left out, as the specification has it."""
    head = {"specversion": "1.0", "id": id_, "source": source, "type": type_, "time": time, "subject": subject}
    return {name: value for name, value in head.items() if value is not None} | {"datacontenttype": "application/json"}


def _time(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _event(head: Mapping[str, Any], line: Any) -> str:
    return json.dumps({**head, "data": plain_value(line)}, ensure_ascii=False, separators=(",", ":")) + "\n"

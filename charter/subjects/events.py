"""What has happened to the data of one person."""

from typing import ClassVar

from charter.message import Event, Line


class ErasureRequested(Event):
    """The erasure of everything sealed for a person was requested; from here on it is carried out whatever happens."""

    name: ClassVar = "erasure.requested"
    reason: Line


class ErasureCompleted(Event):
    """What was sealed for a person can be read by nobody any more: keys are destroyed and views purged.

    `entries` held their data, in `streams`. The entries themselves stay as they are, and with them every proof.
    """

    name: ClassVar = "erasure.completed"
    keys: int
    entries: int
    streams: tuple[Line, ...]
    views: tuple[Line, ...]


SubjectEvent = ErasureRequested | ErasureCompleted

"""What was measured, and what it has to reach."""

from typing import NamedTuple

from benchmarks.databases import Kind

TIMES = "\N{MULTIPLICATION SIGN}"
RAW = "raw limit"
STOCK = "eventsourcing"
PYDANTIC = "… with pydantic"
MSGSPEC = "… with msgspec"
OURS = "charter"
CONTENDERS = (RAW, STOCK, PYDANTIC, MSGSPEC, OURS)


class Speed(NamedTuple):
    """How many things per second each contender did, and how often as fast as one of them ours must be."""

    kind: Kind
    title: str
    per_second: dict[str, float]
    against: str
    must: float

    @property
    def ratio(self) -> float:
        """Ours against the one it is compared with."""
        return self.per_second[OURS] / self.per_second[self.against]

    @property
    def ratio_to_raw(self) -> float:
        """Ours against what the database can do at all."""
        return self.per_second[OURS] / self.per_second[RAW]

    @property
    def met(self) -> bool:
        """Whether it is as fast as it must be."""
        return self.ratio >= self.must


class Limit(NamedTuple):
    """One figure that must not be above (`at_most`) or below a limit; `how` says what exactly was done."""

    kind: Kind
    title: str
    measured: float
    must: float
    unit: str
    at_most: bool
    how: str

    @property
    def met(self) -> bool:
        """Whether it is within the limit."""
        return self.measured <= self.must if self.at_most else self.measured >= self.must


class Part(NamedTuple):
    """A view rebuilt alone, or all together: how many entries of the ledger it took in per second."""

    kind: Kind
    name: str
    per_second: float


class Results(NamedTuple):
    """Everything that was measured in one run."""

    speeds: list[Speed]
    limits: list[Limit]
    parts: list[Part]

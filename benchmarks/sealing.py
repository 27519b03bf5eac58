"""What sealing the words of people costs an import: the same file, sealed and with all words in the open, in turns."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from eventsourcing.persistence import StoredEvent

from benchmarks import content
from benchmarks.databases import Databases, Kind
from benchmarks.measure import in_turns, rate
from benchmarks.ours import Ours
from benchmarks.results import TIMES, Limit
from benchmarks.source import Batch
from charter import desk
from charter.body import body
from charter.message import Draft
from charter.privacy.envelope import Sealed
from charter.privacy.vault import Vault


def sealing(places: Databases, kind: Kind, *, entries: int, rounds: int) -> list[Limit]:
    """How fast a sealed import is, as a share of one in the open."""
    decisions = list(content.decisions(entries // 2))
    batch = Batch(decisions, places.folder / f"{kind}-sealing.csv")
    content.write_csv(batch.csv, decisions)

    def sealed() -> float:
        place = places.fresh(kind)
        ours = Ours(place)
        try:
            return rate(lambda: ours.load(batch))
        finally:
            ours.close()
            places.drop(place)

    def in_the_open() -> float:
        with _unsealed():
            return sealed()

    measured = in_turns({"sealed": sealed, "open": in_the_open}, rounds)
    share = measured["sealed"] / measured["open"]
    how = f"{measured['sealed']:,.0f} entries/s sealed, {measured['open']:,.0f} with all words in the open"
    return [Limit(kind, "import sealed, against in the open", share, 2 / 3, TIMES, at_most=False, how=how)]


@contextmanager
def _unsealed() -> Iterator[None]:
    """The ledger with sealing, and nothing else, taken out."""

    def stored(drafts: Sequence[Draft], _subjects: Mapping[str, str | None], _vault: Vault) -> Sealed:
        return Sealed(
            [StoredEvent(it.stream, it.version, it.event.name, body(it.by, it.at, it.event)) for it in drafts]
        )

    with patch.object(desk, "sealed", stored):
        yield

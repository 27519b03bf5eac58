"""What is known of the ledger's keys after everything that happened to them."""

from datetime import datetime
from typing import NamedTuple, assert_never

from charter.keys.events import KeyAdopted, KeyEvent, KeyRetired


class LedgerKey(NamedTuple):
    """A key that signs for the ledger, or did; times are None where nobody knows them."""

    key: str
    adopted_at: datetime | None
    retired: bool = False
    retired_at: datetime | None = None


class Keys(NamedTuple):
    """All keys of a ledger, in the order they were adopted."""

    known: tuple[LedgerKey, ...] = ()

    def find(self, key: str) -> LedgerKey | None:
        """The key written so, if the ledger ever adopted it."""
        return next((known for known in self.known if known.key == key), None)

    @property
    def in_use(self) -> tuple[LedgerKey, ...]:
        """The keys that sign today, in the order they were adopted."""
        return tuple(known for known in self.known if not known.retired)


def evolve(state: Keys, event: KeyEvent, _by: str, at: datetime | None) -> Keys:
    """The keys after one more event."""
    match event:
        case KeyAdopted():
            return Keys((*state.known, LedgerKey(event.key, at)))
        case KeyRetired():
            return Keys(
                tuple(
                    known._replace(retired=True, retired_at=at) if known.key == event.key else known
                    for known in state.known
                )
            )
        case _:
            assert_never(event)

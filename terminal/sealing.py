"""Sign and publish a checkpoint from the terminal: with the keys at hand and the witnesses of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charter.message import Refused
from terminal.output import tell
from terminal.session import Session

if TYPE_CHECKING:
    from charter.publishing.signing_key import Held


def seal_if_possible(session: Session, keys: Held | None = None) -> None:
    """Publish a checkpoint if there is a key here to sign it; what is in the way is told, and nothing fails."""
    from eventsourcing.persistence import PersistenceError

    from charter.publishing import signing_key
    from charter.publishing.sealing import name_of, seal
    from projections.published import published

    try:
        keys = keys or signing_key.held(name_of(session.ledger))
        if keys is not None:
            tell(published(seal(session.ledger, tell, keys)))
    except (Refused, PersistenceError, OSError) as error:
        tell(f"No checkpoint was published: {error}")

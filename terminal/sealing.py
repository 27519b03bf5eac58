"""Sign and publish a checkpoint from the terminal: with the keys at hand and the witnesses of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charter.message import Refused
from charter.proof.identity import origin
from projections.wording import counted, listed
from terminal.output import tell
from terminal.remembered import by_name, by_place, recall, remember
from terminal.session import Session

if TYPE_CHECKING:
    from charter.proof.policy import Policy
    from charter.publishing.publish import Outcome
    from charter.publishing.signing_key import Held


def name_of(session: Session) -> str:
    """The ledger's name, which its keys sign under; raises NothingToSeal before it has one."""
    from charter.publishing.publish import NothingToSeal

    if not session.ledger.entries_recorder.size():
        raise NothingToSeal
    return origin(session.ledger.engine)


def seal(session: Session, keys: Held | None = None, rules: Policy | None = None) -> Outcome:
    """Publish a checkpoint of the session's ledger and remember it outside; raises what `publish` does."""
    from charter.publishing import signing_key
    from charter.publishing.policy_file import policy
    from charter.publishing.publish import publish

    name = name_of(session)
    files = (by_place(session.where), by_name(name))
    held = keys or signing_key.required(name)
    return publish(
        session.ledger,
        held,
        policy() if rules is None else rules,
        recall(*files),
        lambda signed: remember(signed, *files),
    )


def seal_if_possible(session: Session, keys: Held | None = None) -> None:
    """Publish a checkpoint if there is a key here to sign it; what is in the way is told, and nothing fails."""
    from eventsourcing.persistence import PersistenceError

    from charter.publishing import signing_key

    try:
        keys = keys or signing_key.held(name_of(session))
        if keys is not None:
            tell(published(seal(session, keys)))
    except (Refused, PersistenceError, OSError) as error:
        tell(f"No checkpoint was published: {error}")


def published(outcome: Outcome) -> str:
    """What was published, in a sentence or two."""
    size = counted(outcome.signed.checkpoint.size, "entry", "entries")
    known = "is published" if outcome.new else "was published before"
    words = f"The checkpoint of {size} {known}, signed with {listed(signed_with(outcome))}"
    if outcome.cosigned:
        words += f" and cosigned by {listed(list(outcome.cosigned))}"
    missing = [reply for reply in outcome.replies if reply.cosignature is None]
    return f"{words}." + "".join(f" {reply.witness} {reply.words}." for reply in missing)


def signed_with(outcome: Outcome) -> list[str]:
    """The ids of the ledger's keys that signed."""
    name = outcome.signed.checkpoint.origin
    return [signature.key_id.hex() for signature in outcome.signed.note.signatures if signature.name == name]

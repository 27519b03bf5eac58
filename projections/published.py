"""What is said of checkpoints: who signed and cosigned one that was published, and what it means that there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charter.phrase import Phrase, joined
from projections.wording import counted, listed

if TYPE_CHECKING:
    from charter.publishing.publish import Outcome
    from charter.publishing.signatures import Judged


def published(outcome: Outcome) -> Phrase:
    """What was published, in a sentence or two."""
    facts = {
        "size": counted(outcome.signed.checkpoint.size, "entry", "entries"),
        "keys": listed(signed_with(outcome)),
        "witnesses": listed(list(outcome.cosigned)),
    }
    if outcome.new and outcome.cosigned:
        told = Phrase("The checkpoint of {size} is published, signed with {keys} and cosigned by {witnesses}.", **facts)
    elif outcome.new:
        told = Phrase("The checkpoint of {size} is published, signed with {keys}.", **facts)
    elif outcome.cosigned:
        told = Phrase(
            "The checkpoint of {size} was published before, signed with {keys} and cosigned by {witnesses}.", **facts
        )
    else:
        told = Phrase("The checkpoint of {size} was published before, signed with {keys}.", **facts)
    missing = (reply for reply in outcome.replies if reply.cosignature is None)
    return joined(
        " ", [told, *(Phrase("{witness} {words}.", witness=each.witness, words=each.words) for each in missing)]
    )


def signed_with(outcome: Outcome) -> list[str]:
    """The ids of the ledger's keys that signed."""
    name = outcome.signed.checkpoint.origin
    return [signature.key_id.hex() for signature in outcome.signed.note.signatures if signature.name == name]


def unconfirmed(judged: Judged) -> Phrase:
    """What a verdict on entries that fit together does not say, where nothing outside confirms it; else empty."""
    if judged.confirmed or not judged.verdict.size:
        return Phrase("")
    if judged.weighed.trust and judged.weighed.trust.sealed:
        return Phrase(
            "Nothing outside the ledger confirms that: the keys that signed are known from the ledger alone. Compare "
            "them with one that you were given elsewhere."
        )
    if judged.adopted:
        return Phrase(
            "Nothing outside the ledger confirms that: it adopted a key to sign checkpoints with, and none is there. "
            "If any was published, it was deleted, and all of this may have been rewritten."
        )
    return Phrase(
        "Nothing outside the ledger confirms that yet: no checkpoint is published, given or known here, so whoever can "
        "write to its database could have rewritten all of it."
    )

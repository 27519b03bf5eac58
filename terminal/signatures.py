"""The user's own keys for a ledger, with which its signatures are weighed."""

from __future__ import annotations

from charter.message import Refused
from charter.proof.note import VerifierKey
from terminal.output import tell


def at_hand(name: str) -> tuple[VerifierKey, ...]:
    """The public halves of the user's own keys for the ledger; what keeps them from being read is only told."""
    from charter.publishing import signing_key

    try:
        held = signing_key.held(name)
    except Refused as error:
        tell(f"Your key file was not looked at: {error}")
        return ()
    return tuple(key.verifier for key in held.keys) if held else ()

"""Completes an erasure that was interrupted, before anything else is done with the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.erasure import resume as resume_all
from terminal.output import tell

if TYPE_CHECKING:
    from charter.message import Refused
    from terminal.session import Session


def resume(session: Session) -> None:
    """Go on with what was asked for; whatever keeps it waiting is said, and keeps nobody from other work."""
    try:
        for written in resume_all(session.views, _waits):
            tell(f"The erasure of {written.key} was interrupted, and is completed now.")
    except Exception as error:  # nothing that is wrong here is wrong with what was typed; status says what waits
        tell(f"An erasure that was interrupted could not be completed yet: {error}")


def _waits(subject: str, why: Refused) -> None:
    tell(f"The erasure of {subject} waits: {why}")

"""Why something asked about a person's data is refused."""

from charter.message import NotFound, Refused


class NoSuchSubject(NotFound):
    """Nothing is sealed for {subject}. Find a person by their name or by a case: charter subject show NAME."""


class DataHeld(Refused):
    """This person's data cannot be erased while it is held: {holds}. A reviewer can release a hold:
    charter subject release DECISION "HOLD"."""


class AlreadyErased(Refused):
    """The data of {subject} was erased already. Nothing of it is left, and nothing has to be done."""


class NotRequested(Refused):
    """Nobody has asked for {subject} to be erased. Ask for it first: charter subject erase."""

"""Why a pack of evidence is refused."""

from charter.message import NotFound, Refused


class NothingToProve(NotFound):
    """There is no decision {which}. Look for some with: charter decision list."""


class PackNotWritten(Refused):
    """The pack could not be written to {path}: {why}. Choose another place with --out."""


class NotVouchedFor(Refused):
    """The last published checkpoint can't serve as evidence: {why}. Publish a new one with: charter checkpoint."""


class StampNotVouchedFor(Refused):
    """The time stamp of the last published checkpoint does not hold with these certificates: {why}.
    Give the root of its authority with --chain, or leave --chain out."""

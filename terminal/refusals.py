"""Why the terminal itself refuses something, before it reaches the ledger."""

from charter.message import NotFound, Refused


class WhichCharter(Refused):
    """This ledger holds several charters: {charters}. Add --charter and one of them, or set CHARTER_CHARTER."""


class NoCharter(NotFound):
    """This ledger holds no charter yet. Open one: charter open NAME --brand "…" --style "…"."""


class PortTaken(Refused):
    """Nothing can listen at {host}, port {port}: {why}. Choose another with --port."""


class DemoThere(Refused):
    """The demonstration is at {where} already, and was left as it is. Open it in the browser: charter demo --serve."""


class DemoElsewhere(Refused):
    """{why} For example: charter --ledger larkwing.db demo --serve."""

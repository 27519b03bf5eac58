"""A server process as `charter serve` starts it, with a token for the founder that may write.

Arguments: the ledger and the port. Prints the token when it is about to answer.
"""

import sys
from socket import create_server

from benchmarks.content import FOUNDER
from charter.ledger import Ledger
from web.access.tokens import Scope
from web.serve import serve
from web.settings import Settings
from web.site import Site


def main() -> None:
    """Answer until told to stop."""
    ledger = Ledger(sys.argv[1])
    listener = create_server(("127.0.0.1", int(sys.argv[2])))

    def ready(site: Site) -> None:
        token, _ = site.accounts.tokens.make(FOUNDER, "benchmark", [Scope.WRITE])
        sys.stdout.write(f"{token}\n")
        sys.stdout.flush()

    try:
        serve(ledger, Settings(address=f"http://127.0.0.1:{sys.argv[2]}"), listener, ready)
    finally:
        ledger.close()


if __name__ == "__main__":
    main()

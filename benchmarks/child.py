"""Does one thing to a ledger in a process of its own and prints the most memory it took."""

import resource
import sys
from pathlib import Path


def main() -> None:
    """Arguments: what to do (nothing, import, replay, rebuild or verify), the ledger, and the CSV file to import."""
    task, ledger, csv = sys.argv[1:4]
    _TASKS[task](ledger, csv)
    sys.stdout.write(f"{peak()}\n")


def peak() -> int:
    """The most memory this process ever held, in bytes.

    On Linux from its own address space: ru_maxrss would begin with what its parent held when it was started.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) << 10
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used << 10


def _nothing(url: str, _csv: str) -> None:
    from charter.ledger import Ledger

    Ledger(url).close()


def _import(url: str, csv: str) -> None:
    from benchmarks.content import FOUNDER
    from benchmarks.ours import MAPPING
    from charter.importing.cases import import_cases
    from charter.importing.mapping import case_mapping
    from charter.ledger import Ledger

    report = import_cases(Ledger(url), csv, case_mapping(MAPPING), by=FOUNDER)
    assert report.written == report.read, report


def _replay(url: str, _csv: str) -> None:
    from charter.ledger import Ledger

    for _ in Ledger(url).entries():
        pass


def _rebuild(url: str, _csv: str) -> None:
    from charter.ledger import Ledger
    from projections.engine import Views

    assert not any(result.error for result in Views(Ledger(url)).rebuild())


def _verify(url: str, _csv: str) -> None:
    from charter.proof.verify import verify

    assert verify(url).ok


_TASKS = {"nothing": _nothing, "import": _import, "replay": _replay, "rebuild": _rebuild, "verify": _verify}

if __name__ == "__main__":
    main()

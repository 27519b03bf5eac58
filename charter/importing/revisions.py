"""Charters of other systems: the rows of each version become one revision, brought in as history from the oldest on."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from time import perf_counter

from pydantic import ValidationError

from charter.charters.commands import OpenCharter
from charter.desk import Order, Written
from charter.given import UnknownCharter
from charter.importing.asker import require_asker
from charter.importing.files import opened
from charter.importing.mapping import CharterMapping
from charter.importing.promises import Clauses, Place
from charter.importing.readers import asked
from charter.importing.refusals import TooManyPromises
from charter.importing.report import ImportReport, Progress, tallying
from charter.importing.unreadable import unreadable
from charter.importing.versions import Line, Version, lines, versions, wordings
from charter.ledger import Ledger
from charter.message import Refused

MOST_ROWS = 20_000
"""A version comes in complete or not at all, so all rows are held at once; no charter has as many promises."""


def import_revisions(
    ledger: Ledger,
    path: str | Path,
    mapping: CharterMapping,
    *,
    by: str,
    charter: str | None = None,
    dry_run: bool = False,
    refused_path: str | Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a CSV file of charters, a promise a row, each charter in one transaction.

    Versions come in by the day they took effect, those without a day first, and show as recorded late. A charter that
    is not open is opened. The same file again writes nothing. `charter` is for all rows, instead of what they say.
    Where one row of a version is refused, the version is, with all its rows. Counts are of rows; `dry_run` writes
    nothing but the file of refused rows.

    Raises FileMissing, NotATable, ColumnsMissing, TooManyPromises, WouldOverwrite, UnknownPerson or MissingRole (of
    `by`) before anything is written.
    """
    started = perf_counter()
    require_asker(ledger, by)
    refused = Path(refused_path) if refused_path else None
    with opened(Path(path), asked(mapping), encoding=mapping.encoding, delimiter=mapping.delimiter) as table:
        found = list(islice(lines(table, Clauses(mapping, table, charter)), MOST_ROWS + 1))
        if len(found) > MOST_ROWS:
            raise TooManyPromises(path=path, limit=f"{MOST_ROWS:,}")
        with tallying(table, refused) as tally:
            of_place = versions(found)
            for slug in dict.fromkeys(place.charter for place in of_place):
                some = [version for place, version in of_place.items() if place.charter == slug]
                _bring_in(ledger, some, by=by, zone=mapping.zone or "UTC", dry_run=dry_run)
            for line in found:
                tally.count(line.row, *_became(line, of_place))
            tally.report.seconds = perf_counter() - started
    if progress:
        progress(tally.report, 1.0)
    return tally.report


def _bring_in(ledger: Ledger, some: list[Version], *, by: str, zone: str, dry_run: bool) -> None:
    """Write what is whole of the versions of one charter, or find out what would be written."""
    ready = [version for version in some if version.outcome is None]
    if not ready:
        return
    first = ready[0].clauses[0]
    slug = ready[0].place.charter
    style = first.style or "Not stated; the charter was brought in as history."
    orders, decided = [], []
    try:
        if not ledger.charter(slug).opened:
            orders.append(Order(OpenCharter(charter=slug, brand=first.brand, style=style, zone=zone), by, None))
    except ValidationError as error:
        for version in ready:
            version.outcome = unreadable(error)
        return
    for version, wording in wordings(ready):
        try:
            orders.append(Order(version.command(wording), by, None))
            decided.append(version)
        except ValidationError as error:
            version.outcome = unreadable(error)
    if not decided:
        return
    # Deciding first keeps a charter from being opened for versions that are all refused.
    outcomes = ledger.rehearse_all(orders)
    if not dry_run and any(isinstance(each, Written) and each.events for each in outcomes[-len(decided) :]):
        outcomes = ledger.write_all(orders)
    opening = outcomes[0] if len(orders) > len(decided) else None
    for version, outcome in zip(decided, outcomes[-len(decided) :], strict=True):
        never_opened = isinstance(outcome, UnknownCharter) and isinstance(opening, Refused)
        version.outcome = opening if never_opened else outcome


def _became(line: Line, of_place: Mapping[Place, Version]) -> tuple[Written | Refused, bool]:
    """What became of a row, and whether the first row of its version tells of the entries already."""
    if isinstance(line.clause, Refused) or line.place is None:
        assert isinstance(line.clause, Refused)
        return line.clause, False
    version = of_place[line.place]
    assert version.outcome is not None
    return version.outcome, line is not version.lines[0]

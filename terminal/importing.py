"""Bring in what was kept elsewhere: decision logs and charters, from CSV files in any layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click

from charter.importing.report import ImportReport
from projections.wording import counted
from terminal.command import Command, Group, Word, by_option, charter_option, json_option, ledger_option
from terminal.mistakes import REFUSED
from terminal.output import document, lines, tell, then
from terminal.progress import progress
from terminal.session import current
from terminal.text import paragraph

imports = Group("import", help="Bring in charters and decisions from CSV files; the same file again writes nothing.")
FILE = click.Path(path_type=Path, dir_okay=False)


def _decisions(file: Path, mapping: str, as_history: bool, dry_run: bool, refused: Path | None) -> None:
    from charter.importing.cases import import_cases
    from charter.importing.mapping import case_mapping

    session = current()
    kept = refused or _beside(file)
    with progress("Importing", _stopped) as step:
        report = import_cases(
            session.ledger,
            file,
            case_mapping(mapping),
            by=session.by,
            charter=session.chosen,
            as_history=as_history,
            dry_run=dry_run,
            refused_path=kept,
            progress=_steps(step),
        )
    _tell(report, kept, dry_run=dry_run)
    then("charter integrity", "charter decision list")


def _charter(file: Path, mapping: str, dry_run: bool, refused: Path | None) -> None:
    from charter.importing.mapping import charter_mapping
    from charter.importing.revisions import import_revisions

    session = current()
    kept = refused or _beside(file)
    with progress("Importing", _stopped) as step:
        report = import_revisions(
            session.ledger,
            file,
            charter_mapping(mapping),
            by=session.by,
            charter=session.chosen,
            dry_run=dry_run,
            refused_path=kept,
            progress=_steps(step),
        )
    _tell(report, kept, dry_run=dry_run)
    then("charter show", "charter revision list")


def _beside(file: Path) -> Path:
    """Where refused rows go when nobody says: into the folder one is in, named after the file."""
    return Path(f"{file.stem}.refused.csv")


def _steps(step: Callable[[int, int | None], None]) -> Callable[[ImportReport, float], None]:
    return lambda report, share: step(report.read, round(report.read / share) if share else None)


def _stopped(rows: int) -> str:
    return (
        f"Stopped after {counted(rows, 'row')}, which are kept. Run the same command again: it writes what is missing."
    )


def _tell(report: ImportReport, refused: Path, *, dry_run: bool) -> None:
    """What was done, in sum and by reason."""
    if current().as_json:
        document(
            {
                "dry_run": dry_run,
                "read": report.read,
                "written": report.written,
                "already": report.already,
                "refused": report.refused,
                "entries": report.entries,
                "by_reason": dict(report.by_reason.most_common()),
                "gaps": {str(gap): number for gap, number in report.gaps.most_common()},
                "seconds": round(report.seconds, 3),
                "refused_rows": str(refused) if report.refused else None,
            }
        )
    else:
        lines(_sum(report, dry_run=dry_run))
    if report.refused:
        tell(f"The refused rows are in {refused}, each with its row number and the reason.")
        if not report.written and not report.already:
            click.get_current_context().exit(REFUSED)


def _sum(report: ImportReport, *, dry_run: bool) -> list[str]:
    would = "would be " if dry_run else ""
    written = paragraph(
        f"{counted(report.read, 'row')} read in {report.seconds:.1f} s: {report.written:,} {would}written as "
        f"{counted(report.entries, 'entry', 'entries')}, {report.already:,} there already, "
        f"{report.refused:,} {would}refused."
    )
    if report.by_reason:
        written += ["", "Refused because"]
        written += [f"{number:>8,}  {_spoken(name)}" for name, number in report.by_reason.most_common()]
    if report.gaps:
        written += ["", "Admitted as history, lacking"]
        written += [f"{number:>8,}  {gap}" for gap, number in report.gaps.most_common()]
    if dry_run:
        written += ["", "Nothing was written."]
    return written


def _spoken(refusal: str) -> str:
    """The name of a refusal as words: NotInForce is not in force."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", refusal).lower()


def _params(mapping: str, *own: click.Parameter) -> list[click.Parameter]:
    return [
        Word("file", "The CSV file; its encoding and separator are found out.", type=FILE),
        click.Option(
            ["--mapping"],
            default=mapping,
            metavar="NAME|FILE",
            help=f"How its columns are to be read: a TOML file, or one that comes with this. Else: {mapping}.",
        ),
        *own,
        click.Option(["--dry-run"], is_flag=True, help="Say what would be done, and write nothing."),
        click.Option(
            ["--refused"],
            type=FILE,
            metavar="FILE",
            help="Where refused rows go. Else: NAME.refused.csv in this folder.",
        ),
        charter_option(),
        ledger_option(),
        by_option(),
        json_option(),
    ]


imports.add_command(
    Command(
        "decisions",
        callback=_decisions,
        help="""Bring in decisions from a CSV file, by the full rules or openly as history.

        Each row is written or refused by itself. The same file again writes nothing.
        """,
        examples=[
            "charter import decisions log.csv --dry-run",
            "charter import decisions log.csv --mapping our-desk.toml --as-history",
        ],
        params=_params(
            "open-decision-log",
            click.Option(["--as-history"], is_flag=True, help="Admit what rows lack, listed in their entries as gaps."),
        ),
    )
)
imports.add_command(
    Command(
        "charter",
        callback=_charter,
        help="Bring in a charter with all its versions from a CSV file, as history that shows as recorded late.",
        examples=[
            "charter import charter charter.csv",
            "charter import charter charter.csv --charter skyline --dry-run",
        ],
        params=_params("open-charter"),
    )
)

"""The command `charter`: everything that can be asked of a ledger, typed in a terminal."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

import click

from terminal.command import LazyGroup, by_option, ledger_option
from terminal.progress import Stopped
from terminal.session import Session

MALFORMED, INTERRUPTED = 2, 130

SECTIONS = {
    "Every day": {
        "no": ("terminal.desk:no", "Log a request and decline it."),
        "yes": ("terminal.desk:yes", "Log a request and grant it."),
        "partly": ("terminal.desk:partly", "Log a request and grant a part of it."),
        "precedents": ("terminal.desk:precedents", "Find how such requests were answered before."),
        "decision": ("terminal.decisions:decision", "Log, answer and look again at requests; list and show them."),
        "show": ("terminal.reading:show", "Read the charter in force, today or on any day."),
        "ack": ("terminal.revisions:ack", "Say that you have read the latest revision."),
    },
    "The charter": {
        "open": ("terminal.promises:open_charter", "Open a charter for a brand."),
        "promise": ("terminal.promises:promise", "Word the promises of the draft."),
        "revision": ("terminal.revisions:revision", "Propose, approve and publish revisions; list and compare them."),
    },
    "Looking back": {
        "integrity": ("terminal.integrity:integrity", "Read the integrity history."),
        "log": ("terminal.looking:log", "Read every entry: who, when, what."),
        "verify": ("terminal.verifying:verify", "Check that nothing in the ledger was altered."),
        "checkpoint": ("terminal.checkpoints:checkpoint", "Sign and publish what seals every entry there is."),
        "timestamp": ("terminal.timestamps:timestamp", "Have an outside authority say when it saw that."),
        "proof": ("terminal.checkpoints:proof", "Prove to a stranger that a decision is in the ledger."),
        "evidence": ("terminal.evidence:evidence", "Gather all that proves decisions in one file for a stranger."),
        "consistency": ("terminal.checkpoints:consistency", "Prove that the ledger only grew in between."),
        "export": ("terminal.exporting:export", "Take entries, decisions or the integrity history away."),
    },
    "The ledger": {
        "init": ("terminal.begin:init", "Make a new, empty ledger."),
        "demo": ("terminal.begin:demo", "Make a small airline's ledger to try everything on."),
        "person": ("terminal.people:person", "Register people, grant roles and authority."),
        "serve": ("terminal.serving:serve", "Start the pages and the API, for browsers and programs."),
        "subject": ("terminal.subjects:subject", "Show, hand out, hold or erase what is held of one person."),
        "retention": ("terminal.retention:retention", "For how long data about people is kept, and whose is due."),
        "import": ("terminal.importing:imports", "Bring in charters and decisions from files."),
        "key": ("terminal.keys:key", "The keys that sign the ledger's checkpoints."),
        "witness": ("terminal.witness:witness", "Cosign the checkpoints of other ledgers."),
        "mcp": ("terminal.agents:mcp", "Let an agent ask, answer and log, over MCP."),
        "backup": ("terminal.backup:backup", "Copy the ledger, its keys and accounts while it is in use."),
        "restore": ("terminal.backup:restore", "Put a backup back, checked, where no ledger is."),
        "status": ("terminal.upkeep:status", "Show what is in the ledger and how its views stand."),
        "rebuild": ("terminal.upkeep:rebuild", "Build the views again from the entries."),
        "upgrade": ("terminal.upkeep:upgrade", "Bring an older ledger to this version."),
        "events": ("terminal.looking:events", "List all that can be written into a ledger."),
    },
}


class Root(LazyGroup):
    """The root: whoever is wrong gets a sentence and an exit code; where we are wrong, Python says so."""

    def main(  # type: ignore[override]  # it always exits, whether the library would or not
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run one command line and exit: 0 done, 1 refused, 2 malformed, 3 not found, 4 not allowed, 5 damaged."""
        extra.pop("standalone_mode", None)
        session = extra.setdefault("obj", Session())
        try:
            code = super().main(args, prog_name or "charter", standalone_mode=False, **extra)
            sys.stdout.flush()
        except click.UsageError as error:
            code = _complain(_with_help(error), MALFORMED)
        except Stopped as error:
            code = _complain(error.format_message(), error.exit_code)
        except click.ClickException as error:
            code = _complain(error.format_message(), MALFORMED)
        except click.Abort:
            code = _complain("Stopped.", INTERRUPTED)
        except (_ReaderGone, BrokenPipeError):
            code = _quietly()
        except Exception as error:
            from terminal.mistakes import told

            words = told(error, session)
            if words is None:
                raise
            code = _complain(words.words, words.code)
        finally:
            session.close()
        sys.exit(code if isinstance(code, int) else 0)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command line; its help may be what nobody reads to the end."""
        with _noticing_readers():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, then show what could come next."""
        with _noticing_readers():
            done = super().invoke(ctx)
            session = ctx.ensure_object(Session)
            if session.next_commands:
                from terminal.output import show_next

                show_next(session)
            return done


class _ReaderGone(Exception):
    """Nobody reads our output any more, as after `| head`."""


@contextmanager
def _noticing_readers() -> Iterator[None]:
    """Tell a closed pipe from other errors before click does, which would call it a failure."""
    try:
        yield
    except BrokenPipeError:
        raise _ReaderGone from None


def _complain(words: str, code: int) -> int:
    from terminal.text import fitted

    with suppress(BrokenPipeError):
        click.echo(fitted(words), err=True)
    return code


def _with_help(error: click.UsageError) -> str:
    where = error.ctx.command_path if error.ctx else "charter"
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            words = f"{_typed(param, error.ctx)} is missing."
        case click.BadParameter(param=click.Parameter() as param):
            words = f"{_typed(param, error.ctx)}: {error.message}"
        case click.NoSuchOption():
            possible = ["--first"] if error.option_name == "--limit" and _counts(error.ctx) else error.possibilities
            near = f" Did you mean {' or '.join(possible)}?" if possible else ""
            words = f"There is no option {error.option_name}.{near}"
        case _:
            words = error.format_message()
    return f"{words}\nSee: {where} --help"


def _counts(ctx: click.Context | None) -> bool:
    """Whether a command can be told how many lines to show."""
    return ctx is not None and any("--first" in param.opts for param in ctx.command.params)


def _typed(param: click.Parameter, ctx: click.Context | None) -> str:
    """A parameter as it is typed: --ground, or the word in capitals."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return param.make_metavar(ctx).strip("[]") if ctx else str(param.name).upper()


def _quietly() -> int:
    """The reader has seen enough: whatever is left unwritten goes nowhere, and nobody is told."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    return 0


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from charter import __version__

        click.echo(f"charter-ledger {__version__}")
        ctx.exit()


@click.pass_context
def _begin(ctx: click.Context) -> None:
    """Promises, revisions and yes or no decisions, kept as entries that nobody can alter.

    Without a command: what is in the ledger and what waits for you.
    """
    if "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb":
        ctx.color = False
    if ctx.invoked_subcommand is None:
        from terminal.home import home

        home()


charter = Root(
    "charter",
    callback=_begin,
    help=_begin.__doc__,
    invoke_without_command=True,
    sections=SECTIONS,
    params=[
        ledger_option(),
        by_option(),
        click.Option(
            ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
        ),
    ],
    epilog="Every command explains itself: charter no --help",
)


def main() -> NoReturn:
    """The console script; text that the terminal cannot show is replaced rather than refused."""
    gc.set_threshold(50_000)  # looking for garbage among all that is imported takes a sixth of a cold start
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    charter.main()


if __name__ == "__main__":
    main()

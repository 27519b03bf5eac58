"""How a command looks and answers: its options, its examples, and the nearest name when one is mistyped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import wraps
from importlib import import_module
from typing import Any

import click

from terminal.session import Session, current


class Command(click.Command):
    """A command with examples, which are shown as they are typed."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What belongs to this command first, then what every command takes."""
        sections: dict[str, list[tuple[str, str]]] = {"Words": [], "Options": [], "Options of many commands": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if isinstance(param, Word):
                sections["Words"].append(param.record(ctx))
            elif record is not None:
                common = isinstance(param, CommonOption) or param.name == "help"
                sections["Options of many commands" if common else "Options"].append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, never wrapped, so that they can be copied."""
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
                for example in self.examples:
                    formatter.write("".join(f"  {line}\n" for line in example.splitlines()))


class Group(click.Group):
    """A group of commands that answers a mistyped one with the nearest."""

    command_class = Command

    def first(self, *names: str) -> None:
        """Put the commands that are used most often before the others."""
        self.commands = {name: self.commands[name] for name in names} | {**self.commands}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, those used most often first."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its whole first sentence."""
        del ctx
        sentences = [
            (name, (command.help or "").partition("\n\n")[0].strip()) for name, command in self.commands.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(sentences)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; raises UsageError with the nearest names."""
        name = click.utils.make_str(args[0])
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            raise click.UsageError(self.unknown(ctx, name), ctx)
        return super().resolve_command(ctx, args)

    def unknown(self, ctx: click.Context, name: str) -> str:
        """What to say to a name that is no command here."""
        near = get_close_matches(name.lower(), self.list_commands(ctx), n=3, cutoff=0.65)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        return f"There is no command {ctx.command_path} {name}.{meant}"


class LazyGroup(Group):
    """A group whose commands are imported when they are typed; its help needs none of them."""

    def __init__(self, *args: Any, sections: dict[str, dict[str, tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        self._places = {name: place for commands in sections.values() for name, (place, _) in commands.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the help."""
        del ctx
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        del ctx
        if cmd_name not in self._places:
            return None
        module, _, attribute = self._places[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what they are for."""
        del ctx
        for heading, commands in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name, words) for name, (_, words) in commands.items()], col_max=12)


class Word(click.Argument):
    """A plain word after the command, with a sentence about it."""

    def __init__(self, name: str, words: str, **kwargs: Any) -> None:
        super().__init__([name], **kwargs)
        self.words = words

    def record(self, ctx: click.Context) -> tuple[str, str]:
        """How it is written and what it means, for the help."""
        return self.make_metavar(ctx).strip("[]"), self.words


class CommonOption(click.Option):
    """An option that every command takes, and that the session remembers."""


def remembers(attribute: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that keeps an option's value in the session, when it was given."""

    def remember(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Session), attribute, value)

    return remember


def ledger_option() -> click.Option:
    """--ledger, on the root and on every command."""
    return CommonOption(
        ["--ledger"],
        metavar="PATH|URL",
        expose_value=False,
        callback=remembers("where_given"),
        help="The ledger: a file or a PostgreSQL address. Else CHARTER_LEDGER, else ./charter.db.",
    )


def by_option() -> click.Option:
    """--by, on the root and on every command that writes."""
    return CommonOption(
        ["--by"],
        metavar="PERSON",
        expose_value=False,
        callback=remembers("by_given"),
        help="Who acts. Else CHARTER_BY, else your user name here.",
    )


def charter_option() -> click.Option:
    """--charter, on every command about one charter."""
    return CommonOption(
        ["--charter"],
        metavar="CHARTER",
        expose_value=False,
        callback=remembers("charter_given"),
        help="The charter's short name. Else CHARTER_CHARTER, else the only one there is.",
    )


def charter_argument() -> click.Argument:
    """The charter as a plain word, where nothing else could be meant."""
    return Word(
        "charter_word",
        "The charter's short name; may be left out when there is only one.",
        metavar="[CHARTER]",
        required=False,
        expose_value=False,
        callback=remembers("charter_given"),
        type=click.STRING,
    )


def json_option() -> click.Option:
    """--json, on every command that has something to say."""
    return CommonOption(
        ["--json"],
        is_flag=True,
        expose_value=False,
        callback=remembers("as_json"),
        help="One JSON document instead of text; times in UTC.",
    )


def reading(
    name: str,
    *,
    examples: Sequence[str],
    charter: str | None = None,
    params: Sequence[click.Parameter] = (),
    in_json: bool = True,
) -> Callable[[Callable[..., None]], Command]:
    """Make a function a command that reads.

    `charter` says how its charter is given: "word" (as an argument, or --charter) or "option"; None when it has none.
    `in_json` is False for what has forms of its own. The function's docstring is the help.
    """

    def decorate(function: Callable[..., None]) -> Command:
        own = [charter_argument()] if charter == "word" else []
        common = [*([charter_option()] if charter else []), ledger_option(), *([json_option()] if in_json else [])]
        declared: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))

        @wraps(function)
        def callback(**given: Any) -> None:
            current().reads = True
            function(**given)

        return Command(
            name,
            callback=callback,
            help=function.__doc__,
            examples=examples,
            params=[*own, *params, *declared, *common],
        )

    return decorate

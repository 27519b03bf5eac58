"""Every command explains itself, with an example that can be typed as it stands."""

import shlex
from collections.abc import Iterator

import click
import pytest

from cli import SECTIONS, charter
from terminal.command import Command, Group, Word
from terminal.session import Session


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command there is, by what is typed."""

    def walk(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
        ctx = click.Context(group)
        for name in group.list_commands(ctx):
            found = group.get_command(ctx, name)
            assert found is not None
            yield f"{path} {name}", found
            if isinstance(found, click.Group):
                yield from walk(found, f"{path} {name}")

    yield from walk(charter, "charter")


ALL = dict(commands())
LEAVES = {path: command for path, command in ALL.items() if not isinstance(command, click.Group)}


WRITES_ROWS = {f"charter export {what}" for what in ("entries", "decisions", "integrity")}
LASTING = {"charter serve", "charter mcp"}


def test_the_terminal_has_the_commands_the_product_promises() -> None:
    """A command that is lost on the way is missed here."""
    expected = """
        init demo yes no partly show ack open precedents integrity log verify timestamp status rebuild upgrade events
        person.register person.grant person.revoke person.authority.grant person.authority.revoke
        person.list person.show subject.show subject.export subject.erase subject.hold subject.release
        retention.set retention.show retention.due
        promise.make promise.revise promise.retire promise.list promise.show
        revision.propose revision.approve revision.reject revision.publish revision.withdraw revision.list revision.show
        revision.diff
        decision.log decision.decide decision.escalate decision.ask decision.withdraw decision.appeal decision.uphold
        decision.reverse decision.correct decision.cause decision.learn decision.triage decision.classify decision.show
        decision.list
        import.charter import.decisions export.entries export.decisions export.integrity export.tiles
        evidence
        checkpoint proof consistency key.new key.show key.rotate key.retire key.master witness.key.new witness.serve
        serve backup restore mcp
    """
    assert {path.removeprefix("charter ").replace(" ", ".") for path in LEAVES} == set(expected.split())


@pytest.mark.parametrize("path", ALL)
def test_every_command_explains_itself(path: str) -> None:
    """A sentence, and for each option and word what it means."""
    command = ALL[path]
    assert command.help
    assert command.help.strip().endswith("."), command.help
    for param in command.params:
        words = param.words if isinstance(param, Word) else getattr(param, "help", None)
        assert words, f"{path} {param.name}"


@pytest.mark.parametrize("path", LEAVES)
def test_every_example_can_be_typed(path: str) -> None:
    """Each example is read by the very command that shows it."""
    command = LEAVES[path]
    assert isinstance(command, Command)
    assert command.examples
    for example in command.examples:
        words = shlex.split(example.split(" > ")[0].split(" | ")[0].replace("\\\n", " "))
        assert words[0] == "charter"
        ctx: click.Context = charter.make_context("charter", words[1:], obj=Session())
        found: click.Command = charter
        rest = words[1:]
        while isinstance(found, click.Group):
            _, after, rest = found.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
            assert after is not None
            ctx, found = after.make_context(after.name, list(rest), parent=ctx), after
        assert found is command, example
        assert all(len(line) <= 78 for line in example.splitlines()), example


@pytest.mark.parametrize("path", ALL)
def test_help_fits_the_screen(path: str) -> None:
    """No line is longer than 80 columns."""
    command = ALL[path]
    with click.Context(command, info_name=path, terminal_width=80) as ctx:
        assert [line for line in command.get_help(ctx).splitlines() if len(line) > 80] == []


def test_every_command_takes_the_common_options() -> None:
    """Every command can be pointed at a ledger and answer in JSON; what writes out rows has forms of its own.

    A witness has no ledger.
    """
    for path, command in LEAVES.items():
        if path.startswith("charter witness"):
            continue
        options = {option for param in command.params for option in param.opts}
        assert "--ledger" in options, path
        assert ("--json" in options) != (path in WRITES_ROWS | LASTING), path


def test_the_root_lists_every_command_with_a_sentence() -> None:
    """What the root says needs no command to be imported, so it is written down there."""
    sentences = [words for section in SECTIONS.values() for _, words in section.values()]
    assert all(words.endswith(".") and words[0].isupper() for words in sentences)
    assert isinstance(charter, Group)


def test_what_is_used_most_comes_first_and_nothing_is_said_twice() -> None:
    """Lists lead their groups; values stand once; the stage nobody can look for is not offered."""
    for group in ("decision", "person"):
        assert [path.split()[-1] for path in ALL if path.startswith(f"charter {group} ")][:2] == ["list", "show"]
    options = {param.name: param for param in ALL["charter decision list"].params if isinstance(param, click.Option)}
    assert options["answer"].help == "yes, no or partly."
    assert "unknown" not in str(options["stage"].help)

"""Whatever is typed: a sentence and one of six exit codes, never a traceback."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import charter
from tests.terminal.conftest import Terminal
from tests.terminal.test_help import LEAVES

CODES = {0, 1, 2, 3, 4, 5}
WORDS = st.one_of(
    st.sampled_from(
        [
            "REFUND-30",
            "refund-30.1",
            "skyline",
            "ann",
            "ben",
            "cleo",
            "nobody",
            "yes",
            "no",
            "partly",
            "1",
            "2",
            "0",
            "-1",
            "2026-01-01",
            "2999-12-31",
            "9999-12-31",
            "0001-01-01",
            "2026-11-22T08:15",
            "2026-01-01T00:00:00+23:59",
            "off-brand",
            "bent",
            "broken",
            "upheld",
            "a",
            "b",
            "ab",
            "0f",
            "rep",
            "admin",
            "-",
            "--",
            "=",
            "csv",
            "month",
            "customer:x",
            "law:",
            "99999999999999999999",
            "1e9",
            "NaN",
            "null",
            "%s",
            "{x}",
            "{0}",
            "../x",
            "/",
            ".",
            "~",
            "*",
            "'",
            '"',
            "\\",
            "$HOME",
        ]
    ),
    st.text(st.characters(exclude_characters="\x00"), max_size=12),  # no shell can pass a NUL
    st.just("caf\udce9"),  # Latin-1 as Python reads it from a UTF-8 command line
)
LEFT_OUT = ("charter demo", "charter init", "charter serve", "charter backup")
"""They make ledgers, which takes long and needs no imagination; serve until they are stopped; or write a ledger into
whatever folder is named, which may be anybody's."""


@pytest.fixture(scope="module")
def wild(published: Path) -> Iterator[Terminal]:
    """One ledger that everything is typed at, in its own folder, where files land whatever they are called."""
    folder, before = Path(tempfile.mkdtemp(prefix="charter-wild-")), Path.cwd()
    shutil.copy(published / "charter.db", folder)
    os.chdir(folder)
    yield Terminal(folder)
    os.chdir(before)
    shutil.rmtree(folder)


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """A command with words and options that are nearly right, or not at all."""
    path = draw(st.sampled_from([path for path in LEAVES if path not in LEFT_OUT]))
    command = LEAVES[path]
    typed = path.split()[1:]
    for param in command.params:
        if isinstance(param, click.Argument):
            typed += draw(st.lists(WORDS, max_size=1 if param.nargs == 1 else 3))
        elif param.name in ("against", "kept", "refused") or "--ledger" in param.opts:
            continue
        elif draw(st.integers(0, 9)) < (8 if param.required else 2):
            assert isinstance(param, click.Option)
            typed.append(draw(st.sampled_from(param.opts)))
            if not param.is_flag:
                typed.append(draw(WORDS))
    if draw(st.integers(0, 9)) == 0:
        typed.insert(draw(st.integers(0, len(typed))), draw(WORDS))
    return typed


@settings(max_examples=250)
@given(typed=lines(), by=st.sampled_from(["ann", "ben", "cleo", "nobody", "Ann", "a b", "é", "\x07"]))
def test_whatever_is_typed(wild: Terminal, typed: list[str], by: str) -> None:
    """Nearly right commands: refused in words, or done."""
    result = wild(typed, by)
    assert result.code in CODES, (typed, result)
    assert "Traceback" not in result.err
    if result.code:
        assert result.err.strip(), typed
    # an export is data, whatever was said; everything else is made to be looked at
    assert typed[0] == "export" or not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", result.out), typed


@settings(max_examples=100)
@given(typed=st.lists(WORDS, max_size=5))
def test_words_without_sense(wild: Terminal, typed: list[str]) -> None:
    """Not even a command."""
    result = wild(typed)
    assert result.code in CODES, (typed, result)


def test_the_root_is_what_is_tested() -> None:
    """The strategies above draw from the real tree."""
    assert isinstance(charter, click.Group)
    assert len(LEAVES) > 40

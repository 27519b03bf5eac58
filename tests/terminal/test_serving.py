"""Where a server listens, and how browsers are told to reach it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.terminal.conftest import Terminal
from web.settings import Settings


@pytest.mark.parametrize("command", ["demo --serve", "serve"])
def test_a_port_that_is_taken_is_said_before_anything_is_made(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = Terminal(tmp_path).no(f"{command} --port {taken.getsockname()[1]}", 1)
    assert "Address already in use. Choose another with --port." in said
    assert not list(tmp_path.iterdir())


def test_an_address_that_is_given_comes_before_that_of_the_environment_and_both_before_where_it_listens() -> None:
    environ, here = {"CHARTER_ADDRESS": "https://known.example"}, "http://127.0.0.1:8000"
    assert Settings.read(environ, address="https://given.example", here=here).address == "https://given.example"
    assert Settings.read(environ, here=here).address == "https://known.example"
    assert Settings.read({}, here=here).address == here

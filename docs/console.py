"""Runs the commands in a document's console blocks on the demo's ledger, and writes what they print below them.

The clock stands still and the dice are known, so that the same commands always print the same. A command that is
refused stops the generator, unless its line ends in "  # refused".
"""

import os
import random
import re
import shlex
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from charter.demo import make_demo, seal_demo
from cli import charter

TODAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFUSED = "  # refused"
HEAD = re.compile(r" \| head -(\d+)$")


def with_output(document: str) -> str:
    """The document with each console block run anew, one after the other on the same ledger."""
    with _demo():
        return BLOCK.sub(lambda found: f"```console\n{_run(found[1])}```", document)


def _run(block: str) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(f"{command}\n{printed(command)}" for command in commands)


def printed(command: str) -> str:
    """What a line of a block prints; raises SystemExit when it ends otherwise than the document says."""
    typed = command.removesuffix(REFUSED)
    head = HEAD.search(typed)
    words = shlex.split(HEAD.sub("", typed).removeprefix("$ charter"))
    result = CliRunner().invoke(charter, words, prog_name="charter")
    if (result.exit_code != 0) != (typed != command):
        msg = f"{command}\nended with exit code {result.exit_code}:\n{result.output}"
        raise SystemExit(msg)
    lines = result.output.rstrip().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in (lines[: int(head[1])] if head else lines))


@contextmanager
def _demo() -> Iterator[None]:
    """A demo ledger in a folder of its own, on a day of its own, used by one of its reps."""
    dice, keys = random.Random("README"), random.Random("keys")  # noqa: S311  # examples, not secrets
    before = Path.cwd()
    here = {"CHARTER_BY": "tom", "TZ": "UTC", "COLUMNS": "80", "NO_COLOR": "1"}
    here["CHARTER_MASTER_KEY"] = b64encode(bytes(32)).decode()
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, here | {"XDG_STATE_HOME": folder}),
        patch("charter.ledger.now", lambda: TODAY),
        patch("charter.ids.time_ns", lambda: dice.getrandbits(64)),
        patch("charter.ids.token_hex", lambda size: dice.randbytes(size).hex()),
        patch("time.time_ns", lambda: int(TODAY.timestamp()) * 10**9),
        patch("charter.privacy.box.urandom", keys.randbytes),
        patch("charter.privacy.vault.token_bytes", keys.randbytes),
        patch("secrets.token_bytes", keys.randbytes),
    ):
        os.environ.pop("CHARTER_LEDGER", None)
        os.chdir(folder)
        try:
            with closing(make_demo("charter.db", today=TODAY)) as ledger:
                seal_demo(ledger)
            yield
        finally:
            os.chdir(before)

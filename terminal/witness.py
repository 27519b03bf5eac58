"""Be a witness: cosign the checkpoints of other ledgers, so that none can show one history here and another there."""

from __future__ import annotations

import signal
from contextlib import suppress
from pathlib import Path

import click

from charter.message import Refused
from charter.proof.note import COSIGNATURE, SigningKey
from charter.publishing import secret_file
from terminal.command import Command, Group, Word, json_option
from terminal.output import document, lines, tell
from terminal.refusals import PortTaken
from terminal.serving import shown
from terminal.session import current
from terminal.verifier_keys import verifier_keys, verifier_keys_option

witness = Group("witness", help="Be a witness for other ledgers: a key, and a small server that cosigns.")
key = Group("key", help="The key that a witness cosigns with.")
witness.add_command(key)

FILE = click.Path(path_type=Path, dir_okay=False)
HERE = "127.0.0.1"
PORT = 8470


class NotAWitnessKey(Refused):
    """{path} does not hold the key of a witness: {why}. Make one: charter witness key new NAME --key FILE."""


class NotAName(Refused):
    """{name} cannot be the name of a witness: {why}. Take, for one, witness.example.com/charter."""


def _new(name: str, path: Path) -> None:
    """Make the key of a witness, under a name that tells it from others all over the world."""
    try:
        made = SigningKey.new(name, COSIGNATURE)
    except ValueError as error:
        raise NotAName(name=name, why=error) from None
    secret_file.write_new(path, f"{made}\n")
    if current().as_json:
        document({"name": made.name, "key": str(made.verifier), "path": str(path)})
        return
    lines([str(made.verifier)])
    tell(f"The secret half is in {path}. The line above is for the policies of those whose ledgers are to be cosigned.")


def _secret() -> click.Option:
    return click.Option(
        ["--key", "path"], type=FILE, required=True, metavar="FILE", help="The file with its secret key."
    )


key.add_command(
    Command(
        "new",
        callback=_new,
        help=_new.__doc__,
        examples=["charter witness key new witness.example.com/a --key w.key > w.vkey"],
        params=[Word("name", "What it is called, like an address: witness.example.com/a."), _secret(), json_option()],
    )
)


def _serve(path: Path, state: Path, new: bool, log: tuple[str, ...], host: str, port: int) -> None:
    """Answer ledgers that ask to be cosigned, until Ctrl-C.

    A checkpoint is cosigned when it continues the last one that this witness cosigned of that ledger. What it cosigned
    is in its memory, a file that must never be lost or put back to an older day: it is made with --new, once.
    """
    from charter.publishing.witness.cosigner import Cosigner
    from charter.publishing.witness.memory import Memory
    from charter.publishing.witness.server import Server

    logs = verifier_keys(log, "log")
    known = _read(path)
    memory = Memory(state, new=new)
    try:
        try:
            server = Server(host, port, Cosigner(known, logs, memory), tell)
        except OSError as error:
            raise PortTaken(host=host, port=port, why=error.strerror or error) from None
        with server:
            lines([f"{shown(host, server.port)}/"])
            tell(
                f"Cosigning as {known.name} for {', '.join(dict.fromkeys(each.name for each in logs))}. Ctrl-C ends it."
            )
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # as services are told to stop
            with suppress(KeyboardInterrupt):
                server.serve_forever()
    finally:
        memory.close()


def _read(path: Path) -> SigningKey:
    try:
        known = SigningKey.parse(secret_file.read(path).strip())
    except ValueError as error:
        raise NotAWitnessKey(path=path, why=error) from None
    if known.verifier.algorithm != COSIGNATURE:
        raise NotAWitnessKey(path=path, why="it is the key of a ledger")
    return known


witness.add_command(
    Command(
        "serve",
        callback=_serve,
        help=_serve.__doc__,
        examples=[
            "charter witness serve --key w.key --state seen.db --log a.vkey --new",
            "charter witness serve --key w.key --state seen.db --log a.vkey --log b.vkey",
        ],
        params=[
            _secret(),
            click.Option(["--state"], type=FILE, required=True, metavar="FILE", help="What it cosigned so far."),
            click.Option(["--new"], is_flag=True, help="Make that file: this witness has never cosigned anything."),
            verifier_keys_option("log", "The key of a ledger to cosign.", required=True),
            click.Option(
                ["--host"],
                default=HERE,
                metavar="HOST",
                help=f"Where to listen; only this computer ({HERE}) otherwise.",
            ),
            click.Option(
                ["--port"], type=click.IntRange(0, 65535), default=PORT, metavar="PORT", help=f"The port. Else: {PORT}."
            ),
        ],
    )
)

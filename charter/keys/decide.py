"""The rules about the ledger's keys: an admin adopts and retires them, each once; a retired key never comes back."""

from typing import assert_never

from charter.given import Given, Needs
from charter.keys.commands import AdoptKey, KeyCommand, RetireKey
from charter.keys.events import KeyAdopted, KeyEvent, KeyRetired
from charter.keys.refusals import AlreadyAdopted, AlreadyRetired, KeyMistyped, UnknownKey
from charter.keys.state import Keys
from charter.keys.verifier import whole
from charter.terms import Role


def needs(_state: Keys, _command: KeyCommand) -> Needs:
    """Nothing of other streams."""
    return Needs()


def decide(state: Keys, command: KeyCommand, given: Given) -> list[KeyEvent]:
    """The events a command leads to; raises Refused."""
    given.happened()  # never ahead of its time
    given.require(None, Role.ADMIN)
    known = state.find(command.key)
    match command:
        case AdoptKey():
            if not whole(command.key):
                raise KeyMistyped(key=command.key)
            if known is not None:
                raise AlreadyAdopted(key=command.key)
            return [KeyAdopted(key=command.key)]
        case RetireKey():
            if known is None:
                raise UnknownKey(key=command.key)
            if known.retired:
                raise AlreadyRetired(key=command.key)
            return [KeyRetired(key=command.key, why=command.why)]
        case _:
            assert_never(command)

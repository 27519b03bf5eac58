"""The accounts of one site: who may come in, and how they are known again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine, select

from charter.ledger import now as real_time
from charter.message import PersonId, Refused
from web.access.database import AccountsDatabase, upsert
from web.access.identities import Identities
from web.access.kept import KeptForms
from web.access.limits import ACCOUNT, ADDRESS, Limits, Try, network
from web.access.links import FirstLinkOver, Kind, Link, Links
from web.access.made import KeptMade
from web.access.passwords import Passwords, require_good
from web.access.sessions import Session, Sessions
from web.access.tables import HOUSE, VERSION, kept, made, metadata
from web.access.tokens import Token, Tokens
from web.settings import Settings

REFUSED_VARIABLE = "CHARTER_PASSWORDS_REFUSED"
"""A file with passwords that nobody may have, one a line, beside those that `guessable` knows of by itself."""


_PERSON_ID: TypeAdapter[str] = TypeAdapter(PersonId)
NOBODY = ""
"""An id that nobody can have."""


class SignInRefused(Refused):
    """The id and the password do not belong together. Type both again; an admin can send you a link to set a new
    password."""


class WrongPassword(Refused):
    """This is not your present password. Type it again."""


class Ended(NamedTuple):
    """How many sessions and tokens ended with an old password."""

    sessions: int
    tokens: int


class Accounts:
    """Everything about signing in. Safe to use from many threads and processes at once."""

    def __init__(
        self,
        database: AccountsDatabase,
        clock: Callable[[], datetime] = real_time,
        settings: Settings | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        chosen = settings or Settings()
        self.database = database
        self.clock = clock
        database.have("access", VERSION, metadata)
        database.have("kept", VERSION, kept)
        database.have("made", VERSION, made)
        self.passwords = passwords or Passwords(database, clock)
        self.sessions = Sessions(database, clock, chosen.idle, chosen.lifetime)
        self.tokens = Tokens(database, clock)
        self.links = Links(database, clock)
        self.identities = Identities(database, clock)
        secret = self._secret()
        self.limits = Limits(database, clock, secret)
        self.kept = KeptForms(database, clock, secret)
        self.made = KeptMade(database, clock)
        self._refused = _refused(os.environ.get(REFUSED_VARIABLE))

    @classmethod
    def beside(
        cls, ledger: Engine, clock: Callable[[], datetime] = real_time, settings: Settings | None = None
    ) -> Accounts:
        """The accounts of a ledger, made where there are none."""
        return cls(AccountsDatabase.beside(ledger), clock, settings)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    def signed_in(self, cookie: str) -> Session | None:
        """The session of a browser's cookie, if it has not ended; that it was seen is noted."""
        session = self.sessions.find(cookie)
        if session is not None and not self.is_noted(session):
            self.note(session)
        return session

    def bearer(self, text: str) -> Token | None:
        """The token that a program presented, if it is good; that it was used is noted."""
        token = self.tokens.find(text)
        if token is not None and not self.is_noted(token):
            self.note(token)
        return token

    def is_noted(self, presented: Session | Token) -> bool:
        """Whether it is written that it was used, to the minute."""
        if isinstance(presented, Session):
            return self.sessions.is_noted(presented)
        return self.tokens.is_noted(presented)

    def note(self, presented: Session | Token) -> None:
        """Write that it was used."""
        if isinstance(presented, Session):
            self.sessions.note(presented)
        else:
            self.tokens.note(presented)

    def can_sign_in(self, person: str) -> bool:
        """Whether a person has a password or is known at the provider."""
        return self.passwords.has(person) or self.identities.has(person)

    def nobody_can_sign_in(self) -> bool:
        """Whether this is a new site, to which nobody has a password or an identity yet."""
        with self.database.reading() as connection:
            return not self.passwords.any(connection) and not self.identities.any(connection)

    def sign_in(
        self, person: str, password: str, *, address: str | None, agent: str | None, instead_of: str | None = None
    ) -> str:
        """The secret of a new session for who knows the password; raises SignInRefused or TooManyTries.

        `instead_of` is the cookie that the browser had: its session ends.
        """
        self._check(person, password, address, SignInRefused)
        return self.sessions.begin(person, "password", agent, instead_of)

    def change_password(
        self,
        person: str,
        session: str,
        present: str,
        new: str,
        *,
        about: Iterable[str] = (),
        address: str | None = None,
        tokens: bool = False,
    ) -> Ended:
        """Change the password of who is signed in, in a session (its id); what ended with the old one.

        Their other sessions do, and where it is asked for their tokens: they may have been made by whom the new
        password is to keep out. Raises WrongPassword, TooManyTries, or as `require_good`.
        """
        self._check(person, present, address, WrongPassword)
        require_good(new, (person, *about), self._refused)
        hashed = self.passwords.hashed(new)
        with self.database.writing() as connection:
            self.passwords.store(connection, person, hashed)
            self.links.remove_all_in(connection, person)
            sessions = self.sessions.revoke_all_in(connection, person, but=session)
            return Ended(sessions, self.tokens.revoke_all_in(connection, person) if tokens else 0)

    def welcome(self, link: str, password: str, *, about: Iterable[str] = ()) -> Link:
        """Set the password of whom an invitation or a reset is for: the link is used up, their sessions and tokens end.

        Raises LinkOver, or as `require_good`; then the link stays good.
        """
        kinds = (Kind.INVITATION, Kind.RESET)
        person = self.links.find(link, *kinds).person
        assert person is not None
        require_good(password, (person, *about), self._refused)
        hashed = self.passwords.hashed(password)
        with self.database.writing() as connection:
            used = self.links.use(connection, link, *kinds)
            self.passwords.store(connection, person, hashed)
            self.sessions.revoke_all_in(connection, person)
            self.tokens.revoke_all_in(connection, person)
        return used

    def enter(self, link: str, agent: str | None, instead_of: str | None = None) -> str:
        """The secret of a new session for whom a link is that signs in as it is used; raises LinkOver."""
        with self.database.writing() as connection:
            person = self.links.use(connection, link, Kind.ENTRY).person
            assert person is not None
            return self.sessions.begin_in(connection, person, "link", agent, instead_of)

    def require_good_password(self, password: str, about: Iterable[str]) -> None:
        """Raise as `require_good`."""
        require_good(password, about, self._refused)

    def require_first(self, link: str) -> None:
        """Raise FirstLinkOver unless the link may still make the first admin."""
        self.links.find(link, Kind.FIRST)
        if not self.nobody_can_sign_in():
            raise FirstLinkOver

    def first(self, link: str, person: str, password: str) -> None:
        """Set the password of the first person, who is in the ledger by now; FirstLinkOver when another was first."""
        hashed = self.passwords.hashed(password)
        with self.database.writing() as connection:
            self.links.use(connection, link, Kind.FIRST)
            if self.passwords.any(connection) or self.identities.any(connection):
                raise FirstLinkOver
            self.passwords.store(connection, person, hashed)

    def remove(self, person: str) -> None:
        """Shut a person out: password, identity, sessions, tokens and links go. What they wrote in the ledger stays."""
        with self.database.writing() as connection:
            self.passwords.remove(connection, person)
            self.identities.remove_all_in(connection, person)
            self.sessions.revoke_all_in(connection, person)
            self.tokens.revoke_all_in(connection, person)
            self.links.remove_all_in(connection, person)
            self.kept.forget_all_in(connection, person)
            self.made.forget_all_in(connection, person)

    def _check(self, person: str, password: str, address: str | None, refusal: type[Refused]) -> None:
        tries = [Try(ACCOUNT, person), Try(ADDRESS, network(address))]
        self.limits.begin(tries)
        if not self.passwords.right(person if is_person_id(person) else NOBODY, password):
            raise refusal
        self.limits.succeeded(tries)

    def _secret(self) -> bytes:
        with self.database.writing() as connection:
            row = upsert(connection, HOUSE).values(id=1, secret=token_bytes(32))
            connection.execute(row.on_conflict_do_nothing())
            secret: bytes = connection.execute(select(HOUSE.c.secret)).scalar_one()
        return bytes(secret)


def is_person_id(text: str) -> bool:
    """Whether what was typed can be somebody's id at all."""
    try:
        return bool(_PERSON_ID.validate_python(text, strict=True))
    except ValidationError:
        return False


def _refused(path: str | None) -> frozenset[str]:
    if not path:
        return frozenset()
    return frozenset(line.casefold() for line in Path(path).read_text("utf-8").splitlines())

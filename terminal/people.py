"""The people of a ledger: who is registered, what each may do, and who gave them that."""

from __future__ import annotations

from charter.desk import Written
from charter.people.commands import GrantAuthority, GrantRole, RegisterPerson, RevokeAuthority, RevokeRole
from charter.people.events import RoleGranted, RoleRevoked
from projections.people import Member, people
from projections.people import person as one
from projections.wording import counted
from terminal.command import Group, Word, reading
from terminal.orders import order
from terminal.output import document, lines, tell, then
from terminal.session import current
from terminal.text import table
from terminal.values import NAME

EVERYBODY = 100_000

person = Group("person", help="Register people, grant roles and authority.")
authority = Group("authority", help="Let a person bend promises, or take that back.")
person.add_command(authority)


def _role(written: Written, done: str) -> str:
    [event] = written.events
    assert isinstance(event, RoleGranted | RoleRevoked)
    scope = f" for {event.charter}" if event.charter else ""
    return f"{written.key} {done} {event.role}{scope}."


person.add_command(
    order(
        RegisterPerson,
        "register",
        "person",
        said=lambda written: f"{written.key} is registered, without any role yet.",
        examples=['charter person register j.smith --name "Jo Smith" --department "Ground staff"'],
    )
)
person.add_command(
    order(
        GrantRole,
        "grant",
        "person",
        "role",
        said=lambda written: _role(written, "is now"),
        examples=["charter person grant j.smith rep", "charter person grant j.smith leader --charter skyline"],
    )
)
person.add_command(
    order(
        RevokeRole,
        "revoke",
        "person",
        "role",
        said=lambda written: _role(written, "is no longer"),
        examples=["charter person revoke j.smith rep"],
    )
)
authority.add_command(
    order(
        GrantAuthority,
        "grant",
        "person",
        said=lambda written: f"{written.key} may now bend promises.",
        examples=["charter person authority grant j.smith"],
    )
)
authority.add_command(
    order(
        RevokeAuthority,
        "revoke",
        "person",
        said=lambda written: f"{written.key} may no longer bend promises.",
        examples=["charter person authority revoke j.smith"],
    )
)


def _roles(known: Member) -> str:
    return ", ".join(held.role + (f" ({held.charter})" if held.charter else "") for held in known.roles)


@person.add_command
@reading("list", examples=["charter person list", "charter person list --json"])
def _list() -> None:
    """List everybody who is registered."""
    session = current()
    found = people(session.views, limit=EVERYBODY)
    if session.as_json:
        document(found)
        return
    if not found:
        tell("Nobody is registered yet.")
        return
    rows = [
        (known.person, known.name, known.department or "", _roles(known), "yes" if known.may_bend else "")
        for known in found
    ]
    lines(table(["Person", "Name", "Department", "Roles", "May bend"], rows, flexible=3))
    then('charter person register ID --name "…"', "charter person grant ID ROLE")


@person.add_command
@reading(
    "show",
    examples=["charter person show j.smith"],
    params=[Word("person", "The id of the person.", type=NAME)],
)
def _show(person: str) -> None:
    """Show one person: what they may do, and every entry about them."""
    session = current()
    known = one(session.views, person)
    if session.as_json:
        document(known)
        return
    facts = [
        ("Name", known.name),
        ("Department", known.department or "none"),
        ("Contact", known.contact or "none"),
        ("Roles", _roles(known) or "none yet"),
        ("Authority", "may bend promises" if known.may_bend else "may not bend promises"),
    ]
    lines([person, *(f"  {name:<12}{value}" for name, value in facts)])
    count = len(session.ledger.stream(f"person/{person}"))
    tell(f"{counted(count, 'entry', 'entries')} about {person}.")
    then(f"charter log --stream person/{person}")


person.first("list", "show", "register", "grant", "revoke", "authority")

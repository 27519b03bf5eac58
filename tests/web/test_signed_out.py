"""Every form of every desk is shown again after signing in, and none does anything by that."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import inspect, text

from charter.people.commands import GrantRole
from charter.terms import Role
from projections.decision_register import Filter
from projections.decision_register import page as register
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, Browse
from web.access.kept import KeptForm
from web.desks import admin, leader, rep, review
from web.forms import SignedInAgain
from web.hooks.sources import Sources
from web.refusals import worded
from web.signed_out import DESKS
from web.site import Site

TYPED = {
    "request": "May my dog fly?",
    "answer": "no",
    "ground": "off-brand",
    "cite": "REFUND-24.1",
    "reason": "A reason",
    "why": "A why",
    "argument": "An argument",
    "question": "A question",
    "learning": "A learning",
    "cause": "offer",
    "hold": "claim 12",
    "urgency": "high",
    "risk": "low",
    "department": "Ramp",
    "kind": "service",
    "meant": "true",
    "revision": "3",
    "code": "NEW-1",
    "title": "A title",
    "statement": "A statement.",
    "audience": "client",
    "charter": CHARTER,
    "brand": "Another",
    "style": "Plain.",
    "zone": "UTC",
    "summary": "A summary",
    "participants": "Ann",
    "options": "None",
    "effective_from": "2030-01-01",
    "person": "new.one",
    "full_name": "New One",
    "role": "rep",
    "may": "yes",
    "months": "12",
    "url": "https://93.184.216.34/hook",
    "site": "https://helpdesk.example",
    "secret": "a secret of a helpdesk, long enough",
    "who": "C-1042",
    "promise": "REFUND-24",
}
ONLY_READ = {"/desk/applies", "/desk/words", "/review/decisions", "/review/subjects"}
"""Forms that ask and write nothing: they are answered as they always are."""
NOT_THERE = {"/review/evidence"}
"""A page whose form is there once a checkpoint is published."""
NOTHING_DONE = worded(SignedInAgain())


def addresses() -> Iterator[str]:
    """Every address of a desk that a form goes to."""
    for desk in (rep, leader, review, admin):
        for route in iter_route_contexts(desk.router.routes):
            if "POST" in (getattr(route, "methods", None) or ()):
                yield str(route.path)


def stored(site: Site) -> dict[str, object]:
    """Everything that is written anywhere, but who is signed in and what is kept."""
    engine = site.accounts.database.engine
    with engine.connect() as connection:
        tables = set(inspect(engine).get_table_names()) - {"sessions", "kept"}
        found = {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in sorted(tables)}  # noqa: S608
    return {**found, "ledger": site.ledger.entries_recorder.size()}


@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_a_form_is_shown_again_and_nothing_is_done(site: Site, app: FastAPI, browse: Browse, address: str) -> None:
    for role in Role:
        if role is not Role.ADMIN:
            site.write(GrantRole(person=ADMIN, role=role), LEADER)
    decision = register(site.views, Filter(charter=CHARTER, rep=REP), limit=1).lines[0].id
    act = {"/desk": "correct", "/charter": "withdraw", "/review": "correct", "/admin": "pause"}
    values = {"decision": decision, "code": "REFUND-24", "number": "3", "id": "tom", "name": "decision_register"}
    values["act"] = next(name for begins, name in act.items() if address.startswith(begins))
    values["subject"] = "0" * 32
    client = browse(ADMIN)
    del client.headers["X-CSRF-Token"]
    if "webhooks" in address:
        values["id"] = (
            Sources.of(site)
            .add("zendesk", charter=CHARTER, person=REP, site="https://helpdesk.example", by=ADMIN)[1]
            .id
        )
    path = re.sub(r"{(\w+)}", lambda part: values[part[1]], address)
    assert path.startswith(DESKS)
    client.get("/admin/webhooks")  # which makes the tables there are
    kept = site.accounts.kept.keep(ADMIN, KeptForm(f"{path}?charter={CHARTER}", tuple(TYPED.items())))
    client.cookies.set("__Host-charter-kept", kept)
    before = stored(site)
    answer = client.get("/sign-in/again", follow_redirects=False)
    assert stored(site) == before
    if address not in ONLY_READ | NOT_THERE and answer.status_code != 404:
        assert answer.status_code == 200, answer.text
        assert NOTHING_DONE in answer.text

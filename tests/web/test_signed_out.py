"""Every form of every desk is shown again after signing in, and none does anything by that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import inspect, text

from charter.charters.commands import OpenCharter
from charter.people.commands import GrantRole
from charter.terms import Role
from projections.decision_register import Filter
from projections.decision_register import page as register
from projections.finding import meant
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, Browse
from tests.web.review import conftest as reviewing
from web.desks import admin, leader, rep, review
from web.forms import PressedTooLate, SignedInAgain
from web.hooks.sources import Sources
from web.refusals import worded
from web.signed_out import DESKS
from web.site import Site

publish = reviewing.publish
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
    "opened": "true",
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
    "who": "C. Moreau",
    "promise": "REFUND-24",
}
BUTTONS = {
    "/admin/people/{id}/authority",
    "/admin/people/{id}/link",
    "/admin/people/{id}/revoke",
    "/admin/people/{id}/shut-out",
    "/admin/sessions/{id}/revoke",
    "/admin/system/backup",
    "/admin/system/checkpoint",
    "/admin/system/views/{name}/rebuild",
    "/admin/tokens/{id}/revoke",
    "/admin/webhooks/helpdesks/{id}/remove",
    "/admin/webhooks/{id}/{act}",
    "/charter/revisions/{number}/acknowledge",
    "/desk/read/{number}",
    "/review/verification",
}
"""Forms with nothing to type or choose: they are pressed again, and nobody is told that something is kept."""
NOT_KEPT = {"/admin/webhooks/helpdesks/{id}/secret", "/review/subjects"}
"""Forms whose words are secrets, or stay out of everything."""
MORE = {"/admin/system/retention": {"kind": "requests"}, "/admin/webhooks/helpdesks": {"kind": "zammad"}}
"""What is typed where the same name means something else."""
ONLY_READ = {"/desk/applies", "/desk/words", "/review/decisions", "/review/subjects"}
"""Forms that ask and write nothing: they are answered as they always are."""


def addresses() -> Iterator[str]:
    """Every address of a desk that a form goes to."""
    for desk in (rep, leader, review, admin):
        for route in iter_route_contexts(desk.router.routes):
            if "POST" in (getattr(route, "methods", None) or ()):
                yield str(route.path)


FIELDS = ("input", "select", "textarea")
KNOWN = TYPED.keys() - {"meant"}
"""The fields that are filled again: that something is meant has to be said anew."""


class Forms(HTMLParser):
    """What is typed and chosen in each form of a page as it is shown, by the address that the form goes to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.filled: dict[str, dict[str, list[str]]] = {}
        self._form: dict[str, list[str]] = {}
        self._open: list[str] = []
        """The values of the choice or the text that is being read."""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a form, or a field of it."""
        given = {name: value or "" for name, value in attrs}
        is_typed = "name" in given and tag in FIELDS and given.get("type") != "hidden"
        values = self._form.setdefault(given["name"], []) if is_typed else []
        match tag:
            case "form":
                self._form = self.filled.setdefault(given.get("action", ""), {})
            case "input" if given.get("type") not in ("radio", "checkbox") or "checked" in given:
                values.append(given.get("value", ""))
            case "select" | "textarea":
                self._open = values
            case "option" if not self._open or "selected" in given:  # the first, where none is
                self._open[:] = [given["value"]]

    def handle_data(self, data: str) -> None:
        """Take in the text of a field."""
        if self.lasttag == "textarea" and data.strip():
            self._open.append(data)


def stored(site: Site) -> dict[str, object]:
    """Everything that is written anywhere, but who is signed in and what is kept."""
    engine = site.accounts.database.engine
    with engine.connect() as connection:
        tables = set(inspect(engine).get_table_names()) - {"sessions", "kept"}
        found = {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in sorted(tables)}  # noqa: S608
    return {**found, "ledger": site.ledger.entries_recorder.size()}


@pytest.mark.parametrize("address", sorted(set(addresses())))
def test_a_form_is_shown_again_and_nothing_is_done(
    site: Site, browse: Browse, publish: reviewing.Publish, address: str
) -> None:
    publish()  # before that, there is no form for evidence
    site.write(OpenCharter(charter="aerolark", brand="Aerolark", style="Plain."), LEADER)  # stands first in a choice
    for role in Role:
        if role is not Role.ADMIN:
            site.write(GrantRole(person=ADMIN, role=role), LEADER)
    line = register(site.views, Filter.model_validate({"stage": "appealed"})).lines[0]
    decision, [subject] = line.id, meant(site.ledger, line.customer or "")
    act = {"/desk": "correct", "/charter": "withdraw", "/review": "correct", "/admin": "pause"}
    values = {"decision": decision, "code": "REFUND-24", "number": "3", "id": "tom", "name": "decision_register"}
    values["act"] = next(name for begins, name in act.items() if address.startswith(begins))
    values["subject"] = subject
    if "webhooks" in address:
        values["id"] = (
            Sources.of(site)
            .add("zendesk", charter=CHARTER, person=REP, site="https://helpdesk.example", by=ADMIN)[1]
            .id
        )
    path = re.sub(r"{(\w+)}", lambda part: values[part[1]], address)
    assert path.startswith(DESKS)
    action, typed = f"{path}?charter={CHARTER}", TYPED | MORE.get(address, {})
    typed["whose"] = site.accounts.kept.mark(ADMIN, "")
    client = browse(ADMIN)
    client.get("/admin/webhooks")  # which makes the tables there are
    before = stored(site)
    site.accounts.sessions.revoke_all(ADMIN)
    sent = client.post(action, data=typed, follow_redirects=False)
    assert ("next=" in sent.headers["Location"]) is (address not in BUTTONS | NOT_KEPT)
    client = browse(ADMIN)
    del client.headers["X-CSRF-Token"]  # as in a tab from before
    answer = client.post(action, data=typed)
    assert stored(site) == before
    if address in ONLY_READ:
        assert answer.status_code in (200, 403), answer.text
        return
    assert answer.status_code == 200, answer.text
    if address in BUTTONS | NOT_KEPT:
        assert worded(PressedTooLate()) in answer.text
        return
    assert worded(SignedInAgain()) in answer.text
    filled = Forms(answer.text).filled
    form = filled.get(action) or filled[path]
    assert {name: values for name, values in form.items() if name in KNOWN and typed[name] not in values} == {}
    assert form.keys() & KNOWN

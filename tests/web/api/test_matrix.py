"""Every role at every address: nobody gets further than they may, and an address that is not in the table fails."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx import Response
from starlette.testclient import TestClient

from charter.subjects.commands import RequestErasure
from tests.web.api.conftest import ASKED
from tests.web.api.routes import ANSWERS, ROLES, TABLE
from tests.web.conftest import ADDRESS, CHARTER
from web.access.secret import csrf_token
from web.api.commands import commands, name_of
from web.api.examples import DECISION, EXAMPLES
from web.app import create_app
from web.security import cookie_name
from web.site import Site

VALUES = {
    "charter": CHARTER,
    "slug": CHARTER,
    "decision": ASKED,
    "case": ASKED,
    "number": "1",
    "revision": "1",
    "old": "1",
    "new": "2",
    "person": "rita",
    "code": "FARE-CLEAR",
    "name": "SamePerson",
    "subject": "0" * 32,
}
"""What is put into addresses; anything else is x, which is nothing."""
AT = {
    "/desk/": {"act": "triage"},
    "/charter/": {"act": "approve"},
    "/review/": {"act": "uphold"},
    "/admin/people/": {"id": "rita"},
    "/admin/system/": {"name": "decision_register"},
    "/c/{slug}/revisions/": {"name": "1"},
    "/c/{name}": {"name": CHARTER},
}
"""What is put there instead, by how an address begins."""
BY_ITSELF = "-" * len(ROLES)
"""The row of an address that answers by what is sent and how often, whoever asks; its own tests try it."""
QUERIES = {
    "GET /api/v1/precedents": {"q": "dog"},
    "GET /api/v1/charters/{charter}/diff": {"old": "1"},
    "GET /api/v1/verification/consistency": {"old": "1"},
}
WITHOUT_END = {"GET /api/v1/events/stream"}
"""What is tried on a real server (`test_feed`)."""
FILES = ("/static",)
BODIES: dict[str, dict[str, Any]] = {f"POST /api/v1/commands/{name}": EXAMPLES[model] for name, model in commands()} | {
    f"POST /api/v1/commands/{name_of(RequestErasure)}": {"subject": "0" * 32, "reason": "Asked for"},
    "POST /api/v1/subjects/search": {"who": "C-1042"},
}


def addresses(app: FastAPI) -> Iterator[tuple[str, Any]]:
    """Every method and path that the application answers to, with its route."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(getattr(route, "methods", None) or ()):
            if method != "HEAD":
                yield f"{method} {route.path}", route


def test_the_table_holds_every_address_and_no_other(staffed: Site) -> None:
    known = {name for name, _ in addresses(create_app(staffed))} - WITHOUT_END
    assert sorted(known - TABLE.keys()) == []
    assert sorted(TABLE.keys() - known) == []
    assert {letter for row in TABLE.values() if row != BY_ITSELF for letter in row} <= ANSWERS.keys()
    assert {len(row) for row in TABLE.values()} == {len(ROLES)}


def test_every_address_of_the_description_is_in_the_table(staffed: Site) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, methods in create_app(staffed).openapi()["paths"].items()
        for method in methods
    }
    assert described - WITHOUT_END <= TABLE.keys()


def test_every_role_gets_as_far_as_it_may_and_no_further(staffed: Site) -> None:
    found = dict(observed(staffed))
    wrong = [
        f'"{name}": "{row}",  # expected: {TABLE.get(name)}' for name, row in found.items() if TABLE.get(name) != row
    ]
    assert not wrong, "\n".join(wrong)


def observed(site: Site) -> Iterator[tuple[str, str]]:
    """For every address, what each role is answered, one letter each."""
    app = create_app(site)
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False) as client:
        for name, route in addresses(app):
            if name not in WITHOUT_END and TABLE.get(name) != BY_ITSELF:
                yield name, "".join(_letter(name, _ask(site, client, name, route, role)) for role in ROLES)


def _ask(site: Site, client: TestClient, name: str, route: Any, role: str) -> Response:
    client.cookies.clear()
    method, _, path = name.partition(" ")
    headers = {"Origin": ADDRESS}
    if role != "stranger":
        secret = site.accounts.sessions.begin(role, "password", "a test")
        client.cookies.set(cookie_name(site.settings), secret)
        headers["X-CSRF-Token"] = csrf_token(secret)
    values = {**VALUES, **next((more for start, more in AT.items() if path.startswith(start)), {})}
    path = re.sub(r"{(\w+)(:path)?}", lambda part: values.get(part[1], "x"), path)
    query: Mapping[str, str] = QUERIES.get(name, {})
    if "charter" in _asked(route) and "{charter}" not in name:
        query = {**query, "charter": CHARTER}
    body = BODIES.get(name)
    if body is None:
        return client.request(method, path, params=query, headers=headers)
    body = {field: ASKED if value == DECISION else value for field, value in body.items()}
    return client.request(method, path, params=query, headers=headers, json=body)


def _asked(route: Any) -> set[str]:
    names: set[str] = set()
    waiting = [found] if (found := getattr(route, "dependant", None)) else []
    while waiting:
        dependant = waiting.pop()
        names |= {field.alias for field in dependant.query_params}
        waiting += dependant.dependencies
    return names


def _letter(name: str, answer: Response) -> str:
    assert answer.status_code < 500, f"{name}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in"):
        return "S"
    if answer.status_code in (403, 404):
        return str(answer.status_code)[2]
    if answer.status_code == 409 and "belong to no charter yet" in answer.text:
        return "0"
    return "T"


@pytest.mark.parametrize("role", ROLES[1:])
def test_a_token_gets_as_far_as_a_session(staffed: Site, role: str) -> None:
    app = create_app(staffed)
    text, _ = staffed.accounts.tokens.make(role, "a test", ["write"])
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:
        headers = {"Authorization": f"Bearer {text}"}
        for name in ("GET /api/v1/decisions", "GET /api/v1/people", "GET /api/v1/charters/{charter}"):
            path = name.removeprefix("GET ").replace("{charter}", CHARTER)
            answer = client.get(
                path, params={"charter": CHARTER} if name.endswith("decisions") else {}, headers=headers
            )
            assert _letter(name, answer) == TABLE[name][ROLES.index(role)], name

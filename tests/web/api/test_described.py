"""The API does what its description says, whatever is sent to it, by whomever: nothing undocumented, nothing broken.

Every role is tried on every address with what schemathesis makes up from the description, fitting and not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient

from charter.charters.commands import OpenCharter
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from tests.web.api.conftest import STAFF
from tests.web.conftest import ADMIN, LEADER, Served
from web.api.description import WHY
from web.api.news import news_of

ROLES = ("stranger", "nina", "rita", "lena", "vera", ADMIN, LEADER)
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
WITHOUT_END = {"GET /api/v1/events/stream"}
"""A stream that schemathesis would read to its end; `test_feed` reads it."""


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: Any, value: Any) -> bytes:
    """NDJSON as it is, whatever it is."""
    return str(value).encode("utf-8", "replace")


@pytest.fixture
def described(served: Served) -> Iterator[Any]:
    """The description of a running server, whose feed waits for nobody."""
    ledger = served.site.ledger
    ledger.write(OpenCharter(charter="kestrel", brand="Kestrel", style="Plain."), by=LEADER)
    for person, held in STAFF.items():
        ledger.write(RegisterPerson(person=person, full_name=f"{person.title()} Made"), by=LEADER)
        if held:
            ledger.write(GrantRole(person=person, role=Role(held[1]), charter=held[0]), by=LEADER)
    news_of(ledger).end()
    yield schemathesis.openapi.from_url(f"{served.address}/api/v1/openapi.json")


def test_nothing_is_undocumented_and_nothing_breaks(
    served: Served, described: Any, request: pytest.FixtureRequest
) -> None:
    examples = 10 if request.config.getoption("--full-faults") else 1
    tokens = {role: _token(served, role) for role in ROLES}
    tried = 0
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.label in WITHOUT_END:
            continue
        cases = st.one_of(
            operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        )

        @settings(
            max_examples=examples,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            database=None,
        )
        @given(case=cases)
        def try_it(case: Any) -> None:
            nonlocal tried
            for role in ROLES:
                answer = case.call(base_url=served.address, headers=tokens[role])
                case.validate_response(answer, checks=CHECKS)
                tried += 1

        try_it()
    assert tried >= examples * 500


def _token(served: Served, role: str) -> dict[str, str]:
    """What shows who asks."""
    if role == "stranger":
        return {}
    text, _ = served.site.accounts.tokens.make(role, "a test", ["write"])
    return {"Authorization": f"Bearer {text}"}


def test_the_description_is_complete(stranger: TestClient) -> None:
    description = stranger.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    assert description["components"]["securitySchemes"].keys() == {"token", "session"}
    names = set()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert operation["tags"], where
            assert operation["operationId"] not in names, where
            names.add(operation["operationId"])
            assert {"401", "403", "422", "503"} <= operation["responses"].keys(), where
            for code, answer in operation["responses"].items():
                if int(code) in WHY:
                    assert answer["content"].keys() == {"application/problem+json"}, where
            good = [answer for code, answer in operation["responses"].items() if int(code) in (200, 201)]
            assert all("content" in answer for answer in good), where
            assert not re.search(r'"schema":\s*{}', str(good)), where
            for parameter in operation.get("parameters", ()):
                assert parameter["schema"], where
                assert parameter.get("description"), f"{where}: {parameter['name']}"


def test_every_command_shows_its_own_shape_with_an_example(stranger: TestClient) -> None:
    description = stranger.get("/api/v1/openapi.json").json()
    for path, methods in description["paths"].items():
        if path.startswith("/api/v1/commands/"):
            body = methods["post"]["requestBody"]["content"]["application/json"]
            name = body["schema"]["$ref"].rpartition("/")[2]
            assert description["components"]["schemas"][name]["additionalProperties"] is False, path
            assert "example" in str(body) or path.endswith("request-erasure"), path

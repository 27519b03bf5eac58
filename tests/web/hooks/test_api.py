"""Admins make webhooks and helpdesks through the API of the real application; nobody else does."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from tests.web.conftest import ADDRESS, ADMIN, CHARTER, REP, REVIEWER, Program
from web.hooks.post import Reply
from web.hooks.sender import sending
from web.site import Site

PAYLOAD = Path(__file__).parent / "payloads" / "zammad.json"
WEBHOOK = {"url": "https://93.184.215.14/hook", "types": ["decision.made"], "charter": CHARTER}


def test_an_admin_makes_lists_pauses_and_removes_a_webhook(program: Program) -> None:
    admin = program(ADMIN)
    made = admin.post("/api/v1/webhooks", json=WEBHOOK)
    assert made.status_code == 201, made.text
    secret, hook = made.json()["secret"], made.json()["webhook"]
    assert secret.startswith("whsec_")
    listed = admin.get("/api/v1/webhooks")
    assert [each["id"] for each in listed.json()] == [hook["id"]]
    assert secret not in listed.text
    at = f"/api/v1/webhooks/{hook['id']}"
    assert admin.post(f"{at}/pause").json()["paused"] == "an admin paused it"
    assert admin.post(f"{at}/go-on").json()["paused"] is None
    assert admin.delete(at).status_code == 204
    assert admin.delete(at).status_code == 404
    assert admin.delete("/api/v1/webhooks/%00").status_code == 422


def test_a_webhook_into_the_house_is_refused_by_name(program: Program) -> None:
    admin = program(ADMIN)
    for url in ("https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data"):
        response = admin.post("/api/v1/webhooks", json={"url": url})
        assert (response.status_code, response.json()["refusal"]) == (409, "ForbiddenAddress")
    assert admin.post("/api/v1/webhooks", json={"url": "x"}).json()["refusal"] == "UnusableAddress"
    assert admin.post("/api/v1/webhooks", json={"url": 1}).status_code == 422
    assert admin.post("/api/v1/webhooks", json=WEBHOOK | {"more": 1}).status_code == 422


def test_a_try_says_what_came_of_it(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    def send(*given: Any) -> Reply:
        sent.append(given)
        return Reply(200, "answered 200")

    monkeypatch.setattr("web.hooks.hooks.post", send)
    admin = program(ADMIN)
    id_ = admin.post("/api/v1/webhooks", json=WEBHOOK).json()["webhook"]["id"]
    assert admin.post(f"/api/v1/webhooks/{id_}/test").json()["status"] == 200
    assert len(sent) == 1


def test_a_server_sends_what_is_written(program: Program, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    came = Event()

    def send(*_: Any) -> Reply:
        came.set()
        return Reply(200, "answered 200")

    monkeypatch.setattr("web.hooks.hooks.post", send)
    assert program(ADMIN).post("/api/v1/webhooks", json={"url": WEBHOOK["url"]}).status_code == 201
    with sending(site):
        site.ledger.write(RegisterPerson(person="helpdesk", full_name="The helpdesk", department="Care"), by=ADMIN)
        assert came.wait(30)


@pytest.mark.parametrize("who", [REVIEWER, REP])
def test_nobody_else_may(program: Program, stranger: TestClient, who: str) -> None:
    for client, status in ((program(who), 403), (stranger, 401)):
        for path in ("webhooks", "helpdesks"):
            assert client.get(f"/api/v1/{path}").status_code == status
            assert client.post(f"/api/v1/{path}", json=WEBHOOK).status_code == status
            assert client.delete(f"/api/v1/{path}/x").status_code == status


def test_a_token_that_may_only_read_changes_nothing(program: Program) -> None:
    reader = program(ADMIN, "read")
    assert reader.get("/api/v1/webhooks").status_code == 200
    assert reader.post("/api/v1/webhooks", json=WEBHOOK).json()["refusal"] == "ReadOnly"


def test_a_helpdesk_is_added_and_its_ticket_comes_in(program: Program, stranger: TestClient, site: Site) -> None:
    site.ledger.write(RegisterPerson(person="helpdesk", full_name="The helpdesk", department="Care"), by=ADMIN)
    site.ledger.write(GrantRole(person="helpdesk", role=Role.REP, charter=CHARTER), by=ADMIN)
    admin = program(ADMIN)
    asked = {"kind": "zammad", "charter": CHARTER, "person": "helpdesk", "site": "https://help.example.com"}
    made = admin.post("/api/v1/helpdesks", json=asked).json()
    assert made["address"] == f"{ADDRESS}/hooks/in/zammad/{made['helpdesk']['id']}"
    said = json.loads(PAYLOAD.read_text())
    said["ticket"]["created_at"] = datetime.now(UTC).isoformat()
    body = json.dumps(said).encode()
    signed = {"X-Hub-Signature": "sha1=" + hmac.new(made["secret"].encode(), body, "sha1").hexdigest()}
    answer = stranger.post(made["address"], content=body, headers=signed)
    assert answer.json()["new"] is True, answer.text
    assert site.ledger.decision(answer.json()["decision"]).charter == CHARTER
    assert stranger.post(made["address"], content=body).status_code == 401
    [listed] = admin.get("/api/v1/helpdesks").json()
    assert listed["last_at"] is not None
    assert made["secret"] not in json.dumps(listed)
    at = f"/api/v1/helpdesks/{listed['id']}"
    assert admin.put(f"{at}/secret", json={"secret": "short"}).json()["refusal"] == "WeakSecret"
    assert admin.put(f"{at}/secret", json={"secret": "another secret, longer"}).status_code == 204
    assert stranger.post(made["address"], content=body, headers=signed).status_code == 401
    assert admin.delete(at).status_code == 204


def test_all_of_it_is_described(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert {"get", "post"} == set(paths["/api/v1/webhooks"])
    assert {"get", "post"} == set(paths["/api/v1/helpdesks"])

"""Every command over HTTP: by whom, once, at which version, and what is answered when it is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from charter.catalogue import AGGREGATES
from charter.decisions.commands import LogRequest
from tests.web.api.conftest import ASKED, ELSEWHERE, OTHER, give, refusal
from tests.web.conftest import ADMIN, CHARTER, LEADER, REP, Browse, Program, Served
from web.api.commands import CARRIED_OUT, LEFT_OUT, commands, name_of
from web.site import Site


def test_every_command_has_an_address_or_a_reason() -> None:
    known = {command for aggregate in AGGREGATES for command in aggregate.commands}
    addressed = {command for _name, command in commands()}
    assert addressed | LEFT_OUT.keys() | CARRIED_OUT.keys() == known
    assert not addressed & (LEFT_OUT.keys() | CARRIED_OUT.keys())
    assert all({**LEFT_OUT, **CARRIED_OUT}.values())
    assert name_of(LogRequest) == "log-request"


def test_what_is_written_is_answered_and_can_be_read(program: Program) -> None:
    rep = program(REP)
    answer = give(rep, "log-request", charter=CHARTER, request="May my dog fly along?", customer="C-9")
    assert answer.status_code == 201
    written = answer.json()
    assert written["types"] == ["request.logged"]
    assert written["version"] == 1
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"/api/v1/decisions/{written['id']}"
    shown = rep.get(answer.headers["location"])
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["asked"]["request"] == "May my dog fly along?"


def test_a_session_writes_with_its_token_against_forgery_and_not_without(browse: Browse) -> None:
    rep = browse(REP)
    assert give(rep, "log-request", charter=CHARTER, request="x").status_code == 201
    del rep.headers["X-CSRF-Token"]
    assert refusal(give(rep, "log-request", charter=CHARTER, request="x"))[0] == 403


def test_nobody_writes_without_a_token_or_with_one_that_may_only_read(program: Program, stranger: httpx.Client) -> None:
    answer = give(stranger, "log-request", charter=CHARTER, request="x")
    assert refusal(answer) == (401, "SignInFirst")
    assert answer.headers["www-authenticate"] == 'Bearer realm="charter"'
    assert refusal(give(program(REP, "read"), "log-request", charter=CHARTER, request="x")) == (403, "ReadOnly")


@pytest.mark.parametrize(
    ("person", "command", "body", "expected"),
    [
        ("rita", "triage-request", {"decision": ASKED, "urgency": "high", "risk": "low", "department": "Desk"}, 201),
        ("olga", "triage-request", {"decision": ASKED, "urgency": "high", "risk": "low", "department": "Desk"}, 404),
        ("rita", "triage-request", {"decision": ELSEWHERE, "urgency": "high", "risk": "low", "department": "x"}, 404),
        ("nina", "triage-request", {"decision": ASKED, "urgency": "high", "risk": "low", "department": "Desk"}, 404),
        (ADMIN, "triage-request", {"decision": ASKED, "urgency": "high", "risk": "low", "department": "Desk"}, 404),
        ("rita", "log-request", {"charter": CHARTER, "request": "x"}, 201),
        ("rita", "log-request", {"charter": OTHER, "request": "x"}, 404),
        ("rita", "log-request", {"charter": "nowhere", "request": "x"}, 404),
        ("vera", "log-request", {"charter": CHARTER, "request": "x"}, 403),
        ("lena", "retire-promise", {"charter": CHARTER, "code": "FARE-CLEAR", "why": "x"}, 201),
        ("rita", "retire-promise", {"charter": CHARTER, "code": "FARE-CLEAR", "why": "x"}, 403),
        ("otto", "retire-promise", {"charter": CHARTER, "code": "FARE-CLEAR", "why": "x"}, 404),
        ("nina", "acknowledge-charter", {"charter": CHARTER, "revision": 3}, 201),
        (ADMIN, "register-person", {"person": "new", "full_name": "New One"}, 201),
        ("lena", "register-person", {"person": "new", "full_name": "New One"}, 403),
        ("vera", "place-hold", {"decision": ASKED, "hold": "claim", "reason": "x"}, 201),
        (ADMIN, "place-hold", {"decision": ASKED, "hold": "claim", "reason": "x"}, 201),
        ("rita", "place-hold", {"decision": ASKED, "hold": "claim", "reason": "x"}, 403),
        (ADMIN, "set-retention", {"charter": CHARTER, "kind": "requests", "months": 36}, 201),
        ("vera", "set-retention", {"charter": CHARTER, "kind": "requests", "months": 36}, 403),
        (ADMIN, "open-charter", {"charter": "third", "brand": "Third", "style": "x"}, 201),
        ("rita", "open-charter", {"charter": "third", "brand": "Third", "style": "x"}, 403),
        (ADMIN, "log-request", {"charter": CHARTER, "request": "x"}, 404),
    ],
)
def test_each_role_does_what_is_its_own(
    staffed: Site, program: Program, person: str, command: str, body: dict[str, object], expected: int
) -> None:
    assert give(program(person), command, **body).status_code == expected


def test_what_belongs_to_others_is_answered_as_if_it_were_not_there(staffed: Site, program: Program) -> None:
    rita = program("rita")
    there, nowhere = (give(rita, "withdraw-request", decision=decision).json() for decision in (ELSEWHERE, "c" * 32))
    assert there["detail"].replace(ELSEWHERE[:12], "") == nowhere["detail"].replace("c" * 12, "")
    assert there.keys() == nowhere.keys()


def test_the_author_cannot_approve_their_own_revision_here_either(program: Program) -> None:
    leader = program("jonas")
    give(leader, "revise-promise", charter=CHARTER, code="FARE-CLEAR", title="One price", why="Shorter")
    proposed = give(leader, "propose-revision", charter=CHARTER, summary="x", participants=["Ann"], options=["a", "b"])
    assert proposed.status_code == 201, proposed.text
    number = int(proposed.headers["location"].rpartition("/")[2])
    assert refusal(give(leader, "approve-revision", charter=CHARTER, revision=number)) == (409, "SamePerson")


def test_the_same_order_sent_32_times_at_once_is_written_once(served: Served) -> None:
    text, _ = served.site.accounts.tokens.make(REP, "a test", ["write"])
    headers = {"Authorization": f"Bearer {text}", "Idempotency-Key": "once-4711"}
    body = {"charter": CHARTER, "request": "May my dog fly along?"}
    before = served.site.ledger.entries_recorder.size()

    def send(_: int) -> httpx.Response:
        return httpx.post(f"{served.address}/api/v1/commands/log-request", json=body, headers=headers, timeout=30)

    with ThreadPoolExecutor(32) as crowd:
        answers = list(crowd.map(send, range(32)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert served.site.ledger.entries_recorder.size() == before + 1
    other = httpx.post(
        f"{served.address}/api/v1/commands/log-request", json=body | {"request": "Another?"}, headers=headers
    )
    assert refusal(other) == (422, "KeyReused")


def test_a_key_belongs_to_whoever_gives_it(program: Program) -> None:
    body = {"charter": CHARTER, "request": "x"}
    first, second = (
        give(program(person), "log-request", headers={"Idempotency-Key": "k"}, **body).json()["id"]
        for person in (REP, LEADER)
    )
    assert first != second


@pytest.mark.parametrize("key", ["", "x" * 201, "with space", "ü"])
def test_a_key_is_short_and_plain(program: Program, key: str) -> None:
    answer = give(program(REP), "log-request", headers={"Idempotency-Key": key.encode()}, charter=CHARTER, request="x")  # type: ignore[dict-item]
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["errors"]


def test_nothing_is_written_over_what_somebody_else_wrote(program: Program) -> None:
    rep = program(REP)
    begun = give(rep, "log-request", charter=CHARTER, request="x").json()
    body = {"decision": begun["id"], "urgency": "low", "risk": "low", "department": "Desk"}
    assert give(rep, "triage-request", headers={"If-Match": '"1"'}, **body).status_code == 201
    late = give(rep, "ask-information", headers={"If-Match": '"1"'}, decision=begun["id"], question="Which day?")
    assert refusal(late) == (412, "Outdated")
    assert late.json()["facts"] == {"stream": f"decision/{begun['id']}", "seen": 1, "version": 2}
    assert (
        give(rep, "ask-information", headers={"If-Match": "2"}, decision=begun["id"], question="x").status_code == 422
    )


def test_it_can_have_happened_earlier_but_not_later(program: Program, site: Site) -> None:
    rep = program(REP)
    now = site.ledger.now()
    earlier, later = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-2, 2))
    body = {"charter": CHARTER, "request": "x"}
    written = rep.post("/api/v1/commands/log-request", params={"at": earlier}, json=body).json()
    assert rep.get(f"/api/v1/decisions/{written['id']}").json()["steps"][0]["at"] == earlier
    assert refusal(rep.post("/api/v1/commands/log-request", params={"at": later}, json=body)) == (409, "InTheFuture")
    assert rep.post("/api/v1/commands/log-request", params={"at": "unknown"}, json=body).status_code == 422


def test_history_may_have_happened_nobody_knows_when(program: Program) -> None:
    body = {
        "charter": CHARTER,
        "request": "An old one",
        "outcome": {"answer": "no"},
        "source": "old desk",
        "row": "17",
        "as_history": True,
    }
    answer = program(LEADER).post("/api/v1/commands/record-case", params={"at": "unknown"}, json=body)
    assert answer.status_code == 201, answer.text
    shown = program(LEADER).get(answer.headers["location"]).json()
    assert shown["answered"]["at"] is None


@pytest.mark.parametrize(
    ("content", "kind", "status", "field"),
    [
        (b"{", "application/json", 422, "body"),
        (b'{"charter": "\xff"}', "application/json", 422, "body"),
        (b"[]", "application/json", 422, "body"),
        (b"", "application/json", 422, "body"),
        (b'{"charter": "Not A Slug", "request": "x"}', "application/json", 422, "charter"),
        (b'{"charter": "larkwing", "request": "x", "more": 1}', "application/json", 422, "more"),
        (b'{"charter": "larkwing", "request": "\\ud800"}', "application/json", 422, "body"),
        (b"charter=larkwing", "application/x-www-form-urlencoded", 422, "body"),
    ],
)
def test_what_cannot_be_read_is_answered_as_a_problem(
    program: Program, content: bytes, kind: str, status: int, field: str | None
) -> None:
    answer = program(REP).post("/api/v1/commands/log-request", content=content, headers={"Content-Type": kind})
    assert refusal(answer) == (status, None)
    if field:
        assert any(name.startswith(field) or field == "body" for name in answer.json()["errors"]), answer.text


def test_what_is_not_known_is_refused_and_never_looked_over(program: Program) -> None:
    rep = program(REP)
    answer = rep.post("/api/v1/commands/log-request", params={"when": "now"}, json={"charter": CHARTER, "request": "x"})
    assert answer.json()["errors"] == {"when": "when is not known here."}
    assert rep.get("/api/v1/decisions", params={"promisse": "FARE-CLEAR"}).status_code == 422


def test_an_erasure_is_confirmed_carried_out_and_answered_again(staffed: Site, program: Program) -> None:
    admin = program(ADMIN)
    [subject] = admin.post("/api/v1/subjects/search", json={"who": "C-1042"}).json()
    body = {"subject": subject, "reason": "Asked for on 12 March"}

    def erase(**more: str) -> httpx.Response:
        return admin.post(
            "/api/v1/commands/request-erasure", json=body, params=more, headers={"Idempotency-Key": "erase-1"}
        )

    assert refusal(erase()) == (409, "NotConfirmed")
    naming = admin.post(
        "/api/v1/commands/request-erasure",
        json=body | {"reason": "C-1042 asked for it"},
        params={"confirm": subject},
    )
    assert refusal(naming) == (409, "ReasonNamesThem")
    assert "C-1042" not in naming.text
    assert refusal(
        program("lena").post("/api/v1/commands/request-erasure", json=body, params={"confirm": subject})
    ) == (403, "MissingRole")
    assert program("rita").get(f"/api/v1/decisions/{ASKED}").json()["asked"]["customer"] == "C-1042"
    done = erase(confirm=subject)
    assert done.status_code == 201, done.text
    assert done.json()["types"] == ["erasure.completed"]
    assert erase(confirm=subject).json() == done.json()
    assert program("rita").get(f"/api/v1/decisions/{ASKED}").json()["asked"]["customer"] == "[erased]"
    again = admin.post("/api/v1/commands/request-erasure", json=body, params={"confirm": subject})
    assert refusal(again) == (409, "AlreadyErased")

"""A helpdesk's new ticket becomes one request with a link to it, if it is signed; and nothing else does."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from charter.decisions.events import RequestLogged
from charter.given import UnknownCharter, UnknownPerson
from charter.message import Refused
from charter.people.commands import RevokeRole
from charter.terms import Role
from projections.engine import Views
from tests.web.hooks.conftest import House
from web.access.accounts import Accounts
from web.hooks import signatures, tickets
from web.hooks.incoming import LONGEST, router
from web.hooks.sources import Kind, SiteAddress, Source, Sources, TooManySources, UnknownSource, WeakSecret, decision_of
from web.problems import answer
from web.settings import Settings
from web.site import Site
from web.writer import Writer

PAYLOADS = Path(__file__).parent / "payloads"
SECRET = "a secret of the helpdesk, made there"  # noqa: S105  # for these tests alone
SITES = {
    Kind.ZAMMAD: "https://help.example.com",
    Kind.CHATWOOT: "https://chat.example.com/",
    Kind.ZENDESK: "https://skyline.zendesk.com",
}


class Desk:
    """A helpdesk that sends to us."""

    def __init__(self, house: House, client: TestClient) -> None:
        self.house = house
        self.client = client
        self.sources = Sources(house.database, house.ledger)

    def add(self, kind: Kind, charter: str = "skyline") -> tuple[Source, str]:
        """A helpdesk whose secret is known."""
        secret, source = self.sources.add(kind, charter=charter, person="helpdesk", site=SITES[kind], by="ann")
        if secret is None:
            secret = SECRET
            self.sources.keep_secret(source.id, secret)
        return source, secret

    def send(self, source: Source, secret: str, body: bytes, at: datetime | None = None, **headers: str) -> Any:
        """Send something, signed at a moment (None: now)."""
        signed = signed_by(source.kind, body, secret, at or self.house.clock.now)
        return self.client.post(f"/hooks/in/{source.kind}/{source.id}", content=body, headers=signed | headers)

    def asked(self, decision: str) -> RequestLogged:
        """The request that came of it."""
        [entry] = self.house.ledger.stream(f"decision/{decision}")
        assert isinstance(entry.event, RequestLogged)
        assert entry.by == "helpdesk"
        return entry.event


def signed_by(kind: Kind, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """The headers as the helpdesk makes them."""
    if kind is Kind.ZAMMAD:
        return {"X-Hub-Signature": "sha1=" + hmac.new(secret.encode(), body, "sha1").hexdigest()}
    if kind is Kind.CHATWOOT:
        stamp = str(int(at.timestamp()))
        made = hmac.new(secret.encode(), f"{stamp}.".encode() + body, "sha256").hexdigest()
        return {"X-Chatwoot-Signature": f"sha256={made}", "X-Chatwoot-Timestamp": stamp}
    stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    made = b64encode(hmac.new(secret.encode(), stamp.encode() + body, "sha256").digest()).decode()
    return {"X-Zendesk-Webhook-Signature": made, "X-Zendesk-Webhook-Signature-Timestamp": stamp}


def payload(name: str, **changed: Any) -> bytes:
    """What a helpdesk sends, as it is or with some parts changed."""
    said = json.loads((PAYLOADS / f"{name}.json").read_text())
    return json.dumps(said | changed).encode()


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    """Helpdesks that can send to a site."""
    accounts = Accounts(house.database, house.clock)
    site = Site(house.ledger, Views(house.ledger), Writer(house.ledger), accounts, Settings())
    app = FastAPI()
    app.state.site = site
    app.include_router(router)
    for kind in (Refused, HTTPException):
        app.add_exception_handler(kind, answer)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Desk(house, client)
    site.writer.stop()
    site.views.close()


def test_a_zammad_ticket_is_logged_with_its_link(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZAMMAD)
    told = desk.send(source, secret, payload("zammad")).json()
    assert told == {"decision": decision_of(source.id, "81"), "new": True}
    assert desk.asked(told["decision"]) == RequestLogged(
        charter="skyline",
        request="My ticket was never refunded\n\nHello,\nI flew with you in May.\n\nPlease refund € 40.",
        customer="zerlinde@example.com",
        touchpoint="email",
        ticket="https://help.example.com/#ticket/zoom/81",
        received_at=datetime(2026, 11, 22, 8, 58, 31, 114000, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("name", "customer"), [("chatwoot", "Zerlinde Quorvax"), ("chatwoot-message", "zerlinde@example.com")]
)
def test_a_chatwoot_conversation_is_logged_with_its_link(desk: Desk, name: str, customer: str) -> None:
    source, secret = desk.add(Kind.CHATWOOT)
    told = desk.send(source, secret, payload(name)).json()
    logged = desk.asked(told["decision"])
    assert logged.request == "May I take my velociped on board?"
    assert logged.ticket == "https://chat.example.com/app/accounts/3/conversations/567"
    assert (logged.customer, logged.touchpoint) == (customer, "web widget" if name == "chatwoot" else "email")
    assert logged.received_at == datetime(2026, 11, 22, 8, 58, 31, tzinfo=UTC)


def test_the_first_message_of_a_conversation_that_is_known_is_not_another_request(desk: Desk) -> None:
    source, secret = desk.add(Kind.CHATWOOT)
    first = desk.send(source, secret, payload("chatwoot")).json()
    assert desk.send(source, secret, payload("chatwoot-message")).json() == {**first, "new": False}


def test_a_zendesk_ticket_is_logged_from_an_event_or_from_a_trigger(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZENDESK)
    event = desk.asked(desk.send(source, secret, payload("zendesk")).json()["decision"])
    assert event.request == "Broken seat\n\nThe seat was broken.\n\nI want half the price back."
    assert event.ticket == "https://skyline.zendesk.com/agent/tickets/35436"
    assert (event.customer, event.touchpoint) == ("8447388090494", "web_service")
    trigger = desk.asked(desk.send(source, secret, payload("zendesk-trigger")).json()["decision"])
    assert (trigger.customer, trigger.touchpoint) == ("zerlinde@example.com", "Mail")
    assert trigger.ticket == "https://skyline.zendesk.com/agent/tickets/35437"


@pytest.mark.parametrize("kind", Kind)
def test_a_ticket_is_logged_once_however_often_and_however_changed_it_comes(desk: Desk, kind: Kind) -> None:
    source, secret = desk.add(kind)
    body = payload(kind.value)
    size = desk.house.ledger.entries_recorder.size()
    with ThreadPoolExecutor(8) as threads:
        answers = [each.json() for each in threads.map(lambda _: desk.send(source, secret, body), range(8))]
    desk.house.clock.turn(hours=1)
    answers.append(desk.send(source, secret, payload(kind.value, more="words")).json())
    assert sorted(each["new"] for each in answers) == [False] * 8 + [True]
    assert len({each["decision"] for each in answers}) == 1
    assert desk.house.ledger.entries_recorder.size() == size + 1


def test_two_helpdesks_may_have_a_ticket_of_the_same_number(desk: Desk) -> None:
    one, other = desk.add(Kind.ZAMMAD), desk.add(Kind.ZAMMAD)
    assert desk.send(*one, payload("zammad")).json()["new"]
    assert desk.send(*other, payload("zammad")).json()["new"]


@pytest.mark.parametrize("kind", Kind)
def test_what_is_not_signed_with_its_secret_is_refused(desk: Desk, kind: Kind) -> None:
    source, secret = desk.add(kind)
    body = payload(kind.value)
    size = desk.house.ledger.entries_recorder.size()
    address = f"/hooks/in/{kind}/{source.id}"
    signed = signed_by(kind, body, secret, desk.house.clock.now)
    refused = [
        desk.send(source, "another secret altogether", body),
        desk.client.post(address, content=body),
        desk.client.post(address, content=body.replace(b"Zerlinde", b"Rosalind") + b" ", headers=signed),
        desk.client.post(address, content=body, headers={name.encode(): b"\xfc" for name in signed}),
        desk.client.post(address, content=body, headers=dict.fromkeys(signed, "")),
    ]
    assert [response.status_code for response in refused] == [401] * 5
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert desk.house.ledger.entries_recorder.size() == size


@pytest.mark.parametrize("kind", [Kind.CHATWOOT, Kind.ZENDESK])
@pytest.mark.parametrize("late", [timedelta(minutes=6), -timedelta(minutes=6)])
def test_what_was_signed_long_ago_or_ahead_is_refused(desk: Desk, kind: Kind, late: timedelta) -> None:
    source, secret = desk.add(kind)
    assert desk.send(source, secret, payload(kind.value), desk.house.clock.now - late).status_code == 401


def test_where_there_is_no_helpdesk_nobody_answers(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZAMMAD)
    body = payload("zammad")
    signed = signed_by(Kind.ZAMMAD, body, secret, desk.house.clock.now)
    for address in (
        f"/hooks/in/freshdesk/{source.id}",
        f"/hooks/in/chatwoot/{source.id}",
        "/hooks/in/zammad/0",
        "/hooks/in/zammad/%00",
    ):
        response = desk.client.post(address, content=body, headers=signed)
        assert (response.status_code, response.json()["refusal"]) == (404, "NoHelpdesk")
    desk.sources.remove(source.id)
    assert desk.send(source, secret, body).status_code == 404


def test_nothing_comes_in_before_the_secret_is_known(desk: Desk) -> None:
    _, source = desk.sources.add(Kind.ZENDESK, charter="skyline", person="helpdesk", site=SITES[Kind.ZENDESK], by="ann")
    assert desk.send(source, "", payload("zendesk")).status_code == 404


def test_what_is_too_long_is_not_read_to_its_end(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZAMMAD)
    assert desk.send(source, secret, b"x" * (LONGEST + 1)).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 100_000,
        b'{"ticket": 1}',
        b'{"ticket": {"id": "../x"}}',
        b'{"ticket": {"id": true}}',
        b'{"ticket": {"id": 5}}',
        b'{"ticket": {"id": 5, "title": "\\u0000"}}',
        b'{"event": "message_created", "message_type": "incoming", "content": "x"}',
        b'{"type": "zen:event-type:ticket.created", "detail": []}',
        b"\xff",
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_signed_and_no_ticket_is_malformed_and_logs_nothing(desk: Desk, kind: Kind, body: bytes) -> None:
    source, secret = desk.add(kind)
    size = desk.house.ledger.entries_recorder.size()
    response = desk.send(source, secret, body)
    assert response.status_code == 422 or response.json() == {"decision": None, "new": False}
    assert desk.house.ledger.entries_recorder.size() == size


@pytest.mark.parametrize(
    ("kind", "name", "changed"),
    [
        (Kind.CHATWOOT, "chatwoot-message", {"message_type": "outgoing"}),
        (Kind.CHATWOOT, "chatwoot-message", {"private": True}),
        (Kind.CHATWOOT, "chatwoot-message", {"event": "conversation_updated"}),
        (Kind.CHATWOOT, "chatwoot", {"messages": []}),
        (Kind.ZENDESK, "zendesk", {"type": "zen:event-type:ticket.status_changed"}),
    ],
)
def test_what_else_a_helpdesk_tells_is_answered_and_passed_over(
    desk: Desk, kind: Kind, name: str, changed: dict[str, Any]
) -> None:
    source, secret = desk.add(kind)
    response = desk.send(source, secret, payload(name, **changed))
    assert (response.status_code, response.json()) == (200, {"decision": None, "new": False})


def test_the_rules_are_those_of_the_person_it_is_logged_for(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZAMMAD, "harbour")  # where it is no rep
    assert desk.send(source, secret, payload("zammad")).status_code == 403
    source, secret = desk.add(Kind.ZAMMAD)
    desk.house.ledger.write(RevokeRole(person="helpdesk", role=Role.REP, charter="skyline"), by="ann")
    assert desk.send(source, secret, payload("zammad")).status_code == 403


def test_a_clock_that_is_wrong_there_does_not_keep_a_ticket_out(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZAMMAD)
    for number, when in enumerate(("2027-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "soon", None)):
        ticket = json.loads(payload("zammad"))["ticket"] | {"id": number, "created_at": when}
        told = desk.send(source, secret, payload("zammad", ticket=ticket)).json()
        assert desk.asked(told["decision"]).received_at == desk.house.clock.now


# Looking after them


def test_one_is_listed_without_its_secret_and_says_when_it_was_heard(desk: Desk) -> None:
    source, secret = desk.add(Kind.ZAMMAD)
    assert desk.sources.list()[0].last_at is None
    desk.send(source, secret, payload("zammad"))
    [listed] = desk.sources.list()
    assert listed.last_at == desk.house.clock.now
    assert listed.site == "https://help.example.com"
    assert secret not in repr(listed)


def test_one_is_made_only_for_what_there_is(desk: Desk) -> None:
    given = {"charter": "skyline", "person": "helpdesk", "site": "https://help.example.com", "by": "ann"}
    wrong: list[tuple[dict[str, str], type[Refused]]] = [
        ({"charter": "nowhere"}, UnknownCharter),
        ({"person": "nobody"}, UnknownPerson),
        *(
            ({"site": site}, SiteAddress)
            for site in (
                "help",
                "https://a/b",
                "https://u@a",
                "ftp://a",
                "https://[",
                "",
                "https://a\x00b",
                f"https://{'h' * 120}",
            )
        ),
    ]
    for change, refusal in wrong:
        with pytest.raises(refusal):
            desk.sources.add(Kind.ZAMMAD, **given | change)
    source, _ = desk.add(Kind.CHATWOOT)
    for secret in ("short", "x" * 300, "a secret with an ü in it"):
        with pytest.raises(WeakSecret):
            desk.sources.keep_secret(source.id, secret)
    desk.sources.remove(source.id)
    with pytest.raises(UnknownSource):
        desk.sources.remove(source.id)
    with pytest.raises(UnknownSource):
        desk.sources.keep_secret(source.id, SECRET)
    for _ in range(50):
        desk.sources.add(Kind.ZAMMAD, **given)
    with pytest.raises(TooManySources):
        desk.sources.add(Kind.ZAMMAD, **given)


def test_words_are_cut_to_what_the_ledger_takes() -> None:
    ticket = {"id": 1, "title": "x" * 500, "customer": {"email": "y" * 500}}
    said = {"ticket": ticket, "article": {"body": "z\x00\x1f \ud800\r\n" * 19_000, "type": "web"}}
    found = tickets.zammad(said, "https://help.example.com")
    assert found is not None
    assert len(found.request) == tickets.LONGEST_TEXT
    assert found.customer == "y" * 200
    assert "\x00" not in found.request


@pytest.mark.parametrize("given", ["", "²", "1e400", "9" * 400, "2026-11-22", "2026-11-22T09:00:00", None, {}, True])
def test_a_time_that_is_none_is_none(given: object) -> None:
    assert signatures.moment(given) is None or given is True

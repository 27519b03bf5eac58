"""Whatever a helpdesk sends, or whoever writes to it: a request that the ledger takes, or no ticket."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charter.decisions.commands import LogRequest
from web.hooks.sources import HELPDESKS, LONGEST_SITE, Kind
from web.hooks.tickets import LONGEST_TEXT, NoTicket, zammad

NAMES = (
    *("ticket", "article", "detail", "event", "type", "id", "title", "subject", "description", "body", "content"),
    *("content_type", "messages", "message_type", "conversation", "meta", "sender", "customer", "requester", "via"),
    *("name", "firstname", "email", "channel", "created_at", "account", "account_id", "private"),
)
VALUES = (
    *(
        "conversation_created",
        "message_created",
        "zen:event-type:ticket.created",
        "text/html",
        "incoming",
        "x",
        "\ud800",
    ),
    *("<p>", "<b>Hello", "&#99999999999;", "&#x110000;", "\x00", "\x85", "a" * 300, "2026-11-22T09:00:00Z"),
)
said = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=9),
    max_leaves=40,
)


@given(st.dictionaries(st.sampled_from(NAMES), said), st.sampled_from(Kind))
def test_anything_is_a_request_that_the_ledger_takes_or_no_ticket(told: dict[str, Any], kind: Kind) -> None:
    try:
        ticket = HELPDESKS[kind].read(told, "https://help.example.com")
    except NoTicket:
        return
    if ticket is not None:
        LogRequest(
            charter="skyline",
            request=ticket.request,
            customer=ticket.customer,
            touchpoint=ticket.touchpoint,
            ticket=ticket.link,
        )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br/>Three</p>", "One\n\nTwo\nThree"),
        ("<!-- not <b>this</b> --><HTML><head><title>x</title></HEAD>This", "This"),
        ("<style>p {}</STYLE>a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<script>if (a < b) {}</script>1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("no end <!-- of this", "no end"),
        ("<style>nor of that", ""),
        ("a\nline  goes\n on", "a line goes on"),
        ("<img alt='x'>&#8364;&nbsp;40 &#99999999999; &bogus;", "€ 40 ; &bogus;"),
        ("<", "<"),
    ],
)
def test_what_can_be_read_of_a_page_is_kept(html: str, text: str) -> None:
    ticket = {"id": 1, "title": "Subject"}
    read = zammad({"ticket": ticket, "article": {"content_type": "text/html", "body": html}}, "https://h")
    assert read is not None
    assert read.request == (f"Subject\n\n{text}" if text else "Subject")


@pytest.mark.parametrize("piece", ["<!--", "<!", "<a ", "</", "<style>", "<style></styl", "&#9", "&", "<p>", " \n"])
def test_no_page_takes_long_to_read(piece: str) -> None:
    """Whoever writes to a helpdesk must not be able to keep a server busy: pages as bad as they come."""
    body = piece * (10 * LONGEST_TEXT // len(piece))
    begun = perf_counter()
    zammad({"ticket": {"id": 1, "title": "T"}, "article": {"content_type": "text/html", "body": body}}, "https://h")
    assert perf_counter() - begun < 10


@pytest.mark.parametrize("kind", Kind)
def test_the_link_to_a_ticket_is_never_longer_than_a_request_can_carry(kind: Kind) -> None:
    longest, site = "9" * 24, "https://" + "h" * (LONGEST_SITE - len("https://"))
    message = {"id": longest, "message_type": "incoming", "content": "x"}
    told: dict[Kind, dict[str, Any]] = {
        Kind.ZAMMAD: {"ticket": {"id": longest, "title": "x"}},
        Kind.CHATWOOT: {
            "event": "message_created",
            **message,
            "conversation": {"id": longest},
            "account": {"id": longest},
        },
        Kind.ZENDESK: {"ticket": {"id": longest, "subject": "x"}},
    }
    ticket = HELPDESKS[kind].read(told[kind], site)
    assert ticket is not None
    assert LogRequest(charter="skyline", request=ticket.request, ticket=ticket.link).ticket == ticket.link
    with pytest.raises(NoTicket):
        zammad({"ticket": {"id": "9" * 25, "title": "x"}}, site)

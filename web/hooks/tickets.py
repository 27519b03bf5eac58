"""What a helpdesk tells of a ticket, as the request that it is; whatever else it tells is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import unescape
from typing import Any, NamedTuple

from web.hooks.signatures import moment

LONGEST_TEXT, LONGEST_LINE = 20_000, 200
_ID = re.compile(r"[A-Za-z0-9_-]{1,24}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What the ledger takes in no text: control characters, and halves of a pair that are none alone."""
_BLOCKS = {"p", "div", "br", "li", "tr", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
_UNSEEN = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "head", "title")}
_TAG = re.compile(r"<(?P<closing>/?)(?P<name>[!?A-Za-z][A-Za-z0-9]*)[^<>]*>")
_LONG_NUMBER = re.compile(r"&#\d{8,}")


class NoTicket(ValueError):
    """What came in is not what the helpdesk sends about a ticket; the message says what is missing."""


class Ticket(NamedTuple):
    """A ticket as a request: its id in the helpdesk, the address where people read it, and what the customer asks."""

    id: str
    link: str
    request: str
    customer: str | None
    touchpoint: str | None
    received_at: datetime | None


def zammad(said: Mapping[str, Any], site: str) -> Ticket | None:
    """A ticket that Zammad's own payload tells of, with its first article; NoTicket."""
    ticket, article = _part(said, "ticket"), _part(said, "article", needed=False)
    id_ = _id(ticket.get("id"))
    body = _text(article.get("body"), is_html="html" in str(article.get("content_type", "")))
    return Ticket(
        id_,
        f"{site}/#ticket/zoom/{id_}",
        _request(_line(ticket.get("title")), body),
        _customer(_part(ticket, "customer", needed=False), ticket.get("customer_id")),
        _line(article.get("type") or ticket.get("create_article_type")),
        moment(ticket.get("created_at")),
    )


def chatwoot(said: Mapping[str, Any], site: str) -> Ticket | None:
    """A conversation that begins, or the customer's first message in one; None for all others. NoTicket."""
    if said.get("event") == "conversation_created":
        messages = said.get("messages")
        written = messages if isinstance(messages, list) else []
        message: Mapping[str, Any] = next((each for each in written if isinstance(each, dict)), {})
        conversation, sender = said, _part(_part(said, "meta", needed=False), "sender", needed=False)
    elif said.get("event") == "message_created":
        message, conversation = said, _part(said, "conversation")
        sender = _part(said, "sender", needed=False)
    else:
        return None
    if message.get("message_type") not in (0, "incoming") or message.get("private") or not message.get("content"):
        return None  # from an agent or the system; or the conversation begins with the message that comes next
    id_ = _id(conversation.get("id"))
    account = _id(_part(said, "account", needed=False).get("id") or said.get("account_id") or message.get("account_id"))
    channel = str(conversation.get("channel") or "").removeprefix("Channel::")
    return Ticket(
        id_,
        f"{site}/app/accounts/{account}/conversations/{id_}",
        _request(None, _text(message["content"], is_html=False)),
        _customer(sender, sender.get("identifier") or sender.get("id")),
        _line(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", channel).lower()),
        moment(message.get("created_at")),
    )


def zendesk(said: Mapping[str, Any], site: str) -> Ticket | None:
    """A new ticket, from an event subscription or a trigger's own JSON (docs/helpdesks.md); None for other events."""
    if "type" in said and "detail" in said:
        if said["type"] != "zen:event-type:ticket.created":
            return None
        ticket = _part(said, "detail")
    else:
        ticket = _part(said, "ticket")
    id_ = _id(ticket.get("id"))
    via = ticket.get("via")
    requester = ticket.get("requester")
    known = requester if isinstance(requester, dict) else {"name": requester}
    return Ticket(
        id_,
        f"{site}/agent/tickets/{id_}",
        _request(_line(ticket.get("subject")), _text(ticket.get("description"), is_html=False)),
        _customer(known, ticket.get("requester_id")),
        _line(via.get("channel") if isinstance(via, dict) else via),
        moment(ticket.get("created_at")),
    )


def _part(said: Mapping[str, Any], name: str, *, needed: bool = True) -> Mapping[str, Any]:
    part = said.get(name)
    if isinstance(part, dict):
        return part
    if needed:
        msg = f"there is no {name} in it"
        raise NoTicket(msg)
    return {}


def _id(given: object) -> str:
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not _ID.fullmatch(text):
        msg = "the ticket has no id"
        raise NoTicket(msg)
    return text


def _request(title: str | None, body: str) -> str:
    """What is asked: the title, unless the body begins with it, and the body."""
    parts = [title] if title and not body.startswith(title) else []
    text = "\n\n".join([*parts, *([body] if body else [])])
    if not text:
        msg = "the ticket has no words"
        raise NoTicket(msg)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _customer(known: Mapping[str, Any], number: object) -> str | None:
    """Who asks: by address, else by name, else by the number the helpdesk has for them."""
    name = known.get("name") or " ".join(filter(None, map(_line, (known.get("firstname"), known.get("lastname")))))
    return _line(known.get("email")) or _line(name) or _line(number)


def _line(given: object) -> str | None:
    if not isinstance(given, str | int) or isinstance(given, bool):
        return None
    text = " ".join(_CONTROL.sub(" ", str(given)).split())
    return text[:LONGEST_LINE] or None


def _text(given: object, *, is_html: bool) -> str:
    if not isinstance(given, str):
        return ""
    text = _without_tags(given[: 10 * LONGEST_TEXT]) if is_html else given
    lines = (" ".join(line.split()) for line in _CONTROL.sub(" ", text.replace("\r\n", "\n")).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_tags(html: str) -> str:
    """What can be read of a page, in one pass: whoever writes to a helpdesk must not be able to keep us busy."""
    parts: list[str] = []
    at = 0
    while (start := html.find("<", at)) >= 0:
        parts.append(html[at:start].replace("\n", " "))
        if html.startswith("<!--", start):
            end = html.find("-->", start)
            if end < 0:
                return _unescaped(parts)
            at = end + len("-->")
            continue
        tag = _TAG.match(html, start)
        if tag is None:
            parts.append("<")
            at = start + 1
            continue
        at, name = tag.end(), tag["name"].lower()
        if name in _UNSEEN and not tag["closing"]:
            closing = _UNSEEN[name].search(html, at)
            if closing is None:
                return _unescaped(parts)
            at = closing.start()
        elif name in _BLOCKS:
            parts.append("\n")
    return _unescaped([*parts, html[at:].replace("\n", " ")])


def _unescaped(parts: Iterable[str]) -> str:
    return unescape(_LONG_NUMBER.sub("", "".join(parts)))

"""An agent asks and answers through the real client, over the standard input and output of the real command."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.exceptions import MCPError

from charter import schema
from charter.charters.commands import OpenCharter
from charter.ledger import Ledger
from charter.people.commands import GrantRole, RegisterPerson
from charter.terms import Role
from projections.engine import Views
from tests.terminal.conftest import Terminal
from tests.web import alone
from web.agents.server import make_server

ROOT = Path(__file__).parents[3]
WAIT = 60
NO = {
    "request": "Refund my used velociped ticket",
    "answer": "no",
    "cite": ["REFUND-30.1"],
    "ground": "off-brand",
    "reason": "The flight was taken.",
    "customer": "C-1042",
}


@pytest.fixture
def agent(skyline: Terminal) -> Terminal:
    """A ledger in which an agent of the desk is registered, as a rep of the one charter."""
    skyline.ok('person register desk-agent --name "The desk agent" --department Service')
    skyline.ok("person grant desk-agent rep --charter skyline")
    return skyline


@asynccontextmanager
async def over_stdio(terminal: Terminal, by: str = "desk-agent") -> AsyncIterator[Client]:
    """The client of an agent, and the command it starts."""
    env = os.environ | terminal.env | {"CHARTER_CHARTER": "", "PYTHONPATH": str(ROOT)}
    started = StdioServerParameters(command=sys.executable, args=["-m", "cli", "--by", by, "mcp"], env=env, cwd=ROOT)
    with anyio.fail_after(WAIT):
        async with Client(stdio_client(started)) as client:
            yield client


@asynccontextmanager
async def beside(terminal: Terminal, by: str = "desk-agent") -> AsyncIterator[Client]:
    """The client of an agent, and a server in the same process."""
    ledger = Ledger(terminal.env["CHARTER_LEDGER"])
    views = Views(ledger)
    try:
        with anyio.fail_after(WAIT):
            async with Client(make_server(views, by)) as client:
                yield client
    finally:
        views.close()
        ledger.close()


async def called(client: Client, tool: str, **given: Any) -> Any:
    """What a tool answers."""
    result = await client.call_tool(tool, given)
    assert not result.is_error, result.content
    return result.structured_content


async def refused(client: Client, tool: str, **given: Any) -> str:
    """The sentence with which a tool says no."""
    result = await client.call_tool(tool, given)
    assert result.is_error, result.structured_content
    return str(result.content[0].text)  # type: ignore[union-attr]  # an error is text


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end."""
    alone.run(work())


def test_an_agent_asks_answers_and_shows_over_standard_input_and_output(agent: Terminal) -> None:
    async def work() -> None:
        async with over_stdio(agent) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            assert tools == {"may_i_say_yes", "show_decision", "read_charter", "log_decision", "hand_over"}
            asked = await called(client, "may_i_say_yes", request="Refund my used ticket, please")
            assert asked["promises"][0]["code"] == "REFUND-30"
            assert asked["promises"][0]["limits"][0]["text"] == "No refund on used tickets"
            assert (asked["precedents"], asked["may_bend"], asked["revision"]) == ([], False, 1)
            logged = await called(client, "log_decision", **NO)
            assert (logged["answer"], logged["revision"], logged["cited"]) == ("no", 1, ["REFUND-30.1"])
            again = await called(client, "may_i_say_yes", request="Refund of a used ticket")
            [precedent] = again["precedents"]
            assert (precedent["decision"], precedent["answer"]) == (logged["decision"], "no")
            shown = await called(client, "show_decision", decision=logged["decision"][:8])
            assert shown["asked"]["customer"] == "C-1042"
            assert [step["by"] for step in shown["steps"]] == ["desk-agent"] * 2
            [resource] = (await client.list_resources()).resources
            assert str(resource.uri) == "charter://skyline"
            [text] = (await client.read_resource("charter://skyline")).contents
            assert "We refund unused tickets in 30 days." in text.text  # type: ignore[union-attr]  # it is Markdown

    run(work)
    assert "desk-agent" in agent.ok("log")
    agent.ok("verify")


def test_a_refusal_is_the_error_of_the_tool_in_its_own_sentence(agent: Terminal) -> None:
    async def work() -> None:
        async with over_stdio(agent) as client:
            before = agent("status --json").json["entries"]
            assert "may not bend a promise alone" in await refused(
                client, "log_decision", request="Refund it", answer="yes", cite=["REFUND-30"], effect="bent", reason="x"
            )
            assert "A no names its ground" in await refused(client, "log_decision", **{**NO, "ground": None})
            assert "FAX" in await refused(client, "log_decision", **{**NO, "cite": ["FAX"]})
            assert "has to be the code" in await refused(client, "log_decision", **{**NO, "cite": ["no code"]})
            assert "There is no charter called nowhere" in await refused(client, "read_charter", charter="nowhere")
            assert "decision" in await refused(client, "show_decision", decision="ffffffff")
            assert agent("status --json").json["entries"] == before

    run(work)


def test_the_same_key_is_logged_once_and_another_request_under_it_is_refused(agent: Terminal) -> None:
    async def work() -> None:
        async with beside(agent) as client:
            first = await called(client, "log_decision", **NO, key="call 17")
            assert await called(client, "log_decision", **NO, key="call 17") == first
            assert "key" in await refused(client, "log_decision", **{**NO, "reason": "Another."}, key="call 17")
            handed = await called(client, "hand_over", request="And my bag?", reason="Not sure.", key="call 18")
            assert await called(client, "hand_over", request="And my bag?", reason="Not sure.", key="call 18") == handed
            shown = await called(client, "show_decision", decision=handed["decision"])
            assert [step["type"] for step in shown["steps"]] == ["request.logged", "request.escalated"]

    run(work)


def test_an_agent_sees_no_charter_it_does_not_belong_to(agent: Terminal) -> None:
    agent.ok('open harbour --brand "Harbour" --style "Plain."')
    agent.ok('decision log "A berth for my velociped" --charter harbour')
    [line] = agent("decision list --charter harbour --json").json["lines"]

    async def work() -> None:
        async with beside(agent) as client:
            hidden = [
                await refused(client, "read_charter", charter="harbour"),
                await refused(client, "may_i_say_yes", request="x", charter="harbour"),
                await refused(client, "log_decision", **NO, charter="harbour"),
                await refused(client, "show_decision", decision=line["id"]),
            ]
            assert all("There is no" in said for said in hidden), hidden
            assert not any("velociped" in said for said in hidden)
            assert [str(one.uri) for one in (await client.list_resources()).resources] == ["charter://skyline"]
            with pytest.raises(MCPError, match="There is no charter"):
                await client.read_resource("charter://harbour")

    run(work)


def test_who_belongs_to_several_has_to_say_which_and_who_to_none_is_told(agent: Terminal) -> None:
    agent.ok('open harbour --brand "Harbour" --style "Plain."')
    agent.ok("person grant desk-agent rep --charter harbour")
    agent.ok('person register guest --name "A guest" --department Service')

    async def work() -> None:
        async with beside(agent) as client:
            assert "harbour, skyline" in await refused(client, "read_charter")
            assert (await called(client, "read_charter", charter="Skyline"))["revision"] == 1
            assert "No revision of harbour is in force" in await refused(client, "read_charter", charter="harbour")
        async with beside(agent, "guest") as client:
            assert "You belong to no charter" in await refused(client, "may_i_say_yes", request="Refund?")

    run(work)


def test_rights_are_those_of_the_moment(agent: Terminal) -> None:
    async def work() -> None:
        async with beside(agent) as client:
            await called(client, "read_charter")
            agent.ok("person revoke desk-agent rep --charter skyline")
            assert "You belong to no charter" in await refused(client, "read_charter")
            agent.ok("person grant desk-agent reviewer --charter skyline")
            await called(client, "read_charter")
            assert "desk-agent" in await refused(client, "log_decision", **NO)

    run(work)


def test_a_charter_is_read_as_of_a_day(agent: Terminal) -> None:
    async def work() -> None:
        async with beside(agent) as client:
            assert "at that time" in await refused(client, "read_charter", as_of="2020-01-01")
            assert json.loads(json.dumps(await called(client, "read_charter", as_of="2999-01-01")))["revision"] == 1

    run(work)


def test_who_is_not_registered_is_told_before_anything_is_served(agent: Terminal) -> None:
    assert "nobody" in agent.no("mcp --by nobody", 3)


def test_a_ledger_without_charters_is_served(tmp_path: Path) -> None:
    place = str(tmp_path / "charter.db")
    schema.create(place)
    ledger = Ledger(place)
    ledger.write(RegisterPerson(person="ann", full_name="Ann", department="Care"), by="ann")
    views = Views(ledger)
    make_server(views, "ann")
    ledger.write(OpenCharter(charter="skyline", brand="S", style="P.", zone="UTC"), by="ann")
    ledger.write(RegisterPerson(person="bo", full_name="Bo", department="Care"), by="ann")
    ledger.write(GrantRole(person="bo", role=Role.REP), by="ann")
    make_server(views, "bo")
    views.close()
    ledger.close()

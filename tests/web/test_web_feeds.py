"""Feeds, calendars and the MCP endpoint of the service, read by the programs that people use for them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import feedparser
import icalendar
from fastapi.testclient import TestClient
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


def test_a_drugs_changes_are_a_feed(client: TestClient) -> None:
    response = client.get("/feeds/drug/imiquimod.atom?since=1990")
    assert response.headers["content-type"].startswith("application/atom+xml")
    read = feedparser.parse(response.content)
    assert not read.bozo
    assert read.entries
    assert all("imiquimod" in entry.title for entry in read.entries)
    assert read.feed.links[0].href == "http://127.0.0.1:8017/feeds/drug/imiquimod.atom?since=1990"
    assert all(entry.link.startswith("http://127.0.0.1:8017/document/") for entry in read.entries)


def test_a_conditions_changes_are_a_feed(client: TestClient) -> None:
    assert not feedparser.parse(client.get("/feeds/condition/actinic%20keratosis.atom").content).bozo


def test_what_a_rule_matches_is_a_feed(client: TestClient) -> None:
    every = feedparser.parse(client.get("/feeds/rule.atom", params={"rule": "drug:imiquimod"}).content)
    assert not every.bozo
    kinds = {entry.tags[0].term for entry in every.entries}
    family = sorted(kinds)[0].partition(".")[0]
    some = feedparser.parse(client.get("/feeds/rule.atom", params={"rule": f"drug:imiquimod kind:{family}.*"}).content)
    assert {entry.tags[0].term for entry in some.entries} == {kind for kind in kinds if kind.startswith(f"{family}.")}
    assert client.get("/feeds/rule.atom", params={"rule": "drug:("}).status_code == 400


def test_expected_dates_are_a_calendar(client: TestClient) -> None:
    response = client.get("/feeds/drug/imiquimod.ics")
    assert response.headers["content-type"].startswith("text/calendar")
    assert icalendar.Calendar.from_ical(response.content)["version"] == "2.0"
    assert client.get("/feeds/condition/actinic%20keratosis.ics").status_code == 200


def test_an_unknown_drug_has_no_feed(client: TestClient) -> None:
    assert client.get("/feeds/drug/nosuchdrugatall.atom").status_code == 404
    assert client.get("/feeds/drug/nosuchdrugatall.ics").status_code == 404


def test_assistants_are_answered_over_http(address: str) -> None:
    async def session() -> Any:
        async with Client(streamable_http_client(f"{address}/mcp")) as client:
            tools = await client.list_tools()
            first = await client.call_tool("alert_create", {"rule": "drug:imiquimod"})
            return tools, await client.call_tool("resolve", {"name": "Aldara"}), first

    with ThreadPoolExecutor(1) as pool:  # another test may keep an event loop running in this thread
        tools, answer, first = pool.submit(anyio.run, session).result()
    assert "regimens" in [tool.name for tool in tools.tools]
    assert answer.structured_content["entity"].startswith("drug:")
    assert first.structured_content["confirmation"]


def test_other_sites_cannot_call_the_assistants_endpoint(client: TestClient) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    accepts = {"accept": "application/json, text/event-stream"}
    assert client.post("/mcp", json=call, headers={**accepts, "origin": "https://evil.example"}).status_code == 403
    assert client.post("/mcp", json=call, headers={**accepts, "host": "evil.example"}).status_code == 421

"""The MCP server, driven by the official client library: over stdio in a process of its own, and in memory."""

import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import jsonschema
import msgspec
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

import theriac
from theriac.assistants.tools import TOOLS, input_schema, output_schema
from theriac.doors.mcp_server import INSTRUCTIONS, make_server

QUESTIONS: dict[str, dict[str, Any]] = {
    "search": {"words": "imiquimod"},
    "resolve": {"name": "Aldara"},
    "drug_profile": {"drug": "imiquimod", "sections": ["names", "products", "trials"], "limit": 2},
    "regimens": {"drug": "imiquimod", "condition": "basal cell"},
    "label_statements": {"drug": "imiquimod", "about": "reactions", "limit": 3},
    "check": {"drug": "imiquimod", "pregnant": True},
    "development_status": {"drug": "imiquimod"},
    "trials": {"drug": "imiquimod"},
    "changes": {"since": "1990", "drug": "imiquimod"},
    "timeline": {"drug": "imiquimod"},
    "mechanism": {"drug": "imiquimod"},
    "compare": {"drugs": ["imiquimod", "imiquimod"]},
    "sources": {},
    "alert_preview": {"rule": "drug:imiquimod"},
    "alert_create": {"rule": "drug:imiquimod kind:label.*"},
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home with the starter dossier."""
    with theriac.open(tmp_path_factory.mktemp("mcp") / "home", create=True) as opened:
        opened.begin()
        yield opened


def run_apart(session: Callable[[], Awaitable[Any]]) -> Any:
    """What the session gives, in a thread of its own: another test may keep an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, session).result()


def asked(store: Any, run: Callable[[Client], Awaitable[Any]], **options: Any) -> Any:
    """What the official client gets from a server in memory."""

    async def ask(question: Callable[[Any], Any], _: bool) -> Any:
        return question(store)

    async def session() -> Any:
        async with Client(make_server(ask, **options)) as client:
            return await run(client)

    return run_apart(session)


def test_every_tool_is_listed_with_its_shapes(store: Any) -> None:
    listed = asked(store, lambda client: client.list_tools())
    assert [tool.name for tool in listed.tools] == [tool.name for tool in TOOLS] == list(QUESTIONS)
    for one, tool in zip(listed.tools, TOOLS, strict=True):
        assert one.input_schema == input_schema(tool)
        assert one.output_schema == output_schema(tool)
        assert one.annotations is not None
        assert one.annotations.read_only_hint is (tool.name != "alert_create")
        jsonschema.Draft202012Validator.check_schema(one.input_schema)
        jsonschema.Draft202012Validator.check_schema(one.output_schema)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_what_a_tool_says_of_itself_fits_its_model(tool: Any) -> None:
    assert tool.description.strip().endswith(".")
    assert len(tool.description) > 40
    schema = input_schema(tool)
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    flags = {"pregnant", "lactating", "immunosuppressed"}  # their names say all
    undescribed = [
        name for name, field in schema["properties"].items() if "description" not in msgspec.json.encode(field).decode() and name not in flags
    ]
    assert undescribed == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_answers_have_the_published_shape(store: Any, name: str) -> None:
    answer = asked(store, lambda client: client.call_tool(name, QUESTIONS[name]))
    assert not answer.is_error, answer.content
    (schema,) = [output_schema(tool) for tool in TOOLS if tool.name == name]
    jsonschema.validate(answer.structured_content, schema)
    assert msgspec.json.decode(answer.content[0].text) == answer.structured_content
    assert answer.structured_content


def test_regimens_come_with_their_citation(store: Any) -> None:
    answer = asked(store, lambda client: client.call_tool("regimens", QUESTIONS["regimens"])).structured_content
    assert answer["statements"]
    for one in answer["statements"]:
        assert "basal cell" in one["indication"]
        assert one["quote"] and one["record"] and one["document_type"] and one["jurisdiction"]


def test_what_is_cut_is_counted(store: Any) -> None:
    whole = store.drug("imiquimod")
    answer = asked(store, lambda client: client.call_tool("drug_profile", QUESTIONS["drug_profile"])).structured_content
    for section, lines in answer["sections"].items():
        assert len(lines) == min(2, len(getattr(whole, section)))
        assert answer["left_out"].get(section, 0) == len(getattr(whole, section)) - len(lines)


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("drug_profile", {"drug": "nosuchdrugatall"}, "nosuchdrugatall"),
        ("drug_profile", {"drugs": "imiquimod"}, "drugs"),
        ("drug_profile", {}, "drug"),
        ("changes", {"since": "yesterday"}, "yesterday"),
        ("compare", {"drugs": ["imiquimod"]}, "length"),
        ("alert_preview", {"rule": "drug:("}, "rule"),
        ("nothing_of_the_kind", {}, "nothing_of_the_kind"),
    ],
)
def test_a_bad_question_is_one_sentence(store: Any, name: str, arguments: dict[str, Any], says: str) -> None:
    answer = asked(store, lambda client: client.call_tool(name, arguments))
    assert answer.is_error
    (content,) = answer.content
    assert says in content.text
    assert "\n" not in content.text


def test_an_alert_is_made_only_after_the_second_call(store: Any) -> None:
    rule = {"rule": "drug:imiquimod kind:trial.*", "every": "week"}
    first = asked(store, lambda client: client.call_tool("alert_create", rule)).structured_content
    assert first["created"] is None
    assert store.alerts.listed() == []
    other = {**rule, "rule": "drug:imiquimod kind:label.*", "confirmation": first["confirmation"]}
    assert asked(store, lambda client: client.call_tool("alert_create", other)).structured_content["created"] is None
    made = asked(store, lambda client: client.call_tool("alert_create", {**rule, "confirmation": first["confirmation"]})).structured_content
    assert [one.id for one in store.alerts.listed()] == [made["created"]["id"]]
    store.alerts.remove(made["created"]["id"])


def test_an_alert_belongs_to_whoever_asks(store: Any) -> None:
    rule = {"rule": "drug:imiquimod kind:trial.*"}
    code = asked(store, lambda client: client.call_tool("alert_create", rule), owner_of=lambda _: "eve").structured_content["confirmation"]
    sure = {**rule, "confirmation": code}
    made = asked(store, lambda client: client.call_tool("alert_create", sure), owner_of=lambda _: "eve").structured_content
    assert made["created"]["owner"] == "eve"
    assert [one.id for one in store.alerts_of("eve").listed()] == [made["created"]["id"]] and store.alerts_of("rob").listed() == []
    store.alerts.remove(made["created"]["id"])


def test_targets_that_open_connections_are_left_to_people(store: Any) -> None:
    answer = asked(store, lambda client: client.call_tool("alert_create", {"rule": "drug:imiquimod", "to": "https://example.org/hook"}))
    assert answer.is_error
    assert "theriac alert add" in answer.content[0].text


def test_a_reader_may_not_make_alerts(store: Any) -> None:
    answer = asked(store, lambda client: client.call_tool("alert_create", QUESTIONS["alert_create"]), may_change=lambda _: False)
    assert answer.is_error
    assert "scope" in answer.content[0].text


def test_over_stdio_in_a_process_of_its_own(store: Any) -> None:
    folder: Path = store.home.folder
    command = StdioServerParameters(command=sys.executable, args=["-m", "theriac", "mcp", "--home", str(folder)])

    async def session() -> Any:
        async with Client(stdio_client(command)) as client:
            assert client.instructions == INSTRUCTIONS
            return await client.call_tool("resolve", {"name": "Aldara"})

    answer = run_apart(session)
    assert answer.structured_content["entity"] == store.resolve("Aldara").entity

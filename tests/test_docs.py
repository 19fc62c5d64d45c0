"""The documentation says what the code says: every command, setting, event and format is in it, and what it tells people to type works."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from test_run import module_of
from theriac import terms
from theriac.settings import VARIABLES
from theriac.sources import FORMATS

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
THERIAC = [sys.executable, "-c", "from theriac.doors.cli import main; main()"]


@cache
def generator() -> ModuleType:
    """`docs/generate.py`."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(name: str) -> str:
    """A page of the documentation."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_every_command_and_option_is_documented() -> None:
    text = page("cli.md")
    commands = generator().commands()
    assert len(commands) > 8
    for name, command in commands.items():
        section = text.partition(f"### `theriac {name}`\n")[2].partition("\n### ")[0]
        assert command.help and command.help in section, name
        for parameter in command.params:
            named = parameter.opts if parameter.param_type_name == "option" else [parameter.name.upper()]
            assert all(one in section for one in named), f"{name} {named}"


def test_every_option_says_what_it_does() -> None:
    """A switch (`--pregnant`) and `--limit` say it by their names."""
    for name, command in generator().commands().items():
        valued = [one for one in command.params if not getattr(one, "is_flag", False) and one.name != "limit"]
        silent = [one.name for one in valued if not getattr(one, "help", None)]
        assert not silent, f"theriac {name}: {silent} without help"


def test_every_tool_for_assistants_is_documented() -> None:
    from theriac.assistants.tools import TOOLS, input_schema

    text = page("mcp.md")
    for tool in TOOLS:
        section = text.partition(f"### `{tool.name}`\n")[2].partition("\n### ")[0]
        assert tool.description in section, tool.name
        assert all(f"`{name}`" in section for name in input_schema(tool)["properties"]), tool.name


def test_every_setting_is_documented() -> None:
    assert all(f"`{name}`" in page("cli.md") for name in VARIABLES)


def test_every_setting_that_is_read_is_in_the_list() -> None:
    read = set(re.findall(r"THERIAC_[A-Z_]+", (ROOT / "src" / "theriac" / "settings.py").read_text()))
    assert read == set(VARIABLES)


def test_every_route_is_documented() -> None:
    from theriac.doors.web.rest import openapi

    routes = [f"`{method.upper()} {path}`" for path, operations in openapi()["paths"].items() for method in operations]
    assert len(routes) > 30
    assert all(route in page("rest.md") for route in routes)


def test_every_event_and_closed_word_is_documented() -> None:
    text = page("data-model.md")
    assert all(f"`{kind.value}`" in text for kind in terms.EventKind)
    for vocabulary in (terms.Stage, terms.Activity, terms.Authorisation, terms.Market, terms.StopReason, terms.SeenBy, terms.Absence):
        assert all(f"`{word.value}`" in text for word in vocabulary), vocabulary


def test_every_format_is_documented() -> None:
    text = page("sources.md")
    for one in FORMATS:
        for word in (one.name, one.source, one.canonicaliser, one.reader):
            assert f"`{word}`" in text, f"{word} is not in docs/sources.md; run ./run docs"


def test_every_licence_that_asks_to_be_named_is_documented() -> None:
    from theriac.attribution import ATTRIBUTIONS

    for one in ATTRIBUTIONS.values():
        assert one.name.partition(" (")[0] in page("sources.md") and one.licence in page("sources.md"), one


def test_every_room_of_the_house_is_documented() -> None:
    from test_house import FLOORS, SOURCE

    text = page("architecture.md")
    for room in (room for rooms in FLOORS for room in rooms):
        folder = (SOURCE / room).is_dir() or f"`{room}/`" in text
        assert f"`{room}/`" in text if folder else f"`{room}.py`" in text, room


def test_the_generated_parts_are_up_to_date() -> None:
    stale = [str(path.relative_to(ROOT)) for path, _ in generator().stale()]
    assert not stale, f"{stale} do not say what the code says; run ./run docs"


def test_the_picture_is_of_the_real_thing_and_asks_no_server() -> None:
    svg = (ROOT / "docs" / "imiquimod.svg").read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[^\s\"')<]+", svg)) - {"http://www.w3.org/2000/svg", "https://www.textualize.io"}
    assert not addresses
    shown = re.sub(r"\s+", " ", generator().plain(svg))
    assert "imiquimod" in shown and "Trials" in shown and "Theriac summary, not label text" in shown


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (path.parent / target).exists(), target


def blocks(path: Path, language: str) -> Iterator[list[str]]:
    """The lines of each fenced block of a language."""
    for block in re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        yield [line for line in block.splitlines() if line.strip()]


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    """Every line of the `sh` blocks, in order, in one empty home; the environment that `./run` would make is the one that this runs in."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("THERIAC_")} | {"THERIAC_HOME": str(tmp_path / "home")}
    lines = [line for block in blocks(ROOT / "README.md", "sh") for line in block]
    assert lines[:2] == ["./run up --no-serve", "./run test"]
    for line in lines:
        command = as_run_here(shlex.split(line))
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}: {done.stderr}"
        assert done.stdout.strip(), f"{line} shows nothing"


def as_run_here(words: list[str]) -> list[str]:
    """The command that `./run` hands a line to, without setting `.venv` up again and without running the tests inside the tests."""
    run = module_of(ROOT / "run")
    assert words[0] == "./run" and words[1] in run.COMMANDS, words
    if words[1] == "theriac":
        return THERIAC + words[2:]
    if words[1] == "up":
        return THERIAC + words[1:]
    assert words[1] == "test", f"{words} has no meaning here yet"
    return [sys.executable, "-m", "pytest", "--version"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_that_a_page_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    known = module_of(ROOT / "run").COMMANDS
    commands = generator().commands()
    code = re.findall(r"`([^`\n]+)`", text) + [line for block in blocks(path, "(?:sh|text)") for line in block]
    for line in code:
        for name in re.findall(r"^\./run ([a-z]+)", line):
            assert name in known, f"{path.name}: {line}"
        for first, second in re.findall(r"^(?:\./run |\.venv/bin/)?theriac ([a-z]+)(?: ([a-z]+))?", line):
            name = f"{first} {second}" if f"{first} {second}" in commands else first
            assert name in commands, f"{path.name}: {line}"
            options = {option for parameter in commands[name].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", line)) <= options, f"{path.name}: {line}"


def test_the_readme_says_what_it_must() -> None:
    text = re.sub(r"\s+", " ", (ROOT / "README.md").read_text(encoding="utf-8"))
    for words in ("not medical advice", "Theriac summary, not label text", "no third-party text", "Apache License 2.0", "not evidence of safety"):
        assert words in text, words
    for never in ("no contraindications", "no interaction", "no signal"):
        assert never not in text.lower()

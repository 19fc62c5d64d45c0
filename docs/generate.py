"""Writes the parts of the documentation that must say what the code says: commands, settings, formats, closed words, and the picture.

Flows in: the command line's own help, the vocabularies, the registry of formats, and the starter dossier's profile. Flows out: the text
between `<!-- generated: NAME -->` and `<!-- end -->` in the Markdown files, and `imiquimod.svg`. What people wrote around it is left alone.
"""

import html
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from theriac import terms
from theriac.doors.cli import app
from theriac.doors.web.rest import openapi
from theriac.live import FETCHERS
from theriac.settings import VARIABLES
from theriac.sources import FORMATS

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PICTURE = DOCS / "imiquimod.svg"
WIDTH = 160
HEAD_LINES = 26
TRIAL_LINES = 14
_BLOCK = re.compile(r"(?P<open><!-- generated: (?P<name>[a-z-]+) -->\n).*?(?P<close><!-- end -->)", re.DOTALL)
_WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)  # rich names a CDN here; the picture must stand alone


def commands() -> dict[str, Any]:
    """The command line's commands by name, as typer knows them; those of a group under both words (`alert add`)."""
    found: dict[str, Any] = {}
    for name, command in getattr(typer.main.get_command(app), "commands", {}).items():
        found[name] = command
        found |= {f"{name} {word}": one for word, one in getattr(command, "commands", {}).items()}
    return found


def command_section() -> Iterator[str]:
    """Every command with its arguments and options."""
    for name, command in commands().items():
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option"]
        usage = " ".join(["theriac", name, *(_argument(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
        yield f"### `theriac {name}`\n\n    {usage}\n\n{command.help}\n"
        rows = [f"| `{_argument(one)}` | {_cell(one.help)} |" for one in arguments] + [f"| {_option(one)} | {_cell(one.help)} |" for one in options]
        if rows:
            yield "\n".join(["| | |", "|---|---|", *rows]) + "\n"


def _argument(parameter: Any) -> str:
    many = "..." if parameter.nargs == -1 else ""
    return f"{parameter.name.upper()}{many}" if parameter.required else f"[{parameter.name.upper()}{many}]"


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in parameter.opts)
    value = "" if getattr(parameter, "is_flag", False) else " VALUE"
    return f"{names}{value}{' (required)' if parameter.required else ''}"


def _cell(words: str | None) -> str:
    return (words or "").replace("|", "\\|").replace("\n", " ")


def setting_section() -> Iterator[str]:
    """Every setting."""
    yield "| variable | what it sets |\n|---|---|"
    for name, words in VARIABLES.items():
        yield f"| `{name}` | {_cell(words)} |"


def format_section() -> Iterator[str]:
    """Every format that is read, with the names under which its versions are stored."""
    yield "| format | source | what it is | hash made by | read by |\n|---|---|---|---|---|"
    for one in FORMATS:
        told = _opening(type(one).__doc__) or _opening(sys.modules[type(one).__module__].__doc__)
        yield f"| `{one.name}` | `{one.source}` | {_cell(told)} | `{one.canonicaliser}` | `{one.reader}` |"


def _opening(doc: str | None) -> str:
    return (doc or "").strip().partition("\n\n")[0].partition("\n")[0]


def live_section() -> Iterator[str]:
    """Every live source, with how often and how fast it is asked and what is kept complete."""
    yield "| source | what it is | host | asked | requests a second | kept complete |\n|---|---|---|---|---|---|"
    for one in FETCHERS:
        followed = "followed names, until `theriac sync --full`" if one.mirrored else "followed names only"
        kept = followed if one.large else "all of it"
        yield f"| `{one.name}` | {_cell(_opening(type(one).__doc__))} | {one.host} | {one.cadence.value} | {one.rate:g} | {kept} |"


def vocabulary_section() -> Iterator[str]:
    """Every closed vocabulary but the events."""
    for name, kind in vars(terms).items():
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind not in (StrEnum, terms.EventKind):
            words = ", ".join(f"`{one.value}`" for one in kind)
            yield f"* **{name}**: {_opening(kind.__doc__)} {words}."


def event_section() -> Iterator[str]:
    """Every kind of event, by family."""
    families: dict[str, list[str]] = {}
    for kind in terms.EventKind:
        families.setdefault(kind.family, []).append(f"`{kind.value}`")
    yield "| family | kinds |\n|---|---|"
    for family, kinds in families.items():
        yield f"| {family} | {', '.join(kinds)} |"


def tool_section() -> Iterator[str]:
    """Every tool of the MCP server with its question's fields and the shape of its answer."""
    from theriac.assistants.tools import TOOLS, input_schema

    for tool in TOOLS:
        yield f"### `{tool.name}`\n\n{tool.description}\n\nGives `{tool.answer.__name__}`.\n"
        fields = input_schema(tool)["properties"]
        rows = [f"| `{name}` | {_cell(field.get('description', 'yes or no'))} |" for name, field in fields.items()]
        if rows:
            yield "\n".join(["| | |", "|---|---|", *rows]) + "\n"


def route_section() -> Iterator[str]:
    """Every route of the REST API with its parameters."""
    for path, operations in openapi()["paths"].items():
        for method, operation in operations.items():
            said = operation.get("description") or operation["summary"]
            yield f"### `{method.upper()} {path}`\n\n{said}\n"
            rows = [f"| `{one['name']}` | {one['in']} | {_cell(one.get('description'))} |" for one in operation.get("parameters", ())]
            if "requestBody" in operation:
                shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                rows.append(f"| `{shape}` | body | JSON |")
            if rows:
                yield "\n".join(["| | | |", "|---|---|---|", *rows]) + "\n"


SECTIONS: Mapping[str, Callable[[], Iterator[str]]] = {
    "commands": command_section,
    "settings": setting_section,
    "formats": format_section,
    "live": live_section,
    "vocabularies": vocabulary_section,
    "events": event_section,
    "routes": route_section,
    "tools": tool_section,
}


def filled(text: str) -> str:
    """The Markdown text with every generated part as the code has it now."""
    return _BLOCK.sub(lambda found: found["open"] + "\n".join(SECTIONS[found["name"]]()) + "\n" + found["close"], text)


def picture() -> str:
    """Imiquimod's profile as a terminal shows it, its middle left out, made from the starter dossier alone."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("THERIAC_") and name != "NO_COLOR"}
        environ = {**kept, "THERIAC_HOME": f"{folder}/home", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
        _theriac("up", "--no-serve", environ=environ)
        shown = [Text.from_ansi(line) for line in _theriac("drug", "imiquimod", environ=environ).splitlines()]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="standard", legacy_windows=False)
    console.print(Text("$ theriac drug imiquimod", style="bold"))
    for line in _excerpt(shown):
        console.print(line, no_wrap=True, overflow="crop")
    return _WEB_FONT.sub("", console.export_svg(title="theriac", unique_id="theriac")) + "\n"


def _excerpt(lines: list[Text]) -> Iterator[Text]:
    """The head of the profile and the head of its trials."""
    trials = next((number for number, line in enumerate(lines) if line.plain.startswith("Trials")), len(lines))
    yield from lines[:HEAD_LINES]
    yield Text("…", style="dim")
    yield from lines[max(trials, HEAD_LINES) :][:TRIAL_LINES]


def _theriac(*words: str, environ: Mapping[str, str]) -> str:
    code = "from theriac.doors.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True, env=environ).stdout  # noqa: S603 (our own command)


def pages() -> list[Path]:
    """The Markdown files that may hold generated parts."""
    return [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def stale() -> list[tuple[Path, str]]:
    """The files that are not what the code says, each with the text that it should have."""
    wanted = [(page, filled(page.read_text(encoding="utf-8"))) for page in pages()]
    wanted.append((PICTURE, picture()))
    return [(page, text) for page, text in wanted if not page.exists() or page.read_text(encoding="utf-8") != text]


def plain(svg: str) -> str:
    """The words of the picture, a terminal line each."""
    lines = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return html.unescape("\n".join(lines)).replace("\xa0", " ")


def main(words: list[str]) -> int:
    """Brings every file up to date; with `--check` only says which ones are not, and fails."""
    found = stale()
    for page, text in found:
        name = page.relative_to(ROOT)
        if "--check" in words:
            print(f"{name} does not say what the code says; run ./run docs")
        else:
            page.write_text(text, encoding="utf-8")
            print(f"{name} brought up to date")
    if not found:
        print("The documentation says what the code says.")
    return 1 if found and "--check" in words else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The rules of the house, read from the code itself: what may import what, who may touch SQL, files, clock, network and environment."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import theriac

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "theriac"

# From the ground up: a module imports its own floor and those below it, never one above. `docs/architecture.md` shows the same picture.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "terms"),
    ("dates", "identifiers"),
    ("model", "settings", "views"),
    ("attribution", "archives", "chem", "http"),
    ("labels",),
    ("flow",),
    ("sources",),
    ("stages", "live", "messenger"),
    ("worker",),
    ("store",),
    ("intake", "search", "engine", "gather", "clinical", "delivery"),
    ("targets", "structures", "standing", "chronicle", "documents"),
    ("decided",),
    ("programme_chronicle",),
    ("catchup", "development", "clinic", "finding", "pathways", "news", "unsettled"),
    ("alert_run",),
    ("alerts",),
    ("pipeline", "watch"),
    ("reception",),
    ("sync",),
    ("keeping",),
    ("schedule", "accounts"),
    ("takeaway",),
    ("api",),
    ("assistants",),
    ("doors",),
    ("__main__",),
)
GROUND = {"model", "terms", "dates", "identifiers", "errors", "attribution"}
SHAPES = {"views"}  # what doors show: shapes only, like `model`, so that a pure function may fill them
DOOR_MAY_USE = {"api", "assistants", "doors", "errors", "settings", "terms", "views"}

# Each exception names the file and the reason.
MAY_USE_SQL = {
    "pipeline.py": ("sqlalchemy", "hands a connection from the store's transaction to the ledger; it writes no SQL"),
    "api.py": ("pyarrow", "names the type of the tables that it hands on"),
    "development.py": ("pyarrow", "names the type of the tables that the store makes"),
    "catchup.py": ("pyarrow", "passes Arrow tables that the store has read; it opens no file"),
}
ASKS_THE_CLOCK = {"pipeline.py", "schedule.py"}
OPENS_SOCKETS = {"http.py", "delivery.py", "messenger.py"}
_NETWORK = {"socket", "ssl", "httpx", "requests", "aiohttp", "smtplib", "ftplib", "http", "urllib.request", "apprise"}
_CLOCK = re.compile(r"\b(datetime\.now|datetime\.today|date\.today|datetime\.utcnow|time\.time|time\.time_ns|time\.localtime|time\.gmtime)\b")
_TICKS = re.compile(r"\btime\.(perf_counter|monotonic|process_time)(_ns)?\b")
_FOOLISH_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common|v\d+)(_|$)")
_LIMIT = 450


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    """`store/home.py`: the file's place in the package."""
    return path.relative_to(SOURCE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(module: str) -> str:
    """The top-level room of a module: `store` for `theriac.store.home`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path: Path, *, also_typing: bool = True) -> Iterator[str]:
    """Every module that the file imports, wherever in it the import stands; names imported from a package count as its modules where they are."""
    skipped = set() if also_typing else {inner for node in ast.walk(tree_of(path)) if is_typing_only(node) for inner in ast.walk(node)}
    for node in ast.walk(tree_of(path)):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively; name the module in full"
            module = node.module or ""
            inner = [f"{module}.{alias.name}" for alias in node.names if module.startswith("theriac") and is_module(f"{module}.{alias.name}")]
            yield from inner or [module]


def is_typing_only(node: ast.AST) -> bool:
    """Whether this is an `if TYPE_CHECKING:` block."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def is_module(name: str) -> bool:
    """Whether the dotted name is a module or package of ours."""
    place = SOURCE.parent.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def ours(path: Path) -> list[str]:
    """The modules of Theriac that the file imports."""
    return [module for module in imports(path) if module.split(".")[0] == "theriac"]


def code_of(path: Path) -> Iterator[tuple[int, str]]:
    """Each attribute as it is spelled in the code (`time.time`), with its line; strings and comments are not code."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_down(path: Path) -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    here = name_of(path).partition("/")[0].removesuffix(".py")
    if here == "__init__":
        return  # the public face imports lazily; `test_the_public_face` proves what it offers
    assert here in floor, f"{here} has no floor yet: place it in FLOORS and in docs/architecture.md"
    for module in ours(path):
        room = room_of(module)
        assert room, f"{name_of(path)} imports theriac itself; import the module that it needs"
        assert floor[room] < floor[here] or room == here, f"{name_of(path)} imports {module}, which is not below it"


@pytest.mark.parametrize("path", [path for path in modules() if name_of(path).split("/")[0] in ("labels", "flow")], ids=name_of)
def test_labels_and_flow_stand_on_the_ground_floor(path: Path) -> None:
    own = name_of(path).split("/")[0]
    strangers = [module for module in ours(path) if room_of(module) not in GROUND | SHAPES | {own}]
    assert not strangers, f"{name_of(path)} imports {strangers}"


def test_shapes_stand_on_nothing() -> None:
    for room in SHAPES:
        assert ours(SOURCE / f"{room}.py") == []


@pytest.mark.parametrize("path", [path for path in modules() if name_of(path).startswith("doors/")], ids=name_of)
def test_doors_open_on_the_api_only(path: Path) -> None:
    strangers = [module for module in ours(path) if room_of(module) not in DOOR_MAY_USE]
    assert not strangers, f"{name_of(path)} imports {strangers}"


def test_only_the_store_knows_sql_and_files() -> None:
    for path in modules():
        name = name_of(path)
        if name.startswith(("store/", "engine/")):
            continue
        used = {module.split(".")[0] for module in imports(path)} & {"sqlalchemy", "sqlite3", "alembic", "duckdb", "pyarrow", "psycopg"}
        allowed = {MAY_USE_SQL[name][0]} if name in MAY_USE_SQL else set()
        assert used <= allowed, f"{name} imports {sorted(used - allowed)}"
        assert "pyarrow.parquet" not in imports(path), f"{name} opens Parquet files"
        asked = [line for line, spelled in code_of(path) if re.search(r"\.(execute|executemany|executescript|db)$", spelled)]
        assert not asked, f"{name}:{asked} asks the database itself; give store/ a question in the domain's words"


def test_only_settings_reads_the_environment() -> None:
    for path in modules():
        if name_of(path) != "settings.py":
            reads = [line for line, spelled in code_of(path) if re.fullmatch(r"os\.(environ|environb|getenv)(\..*)?", spelled)]
            assert not reads, f"{name_of(path)}:{reads} reads the environment"
            named = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom) and node.module == "os"]
            assert not any(alias.name in ("environ", "getenv") for node in named for alias in node.names)


def test_only_pipeline_and_schedule_ask_the_clock() -> None:
    for path in modules():
        if name_of(path) not in ASKS_THE_CLOCK:
            asks = [f"{line}: {spelled}" for line, spelled in code_of(path) if _CLOCK.search(spelled) or _TICKS.search(spelled)]
            assert not asks, f"{name_of(path)} asks the clock ({asks}); pass the moment in"
            named = [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom) and node.module == "time"]
            assert not named, f"{name_of(path)} imports from time; pass the moment in"


def test_only_http_and_delivery_open_sockets() -> None:
    for path in modules():
        if name_of(path) not in OPENS_SOCKETS:
            used = [module for module in imports(path) if module in _NETWORK or module.split(".")[0] in _NETWORK]
            assert not used, f"{name_of(path)} imports {used}"


def test_no_circle_of_imports() -> None:
    graph = {dotted(path): {module for module in imports(path, also_typing=False) if module.startswith("theriac.")} for path in modules()}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"a circle: {' → '.join([*way[way.index(module) :], module])}"
        if module not in done:
            for other in sorted(graph.get(module, ())):
                visit(other, (*way, module))
            done.add(module)

    for module in sorted(graph):
        visit(module, ())


def dotted(path: Path) -> str:
    """`theriac.store.home`: the module's name."""
    return ".".join(("theriac", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")


# Loops that outlive whatever one turn of theirs meets: over files and sources, over commits as they come, over what is due.
_LOOPS_THAT_GO_ON = ("pipeline.py", "doors/web/service.py", "schedule.py")


def test_broad_except_stands_in_the_loops_that_go_on_only() -> None:
    """Elsewhere a broad handler may only clean up and raise again."""
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler) and is_broad(node) and name_of(path) not in _LOOPS_THAT_GO_ON:
                last = node.body[-1]
                assert isinstance(last, ast.Raise) and last.exc is None, f"{name_of(path)}:{node.lineno} swallows what it does not know"


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether the handler takes any exception."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")) for kind in kinds)


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_files_are_short_and_open_with_a_paragraph(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.strip():
        return
    head = ast.get_docstring(tree_of(path))
    assert head, f"{name_of(path)} does not say what flows in and out"
    lines = text.count("\n")
    assert lines < _LIMIT or "lines because" in head, f"{name_of(path)} has {lines} lines and its head does not say why"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_functions_fit_on_a_screen(path: Path) -> None:
    long = [f"{node.name} ({last - node.lineno + 1})" for node, last in functions(path) if last - node.lineno + 1 > 60]
    assert not long, f"{name_of(path)}: {long}"


def functions(path: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    """Every function with its last line."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, node.end_lineno or node.lineno


# The registry's own shape, under the registry's own names: the registry documents them, and the file's head says so.
_WIRE_SHAPES = ("sources/ctgov_shape.py",)


@pytest.mark.parametrize("path", [path for path in modules() if name_of(path) not in _WIRE_SHAPES], ids=name_of)
def test_public_things_say_what_they_are(path: Path) -> None:
    silent = [node.name for node in public(tree_of(path)) if not ast.get_docstring(node)]
    assert not silent, f"{name_of(path)} has no docstring on {silent}"


def public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public classes, functions and, one level in, methods."""
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not inner.name.startswith("_"):
            if not any("overload" in ast.unparse(one) for one in inner.decorator_list):
                yield inner
            if isinstance(inner, ast.ClassDef):
                yield from public_methods(inner)


def public_methods(owner: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """The methods that a class adds; what it implements of a base of ours is documented there."""
    if not owner.bases:
        yield from public(owner)


# "v2" is what the registry calls its present interface, so files about that format may carry it.
def test_names_come_from_the_domain() -> None:
    names = [(path, Path(part).stem.replace("ctgov_v2", "ctgov")) for path in tracked() if path.suffix == ".py" for part in path.parts]
    foolish = [path for path, name in names if _FOOLISH_NAMES.search(name)]
    assert not foolish, f"{foolish}: name the room after the domain"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_name_carries_a_version(path: Path) -> None:
    names = [node.name for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert not [name for name in names if re.search(r"(_v\d+|_(utils?|helpers?)|Manager|Helper)$", name)]


def tracked() -> list[Path]:
    """Every file that the repository keeps, relative to its root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is no git checkout")
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|work|opt|mnt|tmp|private)/[\w.-]+|[A-Z]:\\\\Users|--(?:extra-)?index-url|--find-links")
# Text about paths that are of no machine: an example in a document, a hostile name in a test.
_NOT_OURS = ("tests/test_house.py",)


def test_no_machine_path_or_index_address_is_kept() -> None:
    found = []
    for path in tracked():
        if path.as_posix() in _NOT_OURS or path.suffix in (".svg", ".png", ".xlsx", ".zip", ".gz", ".xz"):
            continue
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if _MACHINE.search(line) and not (path.parts[0] == "tests" and "/tmp/" in line):
                found.append(f"{path}:{number}: {line.strip()[:120]}")
    assert not found, "\n".join(found)


def test_the_lock_files_name_no_index_and_check_every_package() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?://|file:|--index|--find-links|^-e |@ ", text, re.MULTILINE), f"{name} names an address"
        blocks = re.findall(r"^(\S+==\S+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(blocks) > 20
        assert not [package for package, rest in blocks if "--hash=sha256:" not in rest]


def test_the_development_lock_holds_the_runtime_lock() -> None:
    runtime, development = (
        set(re.findall(r"^\S+==[^\s;]+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runtime <= development, sorted(runtime - development)


def test_the_public_face() -> None:
    assert sorted(theriac.__all__) == theriac.__all__
    for name in theriac.__all__:
        assert getattr(theriac, name) is not None


def test_the_version_is_said_alike() -> None:
    import tomllib

    import theriac

    stated = tomllib.loads((SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert theriac.__version__ == stated

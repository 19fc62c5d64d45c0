"""Homes over both catalogs: SQLite always, PostgreSQL where it is installed (a temporary server of its own), else visibly skipped."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from store_homes import postgres_programs

from theriac.store.home import Home, prepare

OPEN: list[Home] = []


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a temporary PostgreSQL server, without a database name."""
    server = postgres_programs()
    if server is None:
        pytest.skip("PostgreSQL is not installed here: its contract is not tested")
    folder = Path(tempfile.mkdtemp(prefix="theriac-pg-", dir="/tmp"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    become = _becoming_nobody(folder) if os.geteuid() == 0 else []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        _run([*become, server / "initdb", "-D", folder / "data", "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _run([*become, server / "pg_ctl", "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start"])
        try:
            yield f"postgresql+psycopg://{user}@127.0.0.1:{port}/"
        finally:
            _run([*become, server / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _becoming_nobody(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: another user runs it."""
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        if setpriv := shutil.which("setpriv"):
            os.chown(folder, who.pw_uid, who.pw_gid)
            return [setpriv, f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
    pytest.skip("PostgreSQL cannot be run here: there is no user for it, or no setpriv")


def _run(command: list[Any]) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[-1]}: {done.stdout[-500:]} {done.stderr[-1000:]}")


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Gives the catalog's URL for a home's name, an empty one for every new name."""
    if request.param == "sqlite":
        yield lambda name: f"sqlite:///{tmp_path / name / 'catalog.sqlite'}"
        return
    server = request.getfixturevalue("postgres")
    engine = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
    made: dict[str, str] = {}

    def url(name: str) -> str:
        if name not in made:
            made[name] = f"theriac_{abs(hash((tmp_path, name)))}"
            with engine.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{made[name]}"'))
        return server + made[name]

    yield url
    for home in OPEN:
        home.close()
    OPEN.clear()
    with engine.connect() as connection:
        for name in made.values():
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    engine.dispose()


@pytest.fixture
def make_home(tmp_path: Path, catalog: Callable[[str], str]) -> Iterator[Callable[..., Home]]:
    """Opens (or opens again) a home by its name."""

    def opened(name: str = "home", **more: Any) -> Home:
        home = prepare(tmp_path / name, catalog(name), **more)
        OPEN.append(home)
        return home

    yield opened
    for home in OPEN:
        home.close()
    OPEN.clear()

"""`./run` from a folder that has nothing yet: sets itself up once, hands over what it is asked, says in one sentence what is missing."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "run"
CLI = """\
import os, pathlib, sys

def main():
    print("|".join([sys.argv[0], *sys.argv[1:]]), pathlib.Path.cwd().name, pathlib.Path(sys.prefix).name)
    return 3 if "fail" in sys.argv else 0
"""


@pytest.fixture
def run() -> ModuleType:
    """The script as a module."""
    return module_of(SCRIPT)


def module_of(path: Path) -> ModuleType:
    """A script without a suffix, imported without being run."""
    loader = SourceFileLoader("run_script", str(path))
    spec = importlib.util.spec_from_loader("run_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder with blanks in its name: the real script, a small project, lock files that need no package."""
    folder = tmp_path / "a folder, with 'blanks'"
    doors = folder / "src" / "theriac" / "doors"
    doors.mkdir(parents=True)
    (folder / "src" / "theriac" / "__init__.py").touch()
    (doors / "__init__.py").touch()
    (doors / "cli.py").write_text(CLI)
    shutil.copy(SCRIPT, folder / "run")
    for name in ("requirements.lock", "requirements-dev.lock"):
        (folder / name).write_text("# nothing\n")
    return folder


def called(checkout: Path, *words: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """What `./run WORDS` does under an empty home and empty caches."""
    home = checkout.parent / "empty home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON"))}
    environment = {**kept, "HOME": str(home), **environ}
    command = [sys.executable, str(checkout / "run"), *words]
    return subprocess.run(command, cwd=cwd or checkout, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("environ", [{}, {"THERIAC_NO_UV": "1"}], ids=["uv where installed", "pip"])
def test_it_sets_itself_up_once_and_hands_over(checkout: Path, environ: dict[str, str]) -> None:
    elsewhere = checkout.parent / "elsewhere"
    (elsewhere / "theriac").mkdir(parents=True)  # a folder of the caller's must not stand in for ours
    (elsewhere / "theriac" / "__init__.py").write_text("raise SystemExit('the wrong theriac')")
    first = called(checkout, "theriac", "drug", "a b", cwd=elsewhere, **environ)
    assert first.stdout == "theriac|drug|a b elsewhere .venv\n", first.stderr
    assert "making .venv" in first.stderr and "packages of requirements.lock with" in first.stderr
    assert ("with pip" in first.stderr) or "THERIAC_NO_UV" not in environ
    again = called(checkout, "theriac", "x", cwd=elsewhere, **environ)
    assert (again.stdout, again.stderr) == ("theriac|x elsewhere .venv\n", "")


def test_up_passes_its_options_and_the_exit_code_through(checkout: Path) -> None:
    assert called(checkout, "up", "--no-serve").stdout.startswith("theriac|up|--no-serve ")
    assert called(checkout, "theriac", "fail").returncode == 3


def test_the_installed_command_runs_from_anywhere(checkout: Path, tmp_path: Path) -> None:
    called(checkout, "up")
    link = tmp_path / "theriac-link"
    link.symlink_to(checkout / ".venv" / "bin" / "theriac")
    shown = subprocess.run([str(link), "a b", "c"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shown.stdout == f"theriac|a b|c {tmp_path.name} .venv\n"


def test_a_changed_lock_file_installs_again(checkout: Path) -> None:
    called(checkout, "up")
    (checkout / "requirements.lock").write_text("# nothing, said otherwise\n")
    again = called(checkout, "up")
    assert "installing" in again.stderr and "making" not in again.stderr


def test_a_moved_or_broken_environment_is_made_good(checkout: Path) -> None:
    called(checkout, "up")
    moved = checkout.rename(checkout.with_name("moved"))
    assert called(moved, "theriac", "x").stdout.startswith("theriac|x ")
    (moved / ".venv" / "bin" / "python").unlink()
    assert called(moved, "theriac", "x").stdout.startswith("theriac|x ")


def test_the_development_packages_cover_the_runtime_ones(run: ModuleType, checkout: Path) -> None:
    here = module_of(checkout / "run")
    assert [name for name, _ in here.stamps("requirements.lock")] == ["requirements.lock", "requirements-dev.lock"]
    assert [name for name, _ in here.stamps("requirements-dev.lock")] == ["requirements-dev.lock"]
    assert here.stamp_of("requirements.lock") != run.stamp_of("requirements.lock")


def test_a_package_that_cannot_be_had_ends_in_one_sentence(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    failed = called(checkout, "up", THERIAC_NO_UV="1", PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert failed.returncode == 1
    assert failed.stderr.strip().endswith("then run this again.")
    assert not list((checkout / ".venv").glob("installed-*"))


def test_a_package_whose_hash_is_another_is_refused(checkout: Path, wheel: Callable[[Path], str]) -> None:
    links = checkout / "links"
    right = wheel(links)
    wrong = "0" * 64
    for digest, works in ((wrong, False), (right, True)):
        (checkout / "requirements.lock").write_text(f"nothing-at-all==1.0 --hash=sha256:{digest}\n")
        done = called(checkout, "up", THERIAC_NO_UV="1", PIP_NO_INDEX="1", PIP_FIND_LINKS=links.as_uri(), PIP_CONFIG_FILE=os.devnull)
        assert (done.returncode == 0) == works, done.stderr


@pytest.fixture
def wheel() -> Callable[[Path], str]:
    """Makes a smallest wheel in a folder and gives its SHA-256."""

    def make(folder: Path) -> str:
        import hashlib
        import zipfile

        folder.mkdir()
        path = folder / "nothing_at_all-1.0-py3-none-any.whl"
        inner = "nothing_at_all-1.0.dist-info"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("nothing_at_all.py", "")
            archive.writestr(f"{inner}/METADATA", "Metadata-Version: 2.1\nName: nothing-at-all\nVersion: 1.0\n")
            archive.writestr(f"{inner}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr(f"{inner}/RECORD", f"nothing_at_all.py,,\n{inner}/METADATA,,\n{inner}/WHEEL,,\n{inner}/RECORD,,\n")
        return hashlib.sha256(path.read_bytes()).hexdigest()

    return make


def test_a_missing_system_package_is_named_in_one_sentence(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    assert run.missing_package() is None or "venv" in run.missing_package()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "ensurepip" else found(name, *rest))
    name = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert f"install the system package {name} " in run.missing_package()
    with pytest.raises(SystemExit, match=name):
        run.make_venv_with_pip()


def test_an_old_python_is_told_so_in_one_sentence(tmp_path: Path) -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))  # else it would be told of a syntax error
    code = f"import sys; sys.version_info = (3, 9, 18, 'final', 0); exec(compile(open({str(SCRIPT)!r}).read(), 'run', 'exec'))"
    old = subprocess.run([sys.executable, "-c", code], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert old.returncode == 1
    assert old.stderr.startswith("Theriac needs Python 3.11 or newer and this is 3.9;") and old.stderr.count("\n") == 1


def test_a_newer_python_on_the_path_is_used_instead(tmp_path: Path) -> None:
    newer = tmp_path / "python3.12"
    newer.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "newer: $2"\n')
    newer.chmod(0o755)
    code = f"import sys; sys.version_info = (3, 9, 18, 'final', 0); sys.argv = ['run', 'help']; exec(open({str(SCRIPT)!r}).read())"
    old = subprocess.run([sys.executable, "-c", code], env={"PATH": f"{tmp_path}:/bin:/usr/bin"}, capture_output=True, text=True, check=False)
    assert old.stdout == "newer: help\n" or shutil.which("python3.14", path="/bin:/usr/bin") or shutil.which("python3.13", path="/bin:/usr/bin")


def test_words_that_are_no_command_are_refused_with_the_usage(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["frobnicate"]) == 2
    assert "usage: ./run up" in capsys.readouterr().err
    assert run.main([]) == 0
    usage = capsys.readouterr().out
    assert all(f"./run {command}" in usage for command in run.COMMANDS)


def test_bench_lists_the_measurements(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["bench"]) == 2
    assert "NAME one of: " in capsys.readouterr().err


def test_the_callers_environment_does_not_lead_out_of_the_venv(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "kept")
    seen = run.environment()
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "VIRTUAL_ENV"} & seen.keys()
    assert (seen["PIP_USER"], seen["PIP_INDEX_URL"]) == ("0", "kept")


@pytest.mark.parametrize("name", ["run", ".ci/run"])
def test_the_scripts_can_be_executed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


def test_ci_runs_lint_and_the_tests_and_fails_with_either(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    for lint, test in ((0, 0), (1, 0), (0, 1)):
        fake = tmp_path / "run"
        fake.write_text(f'#!/bin/sh\necho "$1"\ncase "$1" in lint) exit {lint};; test) exit {test};; esac\n')
        fake.chmod(0o755)
        # An unprivileged `id` first on the path, so that nothing is installed for this.
        (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
        (tmp_path / "id").chmod(0o755)
        path = f"{tmp_path}:{os.environ['PATH']}"
        done = subprocess.run([str(tmp_path / ".ci" / "run")], cwd="/", env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
        assert done.stdout.splitlines()[-2:] == ["lint", "test"]
        assert done.returncode == (1 if lint or test else 0)

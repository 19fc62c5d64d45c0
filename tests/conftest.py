"""Shared fixtures: the real corpus where it is at hand, and a home that starts empty."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def corpus_folder() -> Path | None:
    """The folder of real files (`THERIAC_CORPUS`, else `../shared/corpus` beside the checkout), or None."""
    named = os.environ.get("THERIAC_CORPUS")
    for candidate in (Path(named) if named else None, ROOT.parent / "shared" / "corpus"):
        if candidate is not None and candidate.is_dir():
            return candidate
    return None


@pytest.fixture(scope="session")
def corpus() -> Path:
    folder = corpus_folder()
    if folder is None:
        pytest.skip("the real corpus is not here (set THERIAC_CORPUS to its folder)")
    return folder

"""One invented trial in both of the registry's formats, and the short way from bytes to identity and reading."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from theriac.model import Identity, Raw, Reading
from theriac.sources.base import Format

STUDIES = Path(__file__).parent / "studies"
_WHOLE = json.loads((STUDIES / "whole.json").read_text("utf-8"))


@pytest.fixture
def whole() -> dict[str, Any]:
    """The invented study as v2 serves it, free to be changed."""
    return copy.deepcopy(_WHOLE)


@pytest.fixture
def legacy() -> str:
    """The same study as the legacy XML had it in 2017."""
    return (STUDIES / "legacy.xml").read_text("utf-8")


@pytest.fixture
def identified() -> Callable[[Format, Any], Identity]:
    def identify(form: Format, document: Any) -> Identity:
        raw = _raw(document)
        return form.identify(raw, form.decode(raw))

    return identify


@pytest.fixture
def read() -> Callable[[Format, Any], Reading]:
    def read_one(form: Format, document: Any) -> Reading:
        raw = _raw(document)
        return form.read(raw, form.decode(raw))

    return read_one


def _raw(document: Any) -> Raw:
    return Raw(payload=document.encode() if isinstance(document, str) else json.dumps(document).encode())

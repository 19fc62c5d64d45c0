"""A world of live hosts on this machine."""

from collections.abc import Iterator

import pytest
from live_homes import Clockwork, World


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    with made.replay:
        yield made
        made.close()


@pytest.fixture
def time() -> Clockwork:
    return Clockwork()

"""What the tests of the durable parts share."""

from pathlib import Path

import pytest

from engine.durable.worlds import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "home")

"""What the tests of the step library share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from steps.worlds import Stage, staged


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path) as opened:
        yield opened

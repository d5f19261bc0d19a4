"""The registry by which a document is read: the installed steps, and the policies it calls."""

import asyncio
from pathlib import Path
from typing import Any

from assent_engine import library
from assent_engine.callees import models
from assent_engine.registry import StepRegistry
from assent_service.cli.looking import called


def registry_for(home: Path | None, *documents: dict[str, Any]) -> StepRegistry:
    """Which policies can be called is known where there is a home; raises Refused, StoreError."""
    library.load()
    known = asyncio.run(called(home, *documents))
    return StepRegistry.shared().calling(None if known is None else models(known))

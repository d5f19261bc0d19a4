"""The outside judges: the official conformance suite and the Inspector, in a Node of their own."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

ROOT = Path(__file__).parents[4]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a judge ended, and all that it said."""

    code: int
    said: str


@cache
def modules() -> Path:
    """Where the judges lie; without npm the test is skipped, but never on CI."""
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("npm is needed to have the outside judges")
    made = subprocess.run(
        [ROOT / ".ci/outside-judges"], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip()) / "node_modules"


async def judged(*words: str, environment: Mapping[str, str] | None = None) -> Verdict:
    """What a judge says: the path of its program below the modules, and its words."""
    node, program = modules() / ".bin/node", modules() / words[0]
    process = await asyncio.create_subprocess_exec(
        node,
        program,
        *words[1:],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(environment or {}), "NO_COLOR": "1"},
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return Verdict(process.returncode, said.decode(errors="replace"))


@dataclass(frozen=True, slots=True)
class Shown:
    """An application that is asked with a token, by a judge that knows none to show."""

    app: ASGIApp
    authorization: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        MutableHeaders(scope=scope)["authorization"] = self.authorization
        await self.app(scope, receive, send)

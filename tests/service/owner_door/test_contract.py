"""The door keeps to what its OpenAPI document says, whatever is asked of it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assent_client import transport
from assent_schemas.wire import openapi
from assent_schemas.wire.operations import OPERATIONS
from assent_service.desk.desk import _HANDLERS
from engine.durable.worlds import approved, policy, task
from service.owner_door.stages import NAME, Stage, stage

SCHEMA = schemathesis.openapi.from_dict(openapi.document())
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_every_operation_has_a_handler_and_a_path_of_its_own() -> None:
    assert _HANDLERS.keys() == OPERATIONS.keys()
    assert len({(one.verb, one.path) for one in OPERATIONS.values()}) == len(OPERATIONS)


def test_the_document_in_the_tree_is_the_one_that_is_served() -> None:
    path = Path(__file__).parents[3] / "docs" / "owner-door.openapi.json"
    assert json.loads(path.read_text(encoding="utf-8")) == openapi.document()


@dataclass
class Served:
    """A real door in a thread of its own: hypothesis does not wait for coroutines."""

    home: Path
    open: threading.Event = field(default_factory=threading.Event)
    loop: asyncio.AbstractEventLoop = field(init=False)
    here: Stage = field(init=False)
    _enough: asyncio.Event = field(init=False)

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self._enough = asyncio.get_running_loop(), asyncio.Event()
        async with stage(self.home) as self.here:
            await approved(self.here.engine, policy(task("order.place", 1)))
            self.open.set()
            await self._enough.wait()

    def ask(self, request: transport.Request) -> transport.Answer:
        asked = transport.ask(self.here.address, request, 30)
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._enough.set)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("contract") / "home")
    thread = threading.Thread(target=served.run)
    thread.start()
    served.open.wait()
    yield served
    served.close()
    thread.join()


@SCHEMA.parametrize()
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_asked_is_answered_as_the_document_says(
    case: "schemathesis.Case[Any]", served: Served
) -> None:
    given = case.as_transport_kwargs(base_url="http://assent")
    prepared = requests.Request(**{**given, "headers": {}, "cookies": None}).prepare()
    body = prepared.body or b""
    assert isinstance(body, str | bytes)
    request = transport.Request(
        str(prepared.method),
        prepared.path_url,
        [
            ("authorization", f"Bearer {served.here.found.token}"),
            ("assent-protocol", "1"),
            ("assent-client", NAME),
        ],
        body.encode() if isinstance(body, str) else body,
    )
    answer = served.ask(request)
    headers = {name: [value] for name, value in answer.headers.items()}
    response = Response(answer.status, headers, answer.body, prepared, 0, verify=False)
    case.validate_response(response, checks=CHECKS)

"""The door keeps to what its OpenAPI document says, whatever is asked of it."""

import json
from collections.abc import Iterator
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
from engine.durable.worlds import Bench, FakeClock, approved, policy, task
from service.owner_door.served import Served, serving
from service.owner_door.stages import NAME

SCHEMA = schemathesis.openapi.from_dict(openapi.document())
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
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


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("contract") / "home"
    with serving(Bench(home, FakeClock())) as served:
        served.do(approved(served.here.engine, policy(task("order.place", 1))))
        yield served


@SCHEMA.parametrize()
@settings(max_examples=6, deadline=None, suppress_health_check=SLOW)
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
    answer = served.do(transport.ask(served.here.address, request, 30))
    headers = {name: [value] for name, value in answer.headers.items()}
    response = Response(answer.status, headers, answer.body, prepared, 0, verify=False)
    case.validate_response(response, checks=CHECKS)

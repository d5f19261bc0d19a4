"""The application: each operation of the table at its path, the events, and what describes them."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from assent_schemas import exact_json
from assent_schemas.errors import Problem, Refused
from assent_schemas.wire import openapi
from assent_schemas.wire.operations import OPERATIONS, Operation
from assent_service.desk.audited import carried_out
from assent_service.desk.desk import Desk
from assent_service.desk.room import Caller
from assent_service.owner_door.events import following
from assent_service.owner_door.gate import CALLER
from assent_service.web.bodies import whole
from assent_service.web.bounds import DoorBounds
from assent_service.web.refusals import JSON, TITLE, refusal, wrong_form

_VERB_NOT_ALLOWED = 405


def application(desk: Desk, bounds: DoorBounds) -> Starlette:
    """Everything behind the gate."""
    routes: list[BaseRoute] = [
        Route(one.path, _endpoint(desk, one, bounds), methods=[one.verb])
        for one in OPERATIONS.values()
    ]
    routes.append(Route("/openapi.json", _described, methods=["GET"]))
    routes.append(WebSocketRoute("/events", following(desk.room.hub, bounds)))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _not_here})
    app.router.redirect_slashes = False
    return app


def _endpoint(
    desk: Desk, operation: Operation[Any, Any], bounds: DoorBounds
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            asked = await _question(operation, request, bounds)
            caller: Caller = request.state._state[CALLER]  # noqa: SLF001 - typed access
            reply = await carried_out(desk, operation, asked, caller)
            return _json(reply.model_dump())
        except Exception as error:  # noqa: BLE001 - whatever it is, the client hears in one form
            return refusal(error)

    return answer


async def _question(operation: Operation[Any, Any], request: Request, bounds: DoorBounds) -> Any:
    """What is asked, checked; raises AssentError."""
    try:
        return await _checked(operation, request, bounds)
    except ValidationError as error:
        raise Refused(wrong_form(error)) from error


async def _checked(operation: Operation[Any, Any], request: Request, bounds: DoorBounds) -> Any:
    given: dict[str, Any] = {name: unquote(text) for name, text in request.path_params.items()}
    if operation.changes:
        content = exact_json.parse(await whole(request, bounds) or b"{}", bounds.json)
        if not isinstance(content, dict):
            raise _refused("door.form", "The body is no JSON object.")
        return operation.asks.model_validate(_together(content, given), strict=True)
    pairs = request.query_params.multi_items()
    if len({name for name, _ in pairs}) != len(pairs):
        raise _refused("door.form", "A parameter stands twice in the query.")
    return operation.asks.model_validate(_together(dict(pairs), given))


def _together(more: dict[str, Any], in_path: dict[str, Any]) -> dict[str, Any]:
    if more.keys() & in_path.keys():
        raise _refused("door.form", f"{sorted(more.keys() & in_path.keys())} stand in the path.")
    return {**more, **in_path}


async def _described(_: Request) -> Response:
    return _json(openapi.document())


async def _not_here(request: Request, error: Exception) -> Response:
    """No such path, or none for this verb."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    code = "door.verb" if status == _VERB_NOT_ALLOWED else "door.unknown"
    said = f"There is no {request.method} {request.url.path[:200]}."
    return refusal(_refused(code, said, "See /openapi.json."))


def _json(data: Any) -> Response:
    return Response(exact_json.encode(exact_json.plain(data), as_ordered=True), media_type=JSON)


def _refused(code: str, detail: str, remedy: str = "") -> Refused:
    return Refused(Problem(code, TITLE, detail, remedy))

"""How HTTP says no: an error of JSON-RPC without an id, with a status that fits."""

from http import HTTPStatus

from starlette.responses import Response

from assent_schemas import exact_json
from assent_schemas.errors import AssentError, Problem, Refused
from assent_service.agent_door.remedies import remedy_of
from assent_service.web.refusals import JSON, TITLE, status_of

_CODE = -32001
_STATUS = {
    "client.revoked": HTTPStatus.UNAUTHORIZED,
    "http.host": HTTPStatus.MISDIRECTED_REQUEST,
    "http.origin": HTTPStatus.FORBIDDEN,
    "http.token": HTTPStatus.UNAUTHORIZED,
    "http.too_many": HTTPStatus.TOO_MANY_REQUESTS,
}
_MORE = {
    HTTPStatus.UNAUTHORIZED: {"www-authenticate": "Bearer"},
    HTTPStatus.METHOD_NOT_ALLOWED: {"allow": "GET, POST, DELETE"},
    HTTPStatus.TOO_MANY_REQUESTS: {"retry-after": "60"},
}


def refused(code: str, detail: str, remedy: str = "") -> Refused:
    """That something is not done."""
    return Refused(Problem(code, TITLE, detail, remedy))


def refusal(error: AssentError) -> Response:
    """The answer that says why not."""
    status = _STATUS.get(error.problem.code) or status_of(error, error.problem)
    if status is HTTPStatus.CONFLICT:
        # Nobody's conflict: why the engine is held.
        status = HTTPStatus.SERVICE_UNAVAILABLE
    problem = {**error.problem.as_json(), "remedy": remedy_of(error.problem)}
    said = {"code": _CODE, "message": error.problem.detail, "data": {"problems": [problem]}}
    body = exact_json.encode(exact_json.plain({"jsonrpc": "2.0", "id": None, "error": said}))
    # Whoever is turned away keeps no place that others want.
    headers = {"connection": "close", **_MORE.get(status, {})}
    return Response(body, status, headers=headers, media_type=JSON)

"""How the door says no: every error as problems in JSON, with a status that fits its code."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from pydantic import ValidationError
from starlette.responses import Response

from assent_schemas import exact_json
from assent_schemas.errors import AssentError, InputFileError, PolicyInvalid, Problem, StoreError
from assent_schemas.errors import pointer as pointing_at
from assent_service.desk.carriers import problem_of

JSON = "application/json"
TITLE = "The door does not do this"
_BY_CODE = {
    "door.token": HTTPStatus.UNAUTHORIZED,
    "door.stranger": HTTPStatus.FORBIDDEN,
    "door.host": HTTPStatus.FORBIDDEN,
    "door.unknown": HTTPStatus.NOT_FOUND,
    "door.verb": HTTPStatus.METHOD_NOT_ALLOWED,
    "door.slow": HTTPStatus.REQUEST_TIMEOUT,
    "door.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "door.version": HTTPStatus.UPGRADE_REQUIRED,
    "door.client": HTTPStatus.BAD_REQUEST,
    "door.form": HTTPStatus.BAD_REQUEST,
    "door.full": HTTPStatus.SERVICE_UNAVAILABLE,
    "service.held": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}
_NOT_FOUND = ("unknown", "no_such_version")


def problems_of(error: BaseException) -> tuple[Problem, ...]:
    """What is told of an error; nothing of one that nobody foresaw."""
    if isinstance(error, AssentError):
        return error.problems
    return (problem_of(error),)


def status_of(error: BaseException, problem: Problem) -> HTTPStatus:
    """The status for the first problem of an error."""
    if (known := _BY_CODE.get(problem.code)) is not None:
        return known
    if problem.code.startswith("json."):
        return HTTPStatus.BAD_REQUEST
    if problem.code.rpartition(".")[2] in _NOT_FOUND:
        return HTTPStatus.NOT_FOUND
    if isinstance(error, PolicyInvalid | InputFileError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, StoreError) else HTTPStatus.CONFLICT


def refusal(error: BaseException) -> Response:
    """The answer that says why not."""
    problems = problems_of(error)
    return Response(body(problems), status_of(error, problems[0]), media_type=JSON)


def body(problems: Sequence[Problem]) -> bytes:
    """Problems as every door writes them."""
    data = {"problems": [one.as_json() for one in problems]}
    return exact_json.encode(exact_json.plain(data), as_ordered=True)


def wrong_form(error: ValidationError) -> Iterable[Problem]:
    """What is wrong with the form of a question, without what stood there."""
    for row in error.errors(include_url=False, include_context=False, include_input=False):
        detail = f"{row['msg']}."
        yield Problem("door.form", TITLE, detail, "See /openapi.json.", pointing_at(*row["loc"]))

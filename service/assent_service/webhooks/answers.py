"""What a caller hears: that its call was taken, or why not, and never more than it may know."""

from http import HTTPStatus

from starlette.responses import Response

from assent_schemas import exact_json
from assent_schemas.errors import AssentError, PolicyInvalid, Problem, Refused, StoreError
from assent_service.web.refusals import JSON, body, refusal

TITLE = "The call is not taken"
LATER = 30
"""Seconds after which a caller may try again while nothing can be taken."""
_STATUS = {
    "hook.host": HTTPStatus.FORBIDDEN,
    "hook.later": HTTPStatus.SERVICE_UNAVAILABLE,
    "hook.media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "hook.refused": HTTPStatus.UNAUTHORIZED,
    "hook.too_often": HTTPStatus.TOO_MANY_REQUESTS,
    "event.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}


def taken(*, anew: bool) -> Response:
    """202 for what is recorded; 200 for a delivery that was taken before."""
    status = HTTPStatus.ACCEPTED if anew else HTTPStatus.OK
    content = exact_json.encode({"taken": True, "before": not anew}, as_ordered=True)
    return Response(content, status, media_type=JSON)


def refused(code: str, detail: str, remedy: str = "") -> Refused:
    """A no with its reason."""
    return Refused(Problem(code, TITLE, detail, remedy))


def no(error: BaseException, *, after: int | None = None) -> Response:
    """Why a call is not taken; `after` so many seconds it may be tried again.

    Of how the engine and its store stand a caller hears only that it is not now.
    """
    if isinstance(error, StoreError) or _is_held(error):
        error, after = refused("hook.later", "It cannot be recorded now.", "Try again."), LATER
    answer = refusal(error)
    if isinstance(error, AssentError):
        answer = _worded(error, answer)
    if after is not None:
        answer.headers["retry-after"] = str(after)
    return answer


def _is_held(error: BaseException) -> bool:
    return isinstance(error, Refused) and error.problem.code == "service.held"


def _worded(error: AssentError, answer: Response) -> Response:
    status = _STATUS.get(error.problem.code, HTTPStatus(answer.status_code))
    if isinstance(error, PolicyInvalid):
        status = HTTPStatus.BAD_REQUEST
    return Response(body(error.problems[:1]), status, media_type=JSON)

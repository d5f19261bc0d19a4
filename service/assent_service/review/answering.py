"""Answering: what every response of the review page says to the browser beside its content."""

import secrets
from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import HTMLResponse, RedirectResponse, Response

from assent_schemas.errors import Problem
from assent_service.review import pages
from assent_service.review.session import Session

COOKIE = "assent-review"
_STATUS = {
    "review.unknown": HTTPStatus.NOT_FOUND,
    "review.host": HTTPStatus.FORBIDDEN,
    "review.form": HTTPStatus.BAD_REQUEST,
    "review.verb": HTTPStatus.METHOD_NOT_ALLOWED,
    "review.too_often": HTTPStatus.TOO_MANY_REQUESTS,
    "door.too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "door.slow": HTTPStatus.REQUEST_TIMEOUT,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}
# With "no-referrer" a browser would send "Origin: null" with a form, which nobody could check;
# this sends nothing to anywhere else, either.
_ALWAYS = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def page(render: Callable[[str], str], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A page; `render` is given the nonce that its style needs."""
    nonce = secrets.token_urlsafe(16)
    return guarded(HTMLResponse(render(nonce), status), nonce)


def refusal(problem: Problem) -> Response:
    """The page that says why not."""
    status = _STATUS.get(problem.code, HTTPStatus.CONFLICT)
    return page(lambda nonce: pages.refusal(problem, nonce), status)


def opening(session: Session) -> Response:
    """The way on to a session, with its key for the browser to keep."""
    answer = page(lambda nonce: pages.opening(session.place, nonce))
    path = f"/{session.place}/"
    answer.set_cookie(COOKIE, session.key, path=path, httponly=True, samesite="strict")
    return answer


def back_to(session: Session) -> Response:
    """To the page itself: what is loaded again there decides nothing."""
    return guarded(RedirectResponse(f"/{session.place}/", HTTPStatus.SEE_OTHER))


def guarded(answer: Response, nonce: str = "") -> Response:
    """The answer with what keeps a browser from doing anything else with it."""
    style = f"style-src 'nonce-{nonce}'; " if nonce else ""
    policy = f"default-src 'none'; {style}form-action 'self'; frame-ancestors 'none'"
    answer.headers["content-security-policy"] = f"{policy}; base-uri 'none'"
    answer.headers.update(_ALWAYS)
    return answer

"""The gate of the review page: what a request must look like before anything is done for it."""

import re
from typing import Literal, NamedTuple

from starlette.requests import Request

from assent_schemas.errors import Problem, Refused
from assent_service.review.answering import COOKIE

_PATHS = re.compile(
    r"/(?:open/(?P<code>[\w-]{43})|(?P<place>[\w-]{22})/(?P<rest>decide)?)", re.ASCII
)
_FORM = "application/x-www-form-urlencoded"
_SITES = ("same-origin", "none")
NOTHING_HERE = Problem(
    "review.unknown",
    "There is nothing here for you",
    "An address of a review is good once and for a minute, in the browser that opened it.",
    "Open the review again: from the tray, or with assent approvals review ID",
)


class Wanted(NamedTuple):
    """What is asked for: a look with a code, a look at a session, or its decision."""

    what: Literal["open", "look", "decide"]
    name: str


def passing(request: Request, origin: str, largest_header: int) -> Wanted:
    """What is asked for, by a browser that speaks to this page and to no other; raises Refused."""
    headers = request.headers
    if sum(len(name) + len(value) for name, value in headers.raw) > largest_header:
        detail = f"The headers have at most {largest_header} bytes."
        raise Refused(Problem("door.too_large", "The page does not take this", detail))
    if headers.getlist("host") != [origin.removeprefix("http://")]:
        raise _refused("Another host was asked for.")
    wanted = _wanted(request)
    origins = headers.getlist("origin")
    if origins != [origin] and (origins or wanted.what == "decide"):
        raise _refused("It comes from another page.")
    if wanted.what == "decide":
        _check_form(request)
    return wanted


def keys_of(request: Request) -> list[str]:
    """The keys that the browser kept for this path; strangers may have added some."""
    pairs = (one.partition("=") for one in request.headers.get("cookie", "").split(";"))
    return [value.strip() for name, _, value in pairs if name.strip() == COOKIE]


def _wanted(request: Request) -> Wanted:
    found = _PATHS.fullmatch(request.scope["raw_path"].decode("latin-1"))
    if found is None:
        raise Refused(NOTHING_HERE)
    what: Literal["open", "look", "decide"] = "look"
    if found["code"]:
        what = "open"
    elif found["rest"]:
        what = "decide"
    if request.method != ("POST" if what == "decide" else "GET"):
        detail = "It is looked at with GET and decided with its own form."
        raise Refused(Problem("review.verb", "The page does not take this", detail))
    return Wanted(what, found["code"] or found["place"])


def _check_form(request: Request) -> None:
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site not in _SITES:
        raise _refused("It comes from another page.")
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise _refused("It is not sent as this page's form.")


def _refused(detail: str) -> Refused:
    remedy = "Use the page that Assent opened. Nothing was decided."
    return Refused(Problem("review.host", "The page does not take this", detail, remedy))

"""The gate of the listener: what a call must look like before anything in it is believed."""

import re

from starlette.requests import Request

from assent_schemas.errors import Refused
from assent_service.webhooks.answers import refused
from assent_service.webhooks.bounds import HookBounds

_PATH = re.compile(r"/hooks/([^/?#]{1,64})")
_JSON = re.compile(r"application/([a-z0-9.+-]+\+)?json(\s*;.*)?", re.IGNORECASE)
_DELIVERY_HEADERS = ("idempotency-key", "x-github-delivery", "webhook-id")
_LONGEST_DELIVERY = 255


def passing(request: Request, port: int, bounds: HookBounds) -> str:
    """The name of the webhook that is called; raises Refused.

    A page in a browser sends an Origin, and one whose name was made to mean this computer sends
    that name as Host: both are turned away, whatever else they know.
    """
    headers = request.headers
    if sum(len(name) + len(value) for name, value in headers.raw) > bounds.door.header:
        raise refused("door.too_large", f"The headers have at most {bounds.door.header} bytes.")
    if headers.getlist("host") not in ([f"127.0.0.1:{port}"], [f"localhost:{port}"]):
        raise refused("hook.host", "Another host was asked for.", "Send the Host as it is given.")
    if "origin" in headers:
        raise refused("hook.host", "A page in a browser calls no webhook.")
    path = request.scope["raw_path"].decode("latin-1")
    if (found := _PATH.fullmatch(path)) is None:
        raise refused("door.unknown", "There is only /hooks/NAME.")
    if request.method != "POST":
        raise refused("door.verb", "A webhook is called by POST.")
    return found[1]


def json_only(request: Request) -> None:
    """Raise Refused for a body that does not say that it is JSON."""
    if _JSON.fullmatch(request.headers.get("content-type", "")) is None:
        remedy = "Send the header Content-Type: application/json."
        raise refused("hook.media_type", "A webhook takes JSON.", remedy)


def delivery_of(request: Request) -> str | None:
    """The id that the caller gave this delivery; raises Refused for one without measure."""
    for name in _DELIVERY_HEADERS:
        if found := request.headers.getlist(name):
            if len(found) != 1 or not 0 < len(found[0]) <= _LONGEST_DELIVERY:
                raise _no_id(name)
            return found[0]
    return None


def _no_id(name: str) -> Refused:
    return refused("door.form", f"{name} stands once, with 1 to {_LONGEST_DELIVERY} characters.")

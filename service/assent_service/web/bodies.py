"""Reading the body of a request, within the bounds of a door."""

import asyncio

from starlette.requests import ClientDisconnect, Request

from assent_schemas.errors import Problem, Refused
from assent_service.web.bounds import DoorBounds
from assent_service.web.refusals import TITLE


async def whole(request: Request, bounds: DoorBounds) -> bytes:
    """The whole body, if it is short enough and comes in time; raises Refused.

    What is too much is read all the same, as far as it is bearable, and thrown away: who still
    writes could not be told why not.
    """
    found, size = bytearray(), 0
    try:
        async with asyncio.timeout(bounds.seconds_to_ask):
            async for part in request.stream():
                size += len(part)
                if size <= bounds.body:
                    found += part
                elif size > bounds.bearable:
                    break
    except TimeoutError:
        detail = f"The request did not come in {bounds.seconds_to_ask:g} s."
        raise _refused("door.slow", detail) from None
    except ClientDisconnect:
        raise _refused("door.slow", "The client hung up.") from None
    if size > bounds.body:
        raise _refused("door.too_large", f"A request has at most {bounds.body} bytes.")
    return bytes(found)


def _refused(code: str, detail: str) -> Refused:
    return Refused(Problem(code, TITLE, detail))

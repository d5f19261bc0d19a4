"""The greeting: a first line that names a client and shows its token."""

from dataclasses import dataclass

from assent_schemas import exact_json
from assent_schemas.errors import AssentError

VERSION = 1
_BOUNDS = exact_json.Bounds(size=4096, depth=2, nodes=16, text=512)


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who a connection says that it is; `client` is None where it cannot be made out."""

    client: str | None
    token: str = ""


BAD = Greeting(None)


def greeting_of(line: bytes, longest: int) -> Greeting | None:
    """The greeting that a line is, BAD for one that cannot be read; None for anything else."""
    if not line.lstrip().startswith(b'{"assent"'):
        return None
    if len(line) > longest:
        return BAD
    try:
        said = exact_json.parse(line, _BOUNDS)
    except AssentError:
        return BAD
    match said:
        case {"assent": int(version), "client": str(name), "token": str(token), **rest}:
            return BAD if rest or version != VERSION else Greeting(name, token)
    return BAD

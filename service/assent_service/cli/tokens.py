"""Tokens of MCP clients in the home: where the bridge of each one looks for it."""

from pathlib import Path

from assent_schemas.errors import Problem, StoreError
from assent_schemas.places import token_file
from assent_service.doorway import make_private, put_private


def keep(home: Path, client: str, token: str) -> Path:
    """Write a token for its client's bridge alone; where. Raises StoreError."""
    path = token_file(home, client)
    try:
        make_private(path.parent)
        put_private(path, token)
    except OSError as error:
        raise _unwritable(path, error) from error
    return path


def forget(home: Path, client: str) -> None:
    """Take a token away; one that was revoked opens nothing, and still need not lie there."""
    path = token_file(home, client)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StoreError:
    detail = f"{path} cannot be written: {error.strerror or error}."
    remedy = "Give yourself write access, or use another home with --home."
    return StoreError(Problem("home.not_writable", "The home cannot be used", detail, remedy))

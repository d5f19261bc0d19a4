"""Reading a policy from a file, or from standard input with "-"."""

import sys
from pathlib import Path
from typing import Any

from assent_schemas import exact_json
from assent_schemas.errors import InputFileError, PolicyInvalid, Problem
from assent_service.bounded import ENOUGH, read_bounded


def read_document(source: str) -> dict[str, Any]:
    """Parse a policy document; raises InputFileError, PolicyInvalid."""
    value = exact_json.parse(_bytes(source))
    if not isinstance(value, dict):
        detail = f"A policy is an object, not {exact_json.type_name(value)}."
        raise PolicyInvalid(Problem("policy.wrong_type", "This is no policy", detail, "", ""))
    return value


def _bytes(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(ENOUGH)
    try:
        return read_bounded(Path(source))
    except OSError as error:
        detail = f"{source}: {error.strerror}."
        problem = Problem("file.unreadable", "The file cannot be read", detail)
        raise InputFileError(problem) from error

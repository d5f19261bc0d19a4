"""The exact JSON that is decided on, in lines that a person can read."""

from typing import Any

import msgspec

from assent_schemas import exact_json
from assent_service.reading_order import in_reading_order


def document_lines(document: dict[str, Any]) -> list[str]:
    """A policy's document, in the order in which it is read."""
    return _lines(exact_json.encode(in_reading_order(document), as_ordered=True))


def value_lines(value: Any) -> list[str]:
    """Any JSON."""
    return _lines(exact_json.encode(value))


def _lines(text: bytes) -> list[str]:
    return msgspec.json.format(text, indent=2).decode().split("\n")

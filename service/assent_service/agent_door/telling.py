"""Telling: what a tool found as exact JSON text, with nothing hidden in it."""

from typing import Any

from pydantic import BaseModel

from assent_schemas import exact_json
from assent_schemas.visible import visible


def plainly(value: Any) -> Any:
    """A model and all that is in it as JSON; a field of a model that is None is left out."""
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        return {name: plainly(one) for name, one in fields.items() if one is not None}
    if isinstance(value, dict):
        return {str(name): plainly(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plainly(one) for one in value]
    return exact_json.plain(value)


def text_of(data: Any) -> str:
    """JSON text in which every hidden character is written as its escape."""
    text = exact_json.encode(data, as_ordered=True).decode()
    return text if text.isascii() and text.isprintable() else visible(text)

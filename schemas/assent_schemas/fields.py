"""Types that the documents share: exact numbers, paths, templates and names."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Document(BaseModel):
    """A part of a policy document: unknown keys are errors, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("a JSON number is needed here")  # noqa: TRY004 - pydantic's own protocol
    return value


Number = Annotated[int | Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Resource = Annotated[str, Field(min_length=1, max_length=256)]
StateName = Annotated[str, Field(min_length=1, max_length=80)]
Path = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^\$")]
ReferencePath = Annotated[str, Field(min_length=1, max_length=512, pattern=r"^\$([^$].*)?$")]
Expression = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"^(\$|States\.)")]
Percentage = Annotated[
    Number,
    Field(ge=0, le=100),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
Template = dict[str, Any]
Payload = Annotated[
    dict[str, Any] | list[Any],
    WithJsonSchema({"additionalProperties": True, "type": "object"}),
]
"""A template; a list only in imported machines, whose authors write one now and then."""
Variables = Annotated[dict[str, Any], Field(min_length=1)]
Comment = Annotated[str, Field(max_length=4096)]
Seconds = Annotated[int, Field(ge=1, le=99_999_999)]

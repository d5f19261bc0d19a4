"""Retry and catch: what a state does about errors, declared in the document."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from assent_schemas.fields import Comment, Document, Number, ReferencePath, StateName, Variables

ErrorName = Annotated[str, Field(min_length=1, max_length=256)]
BackoffRate = Annotated[Number, Field(ge=1), WithJsonSchema({"type": "number", "minimum": 1})]
ErrorNames = Annotated[list[ErrorName], Field(min_length=1, max_length=64)]


class Retrier(Document):
    """Try again after these errors; the k-th wait is interval * backoff_rate ** (k - 1)."""

    error_equals: ErrorNames
    interval_seconds: Annotated[int, Field(ge=0, le=99_999_999)] = 1
    """Seconds before the first retry."""
    max_attempts: Annotated[int, Field(ge=0, le=99_999_999)] = 3
    """How many retries, the first attempt not counted."""
    backoff_rate: BackoffRate = 2
    max_delay_seconds: Annotated[int, Field(ge=1, le=31_622_400)] | None = None
    """The longest wait between two attempts."""
    jitter_strategy: Literal["FULL", "NONE"] = "NONE"
    """FULL draws each wait between zero and the computed one."""
    comment: Comment | None = None


class Catcher(Document):
    """Go on at another state after errors of these names; the error lands at result_path."""

    error_equals: ErrorNames
    next: StateName
    result_path: ReferencePath | None = "$"
    """Where {error, cause} is written into the state's raw input; null drops it."""
    assign: Variables | None = None
    """Variables to set when this catcher is taken; $ is {error, cause}."""
    compensate: bool = False
    """Reverse what the state did to the outside before going on."""
    comment: Comment | None = None

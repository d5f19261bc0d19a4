"""What every record is: fields, and the one statement that they are the parameters of."""

from dataclasses import fields
from typing import Any, ClassVar, Protocol


class Record(Protocol):
    """A frozen dataclass whose fields are the named parameters of `sql`."""

    sql: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


def parameters(record: Record) -> dict[str, Any]:
    """The record's fields by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}

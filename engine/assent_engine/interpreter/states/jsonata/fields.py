"""The fields of a JSONata document, made ready: what is absent stays absent, null is a value."""

from typing import Any

from assent_engine.interpreter.jsonata import Ending, Field, NumberField
from assent_schemas.fields import Document


def optional_field(part: Document, name: str, label: str) -> Field | None:
    """A field that may be absent; `label` is its name in causes."""
    return Field.of(label, getattr(part, name)) if name in part.model_fields_set else None


def ending(part: Document, prefix: str = "") -> Ending:
    """The output and the assignments of a state, a rule or a catcher."""
    output = optional_field(part, "output", f"{prefix}Output")
    return Ending(output, optional_field(part, "assign", f"{prefix}Assign"))


def number_field(value: Any, label: str, most: int | None = None) -> NumberField:
    """A number or an expression for one; None where the document has none."""
    return NumberField(None if value is None else Field.of(label, value), most)

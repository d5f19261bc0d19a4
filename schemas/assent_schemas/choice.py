"""Choice rules: one comparison each, or rules joined by and, or, not."""

from typing import Any

from pydantic import ConfigDict, Field

from assent_schemas.fields import Comment, Document, Number, Path, StateName, Variables

ORDERS = ("equals", "less_than", "less_than_equals", "greater_than", "greater_than_equals")
ORDERED_KINDS = ("string", "numeric", "timestamp")
TYPE_TESTS = ("is_null", "is_present", "is_numeric", "is_string", "is_boolean", "is_timestamp")
COMPARISONS = (
    *(
        f"{kind}_{order}{path}"
        for kind in ORDERED_KINDS
        for order in ORDERS
        for path in ("", "_path")
    ),
    "boolean_equals",
    "boolean_equals_path",
    "string_matches",
    *TYPE_TESTS,
)
CONNECTIVES = ("and", "or", "not")


def _exactly_one_test(schema: dict[str, Any]) -> None:
    comparisons = [{"required": ["variable", name]} for name in COMPARISONS]
    schema["oneOf"] = [*comparisons, *({"required": [name]} for name in CONNECTIVES)]
    # A connective looks at no value of its own: a variable beside it would be passed over.
    schema["allOf"] = [{"not": {"required": ["variable", name]}} for name in CONNECTIVES]


class Condition(Document):
    """One comparison of a value in the data with a constant or with another value in it."""

    model_config = ConfigDict(json_schema_extra=_exactly_one_test)

    variable: Path | None = None
    """JSONPath of the value to look at."""
    comment: Comment | None = None

    string_equals: str | None = None
    string_equals_path: Path | None = None
    string_less_than: str | None = None
    string_less_than_path: Path | None = None
    string_less_than_equals: str | None = None
    string_less_than_equals_path: Path | None = None
    string_greater_than: str | None = None
    string_greater_than_path: Path | None = None
    string_greater_than_equals: str | None = None
    string_greater_than_equals_path: Path | None = None
    string_matches: str | None = None
    """A pattern in which only * is special; write \\* for a star and \\\\ for a backslash."""

    numeric_equals: Number | None = None
    numeric_equals_path: Path | None = None
    numeric_less_than: Number | None = None
    numeric_less_than_path: Path | None = None
    numeric_less_than_equals: Number | None = None
    numeric_less_than_equals_path: Path | None = None
    numeric_greater_than: Number | None = None
    numeric_greater_than_path: Path | None = None
    numeric_greater_than_equals: Number | None = None
    numeric_greater_than_equals_path: Path | None = None

    timestamp_equals: str | None = None
    timestamp_equals_path: Path | None = None
    timestamp_less_than: str | None = None
    timestamp_less_than_path: Path | None = None
    timestamp_less_than_equals: str | None = None
    timestamp_less_than_equals_path: Path | None = None
    timestamp_greater_than: str | None = None
    timestamp_greater_than_path: Path | None = None
    timestamp_greater_than_equals: str | None = None
    timestamp_greater_than_equals_path: Path | None = None

    boolean_equals: bool | None = None
    boolean_equals_path: Path | None = None

    is_null: bool | None = None
    is_present: bool | None = None
    is_numeric: bool | None = None
    is_string: bool | None = None
    is_boolean: bool | None = None
    is_timestamp: bool | None = None

    all_of: list["Condition"] | None = Field(default=None, alias="and", min_length=1)
    any_of: list["Condition"] | None = Field(default=None, alias="or", min_length=1)
    none_of: "Condition | None" = Field(default=None, alias="not")


class ChoiceRule(Condition):
    """A condition and the state to go to when it holds; rules are tried in order."""

    next: StateName
    assign: Variables | None = None
    """Variables to set when this rule is taken, instead of the state's own."""

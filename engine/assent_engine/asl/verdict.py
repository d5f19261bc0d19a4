"""What the checks of a definition share: a problem's form, the two query languages, open values."""

from collections.abc import Iterator
from typing import Any, Final

from assent_schemas.errors import Problem

Json = dict[str, Any]
Problems = Iterator[Problem]

TITLE: Final = "AWS would refuse this definition"
JSONPATH: Final = "JSONPath"
JSONATA: Final = "JSONata"
LANGUAGES: Final = (JSONPATH, JSONATA)


def problem(code: str, where: str, detail: str, remedy: str = "") -> Problem:
    return Problem(f"asl.{code}", TITLE, detail, remedy, where)


def is_open(value: Any) -> bool:
    """Whether a template tool fills the value in later: nothing can be said about it now."""
    if isinstance(value, dict):
        return len(value) == 1 and all(name == "Ref" or name[:4] == "Fn::" for name in value)
    return isinstance(value, str) and "${" in value


def is_expression(value: Any) -> bool:
    """Whether a value is JSONata: the marks must enclose the whole text."""
    whole = isinstance(value, str) and len(value) >= len("{%%}")
    return whole and value.startswith("{%") and value.endswith("%}")


def objects(node: Any) -> Iterator[tuple[int, Json]]:
    """The objects in a list, with their positions."""
    for at, item in enumerate(node if isinstance(node, list) else ()):
        if isinstance(item, dict):
            yield at, item

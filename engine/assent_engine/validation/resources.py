"""What the validator must know of the resources that a policy names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from assent_schemas.policy import Policy
from assent_schemas.spelling import nearest
from assent_schemas.states import Machine


class Resources(Protocol):
    """The resources at hand; a StepRegistry is one.

    `policies` are those that policy.run can name, None where they are not known.
    """

    @property
    def policies(self) -> Mapping[str, Policy] | None: ...

    def knows(self, name: str) -> bool:
        """Whether a resource can be called."""
        ...

    def nearest(self, name: str) -> str | None:
        """The name that a misspelt one was most likely meant to be."""
        ...

    def acts(self, name: str) -> bool:
        """Whether a resource has side effects; a macro has those of its steps."""
        ...

    def is_macro(self, name: str) -> bool:
        """Whether a resource is a macro, tried again as a whole."""
        ...

    def input_schema(self, name: str) -> dict[str, Any] | None:
        """JSON Schema of what a step takes, its numbers exact; None where it is not known."""
        ...

    def output_schema(self, name: str) -> dict[str, Any] | None:
        """JSON Schema of what a step answers, its numbers exact; None where it is not known."""
        ...

    def takes(self, name: str, field: str, value: Any) -> bool:
        """Whether a step might take a value in this field, whatever else it is given."""
        ...

    def macro_machine(self, name: str) -> Machine | None:
        """What a macro runs; None for a step."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """Resources of which only the names are known, such as stand-ins; None stands for any name."""

    names: Collection[str] | None = None
    policies: Mapping[str, Policy] | None = None

    def knows(self, name: str) -> bool:
        return self.names is None or name in self.names

    def nearest(self, name: str) -> str | None:
        return nearest(name, sorted(self.names or ()))

    def acts(self, name: str) -> bool:
        del name
        return False

    def is_macro(self, name: str) -> bool:
        del name
        return False

    def input_schema(self, name: str) -> dict[str, Any] | None:
        del name
        return None

    def output_schema(self, name: str) -> dict[str, Any] | None:
        del name
        return None

    def takes(self, name: str, field: str, value: Any) -> bool:
        del name, field, value
        return True

    def macro_machine(self, name: str) -> Machine | None:
        del name
        return None

"""What the validator must know of the resources that a policy names."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from assent_schemas.spelling import did_you_mean


class Resources(Protocol):
    """The resources at hand; a StepRegistry is one."""

    def knows(self, name: str) -> bool:
        """Whether a resource can be called."""
        ...

    def meant(self, name: str) -> str:
        """A remedy for a misspelt name, or ""."""
        ...

    def acts(self, name: str) -> bool:
        """Whether a resource has side effects; a macro has those of its steps."""
        ...

    def is_macro(self, name: str) -> bool:
        """Whether a resource is a macro, tried again as a whole."""
        ...


@dataclass(frozen=True, slots=True)
class Named:
    """Resources of which only the names are known, such as stand-ins; None stands for any name."""

    names: Collection[str] | None = None

    def knows(self, name: str) -> bool:
        return self.names is None or name in self.names

    def meant(self, name: str) -> str:
        return did_you_mean(name, sorted(self.names or ()))

    def acts(self, name: str) -> bool:
        del name
        return False

    def is_macro(self, name: str) -> bool:
        del name
        return False

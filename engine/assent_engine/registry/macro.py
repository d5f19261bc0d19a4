"""A macro: a shipped sub-policy that acts as a resource and runs as a child scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assent_schemas import exact_json
from assent_schemas.states import Machine, MapState, ParallelState, TaskState


@dataclass(frozen=True, slots=True)
class Macro:
    """Several steps under one name, each with its own intent, limit and compensation."""

    name: str
    description: str
    document: dict[str, Any]
    machine: Machine
    version: str = "1"

    @classmethod
    def from_document(
        cls, name: str, description: str, document: dict[str, Any], version: str = "1"
    ) -> "Macro":
        """Read the states of a macro; raises pydantic.ValidationError for a malformed one."""
        return cls(name, description, document, Machine.model_validate(document), version)

    @property
    def fingerprint(self) -> str:
        """Version and document in one hash."""
        return f"{self.version}:{exact_json.digest(self.document)}"

    def resources(self) -> Iterator[str]:
        """Every resource that the macro names, at any depth of its machines."""
        return (task.resource for task in tasks(self.machine))


def tasks(machine: Machine) -> Iterator[TaskState]:
    """Every Task of a machine, at any depth."""
    for state in machine.states.values():
        match state:
            case TaskState():
                yield state
            case MapState() if inner := state.iterator or state.item_processor:
                yield from tasks(inner)
            case ParallelState():
                for branch in state.branches:
                    yield from tasks(branch)

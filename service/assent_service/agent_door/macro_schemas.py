"""What a macro takes and gives, read off its document: a straight line of steps and Maps."""

from dataclasses import dataclass
from typing import Any

from assent_engine.registry import Macro, StepRegistry
from assent_schemas.states import AnyState, Machine, MapState, PassState, TaskState
from assent_service.agent_door.schemas import Json, flattened

ANYTHING: Json = {}


def takes(registry: StepRegistry, macro: Macro) -> Json | None:
    """JSON Schema of what its first step asks of the input; None where that is not seen."""
    first = macro.machine.states[macro.machine.start_at]
    if not isinstance(first, TaskState) or first.input_path != "$":
        return None
    asked = flattened(registry.input_schema(first.resource) or ANYTHING, nulls=True)
    if first.parameters is None:
        return asked or None
    named = {
        path: asked.get("properties", {}).get(key.removesuffix(".$"), ANYTHING)
        for key, given in dict(first.parameters).items()
        if (path := _key(given)) is not None and key.endswith(".$")
    }
    return _object(named) if named else None


def gives(registry: StepRegistry, macro: Macro) -> Json | None:
    """JSON Schema of its result; None where it branches, or the reading ends."""
    return _Line(registry).end(macro.machine)


@dataclass(frozen=True, slots=True)
class _Line:
    """Follows one machine from its start to its end."""

    registry: StepRegistry

    def end(self, machine: Machine) -> Json | None:
        """What it ends with; None where more than one way leads on."""
        data, name, left = ANYTHING, machine.start_at, len(machine.states)
        while left:
            state, left = machine.states[name], left - 1
            after = self._after(state, data)
            if after is None:
                return None
            if getattr(state, "end", False):
                return after or None
            data, name = after, str(getattr(state, "next", ""))
        return None

    def _after(self, state: AnyState, data: Json) -> Json | None:
        """The data that a state hands on."""
        if getattr(state, "catch", ()) or getattr(state, "output_path", "$") != "$":
            return None
        match state:
            case TaskState(result_selector=None):
                schema = self.registry.output_schema(state.resource)
                found = ANYTHING if schema is None else flattened(schema, nulls=True)
                return _placed(state.result_path, data, found)
            case MapState(result_selector=None, result_writer=None):
                return _placed(state.result_path, data, self._listed(state))
            case PassState(parameters=dict() as shaped) if "result" not in state.model_fields_set:
                return _placed(state.result_path, data, _filled(shaped, data))
        return None

    def _listed(self, state: MapState) -> Json:
        inner = state.iterator or state.item_processor
        item = None if inner is None else self.end(inner)
        return {"type": "array", "items": item or ANYTHING}


def _placed(path: Any, data: Json, result: Json) -> Json | None:
    """The data with a result in it; only a key of the top is followed."""
    if path is None or path == "$":
        return data if path is None else result
    if (key := _key(path)) is None:
        return None
    return _object({**data.get("properties", {}), key: result})


def _filled(template: Json, data: Json) -> Json:
    """An object whose keys hold what stands at their paths."""
    known = data.get("properties", {})
    return _object(
        {
            key.removesuffix(".$"): known.get(_key(given), ANYTHING)
            if key.endswith(".$")
            else ANYTHING
            for key, given in template.items()
        }
    )


def _key(path: Any) -> str | None:
    """The one key that a path such as $.sells names."""
    name = path.removeprefix("$.") if isinstance(path, str) and path.startswith("$.") else ""
    return name if name.isidentifier() else None


def _object(fields: Json) -> Json:
    return {"type": "object", "properties": fields, "required": sorted(fields)}

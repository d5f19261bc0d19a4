"""Registered steps as tools: reading ones called as they stand, others put before the owner."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

from assent_engine.effects import Ok
from assent_engine.registry import StepDeclaration, StepRegistry
from assent_schemas.errors import Problem, Refused, pointer
from assent_service.agent_door import schemas
from assent_service.agent_door.schemas import Json
from assent_service.agent_door.tool import Asked, Tool, Visit
from assent_service.agent_door.tools.proposals import ProposalTold, proposed

Which = Literal["read_only", "all", "none"]
VARIABLE = "ASSENT_STEP_TOOLS"
"""Which steps are tools: read_only, all or none."""
MOST_TOOLS = 40
"""Fixed ones and steps together: some clients take no more."""
_LOG = logging.getLogger(__name__)
_WRAPPED = "result"


@dataclass(frozen=True)
class StepTool(Tool[Any, Any]):
    """A step as a tool; what it takes and gives is the step's own."""

    step_takes: Json = field(default_factory=dict)
    step_gives: Json = field(default_factory=dict)

    @cached_property
    def takes(self) -> Json:
        return self.step_takes

    @cached_property
    def gives(self) -> Json:
        return self.step_gives

    def read(self, arguments: Json) -> Json:
        """The arguments as they are: the step reads them by its own model."""
        return arguments


def which(environment: Mapping[str, str] = os.environ) -> Which:
    """What the owner has set; anything unknown counts as read_only."""
    said = environment.get(VARIABLE, "read_only")
    if said not in ("read_only", "all", "none"):
        _LOG.warning("%s is none of read_only, all, none", VARIABLE)
        return "read_only"
    return cast("Which", said)


def step_tools(
    registry: StepRegistry, taken: Mapping[str, object], wanted: Which
) -> list[StepTool]:
    """The steps that are tools, by name; those whose schemas some client would refuse are not."""
    if wanted == "none":
        return []
    steps = (one for one in registry.steps() if wanted == "all" or not one.side_effect)
    made = (_tool(registry, one) for one in steps)
    found = [one for one in made if one is not None and one.name not in taken]
    return found[: MOST_TOOLS - len(taken)]


def wire_name(step: str) -> str:
    """A step's name without dots, which some clients refuse."""
    return step.replace(".", "_")


def _tool(registry: StepRegistry, step: StepDeclaration) -> StepTool | None:
    name = wire_name(step.name)
    try:
        takes = {"properties": {}, **schemas.flattened(registry.input_schema(step.name) or {})}
        given = schemas.flattened(registry.output_schema(step.name) or {}, nulls=True)
    except ValueError:
        _LOG.warning("%s is no tool: its schema refers to itself", step.name)
        return None
    takes |= {"type": "object", "additionalProperties": False}
    gives = schemas.given(ProposalTold) if step.side_effect else _object(given)
    wrong = [*schemas.complaints(takes), *schemas.complaints(gives)]
    if wrong or not schemas.WIRE_NAME.fullmatch(name):
        _LOG.warning("%s is no tool: %s", step.name, wrong or "its name is too long")
        return None
    return (
        _acting(step, name, takes, gives)
        if step.side_effect
        else _reading(step, name, takes, gives)
    )


def _reading(step: StepDeclaration, name: str, takes: Json, gives: Json) -> StepTool:
    async def does(visit: Visit, given: Json) -> Any:
        outcome = await visit.reach.look(step, given)
        if not isinstance(outcome, Ok):
            detail = f"{step.name} failed: {outcome.error}: {outcome.cause}"
            raise Refused(Problem("call.step_failed", "The step failed", detail))
        return outcome.value if isinstance(outcome.value, dict) else {_WRAPPED: outcome.value}

    said = f"{step.description}. Calls the step {step.name} once, now; it only reads."
    return StepTool(
        name,
        step.name,
        said,
        Asked,
        ProposalTold,
        does,
        open_world=True,
        step_takes=takes,
        step_gives=gives,
    )


def _acting(step: StepDeclaration, name: str, takes: Json, gives: Json) -> StepTool:
    async def does(visit: Visit, given: Json) -> ProposalTold:
        return await proposed(visit, _one_call(step, given, visit.client.name))

    said = (
        f"{step.description}. It changes the outside ({step.risk} risk), so this only proposes one "
        f"call of {step.name}: once the owner has approved it, start_run carries it out."
    )
    return StepTool(
        name,
        step.name,
        said,
        Asked,
        ProposalTold,
        does,
        scope="call",
        changes=True,
        destroys=True,
        idempotent=False,
        open_world=True,
        step_takes=takes,
        step_gives=gives,
    )


def _one_call(step: StepDeclaration, given: Json, client: str) -> Json:
    """A policy of one Task, its parameters exactly what was given; raises Refused for paths."""
    _refuse_paths(given, ())
    call = {"type": "Task", "resource": step.name, "parameters": given, "end": True}
    return {
        "name": f"One call of {step.name}",
        "description": f"Asked for by the agent {client}.",
        "start_at": "Call",
        "states": {"Call": call},
    }


def _refuse_paths(value: Any, where: tuple[str | int, ...]) -> None:
    """A key that ends in .$ would be read as a path: what was shown would not be what runs."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name.endswith(".$"):
                detail = "A key must not end in .$ here: values are taken as they are."
                at = pointer(*where, name)
                raise Refused(Problem("call.path", "No paths here", detail, "", at))
            _refuse_paths(one, (*where, name))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            _refuse_paths(one, (*where, index))


def _object(schema: Json) -> Json:
    """The schema of an answer, which has to be an object."""
    if schema.get("type") == "object":
        return {"properties": {}, **schema}
    return {"type": "object", "properties": {_WRAPPED: schema}, "required": [_WRAPPED]}

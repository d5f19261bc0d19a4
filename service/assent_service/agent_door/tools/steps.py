"""Steps: what a policy can call, and the reading ones called as they stand."""

from typing import Annotated, Any

from pydantic import Field

from assent_engine.registry import Macro, StepDeclaration, StepRegistry
from assent_schemas.errors import Problem, Refused
from assent_schemas.spelling import asked as did_you_mean
from assent_schemas.states import POLICY_RUN
from assent_service.agent_door import macro_schemas
from assent_service.agent_door.tool import Asked, Told, Visit

STEP, MACRO = "step", "macro"
NEXT = "describe_step tells what one takes and gives, and of a macro the document that it runs."


class ListingSteps(Asked):
    """Which steps."""

    starts_with: Annotated[
        str, Field(max_length=64, description="Only these, such as market or portfolio.")
    ] = ""
    kind: Annotated[
        str,
        Field(
            pattern="^(all|reading|side_effect|macro)$",
            description="all, reading, side_effect or macro.",
        ),
    ] = "all"


class StepTold(Told):
    """A step or macro in a list."""

    name: str
    kind: str
    description: str
    side_effect: bool
    risk: str | None = None


class StepList(Told):
    """Steps and macros by name."""

    steps: list[StepTold]
    next: str


class DescribingStep(Asked):
    """One step or macro."""

    step: Annotated[str, Field(max_length=128, description="Its name, such as market.get_quote.")]


class StepDescribed(StepTold):
    """All that is declared of it."""

    version: str
    undone_by: str | None = None
    irreversible: str | None = None
    money: str | None = None
    seconds: int | None = None
    takes: dict[str, Any] | None = None
    gives: dict[str, Any] | None = None
    calls: list[str] | None = None
    document: dict[str, Any] | None = None
    """Of a macro: what it carries out."""
    example: dict[str, Any]


async def list_steps(visit: Visit, asked: ListingSteps) -> StepList:
    registry = visit.reach.registry
    found = [_told(registry, name) for name in registry.names()]
    kept = [one for one in found if one.name.startswith(asked.starts_with) and _is(one, asked.kind)]
    return StepList(steps=kept, next=NEXT)


async def describe_step(visit: Visit, asked: DescribingStep) -> StepDescribed:
    return described(visit.reach.registry, asked.step)


def described(registry: StepRegistry, name: str) -> StepDescribed:
    """All that is declared of a step or macro; raises Refused."""
    wanted = name if registry.knows(name) else _dotted(registry, name)
    step, macro = registry.step(wanted), registry.macro(wanted)
    if step is not None:
        return _step(registry, step)
    if macro is not None:
        return _macro(registry, macro)
    detail = f"There is no step or macro {name!r}."
    remedy = did_you_mean(registry.nearest(name), "List them: list_steps.")
    raise Refused(Problem("resource.unknown", "Not found", detail, remedy))


def _told(registry: StepRegistry, name: str) -> StepTold:
    step, macro = registry.step(name), registry.macro(name)
    return StepTold(
        name=name,
        kind=MACRO if macro else STEP,
        description=(macro or step).description,  # type: ignore[union-attr]
        side_effect=registry.acts(name),
        risk=str(step.risk) if step else None,
    )


def _is(one: StepTold, kind: str) -> bool:
    match kind:
        case "reading":
            return not one.side_effect
        case "side_effect":
            return one.side_effect
        case "macro":
            return one.kind == MACRO
    return True


def _dotted(registry: StepRegistry, name: str) -> str:
    """The name that a tool's name stands for."""
    return next((one for one in registry.names() if one.replace(".", "_") == name), name)


def _step(registry: StepRegistry, step: StepDeclaration) -> StepDescribed:
    told = _told(registry, step.name)
    return StepDescribed(
        **dict(told),
        version=step.version,
        undone_by=step.compensation.resource if step.compensation else None,
        irreversible=step.irreversible,
        money=step.money,
        seconds=step.limit(None),
        takes=registry.input_schema(step.name),
        gives=registry.output_schema(step.name),
        example=_example(step.name, registry.input_schema(step.name) or {}),
    )


def _macro(registry: StepRegistry, macro: Macro) -> StepDescribed:
    takes = macro_schemas.takes(registry, macro)
    return StepDescribed(
        **dict(_told(registry, macro.name)),
        version=macro.version,
        takes=takes,
        gives=macro_schemas.gives(registry, macro),
        calls=sorted(set(macro.resources()) - {POLICY_RUN}),
        document=macro.document,
        example=_example(macro.name, takes or {}),
    )


def _example(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A Task state that calls it; the paths in it are to be replaced by real ones."""
    asked = schema.get("required", [])
    parameters = {f"{field}.$": f"$.{field}" for field in asked}
    given = {"parameters": parameters} if parameters else {}
    return {"type": "Task", "resource": name, **given, "result_path": "$.result", "end": True}

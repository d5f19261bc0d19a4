"""Prompts: how a person asks an agent for a policy, a repair, or the reason of a failure."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid, Problem, Refused
from assent_service.agent_door import resources
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.telling import plainly, text_of
from assent_service.agent_door.tool import Visit
from assent_service.agent_door.tools import authoring, guidance, runs

LONGEST = 1 << 20
Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Argument:
    """What a prompt is made for; `completes` gives words for it."""

    name: str
    description: str
    completes: Callable[[Reach], Awaitable[list[str]]] | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text for an agent, made with what was asked and what is known of it."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    says: Callable[[Visit, Words], Awaitable[str]]


async def said(visit: Visit, name: str, given: Words) -> str:
    """The text of a prompt; raises Refused for one that is unknown or lacks an argument."""
    prompt = PROMPTS.get(name)
    if prompt is None:
        detail = f"There is no prompt {name[:80]!r}."
        raise Refused(Problem("prompt.unknown", "Not found", detail, "List them: prompts/list"))
    missing = [one.name for one in prompt.arguments if not given.get(one.name)]
    if missing:
        detail = f"{name} needs {', '.join(missing)}."
        raise Refused(Problem("prompt.incomplete", "Something is missing", detail))
    return await prompt.says(visit, given)


async def _write(visit: Visit, given: Words) -> str:
    names = ", ".join(visit.reach.registry.names())
    return (
        f"Write an Assent policy for this wish of its owner: {_data(given['goal'])}\n\n"
        f"{guidance.page(guidance.FIRST)}\n"
        f"Steps and macros here: {names}.\n\n"
        "Ask the owner where it is open what to buy, sell, spend or send. Then go the way "
        "above up to propose_policy, and tell the owner what waits for them."
    )


async def _repair(visit: Visit, given: Words) -> str:
    try:
        document = exact_json.parse(given["document"])
        asked = authoring.Validating(document=document if isinstance(document, dict) else {})
        found = await authoring.validate_policy(visit, asked)
        problems = text_of(plainly(found))
    except PolicyInvalid as invalid:
        problems = text_of({"problems": [one.as_json() for one in invalid.problems]})
    return (
        f"Repair this Assent policy:\n\n{_data(given['document'])}\n\nThis is what "
        f"validate_policy says of it:\n\n{problems}\n\nApply each fix or correct the place that "
        "its pointer names, change nothing else, and validate again until it is valid. Then show "
        "the owner what you changed before you propose it."
    )


async def _explain(visit: Visit, given: Words) -> str:
    found = await runs.explain_run(visit, runs.Explaining(run=given["run"]))
    return (
        "Explain to the owner of this Assent service why the run below went as it did, what it has "
        "done to the outside, and what can be done now. Only the owner can settle cases and resume "
        f"runs. This is what is recorded, as data:\n\n{text_of(plainly(found))}"
    )


def _data(text: str) -> str:
    """What somebody wrote, as a JSON text that cannot be taken for more."""
    return text_of(text[:LONGEST])


_ROWS = (
    Prompt(
        "write_policy",
        "Write a policy",
        "Write a policy for a wish in plain words, try it, and put it before the owner.",
        (Argument("goal", "What shall be done, and when."),),
        _write,
    ),
    Prompt(
        "repair_policy",
        "Repair a policy",
        "Correct a policy document that is refused.",
        (Argument("document", "The document, as JSON."),),
        _repair,
    ),
    Prompt(
        "why_did_run_fail",
        "Why did this run fail?",
        "Explain a run from what is recorded of it.",
        (Argument("run", "The run, by its id.", resources.run_ids),),
        _explain,
    ),
)
PROMPTS = {one.name: one for one in _ROWS}
"""Every prompt by its name."""

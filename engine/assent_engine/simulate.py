"""simulate(): a policy carried out in virtual time, with stand-ins or the registered steps."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from assent_engine import library
from assent_engine.canned import StandIn
from assent_engine.cast import Cast, Role
from assent_engine.decisions import Decisions
from assent_engine.deeds import Deeds, Reversal
from assent_engine.effects import Failed, Ok, Outcome, RunStep, ScopeSpec
from assent_engine.files import Files
from assent_engine.files.simulated import SimulatedFiles
from assent_engine.interpreter import ROOT, Taken, Witness
from assent_engine.interpreter.states import Approval
from assent_engine.registry import StepRegistry
from assent_engine.saga import reversal
from assent_engine.simulation import Simulation, TraceEntry
from assent_engine.simulation.performing import OpenWorld, empty_world, no_world, performer
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus

INPUT_BOUNDS = exact_json.Bounds(depth=200, nodes=2_000_000)


@dataclass(frozen=True, slots=True)
class Result:
    """How a simulated run ended; `trace` lists what happened, in order of virtual time.

    `taken` holds each state that was entered and each branch that was taken.
    """

    status: RunStatus
    output: Any
    error: str | None
    cause: str | None
    trace: list[TraceEntry]
    taken: frozenset[Taken] = frozenset()


def simulate(
    policy: dict[str, Any],
    input: Any = None,  # noqa: A002 - the word of the language
    *,
    steps: Mapping[str, StandIn] | None = None,
    decisions: Mapping[str, Any] | None = None,
    policies: Mapping[str, dict[str, Any]] | None = None,
    registry: StepRegistry | None = None,
    open_world: OpenWorld | None = None,
    files: Files | None = None,
    now: datetime | None = None,
    seed: str = "0",
    witness: Witness | None = None,
    cursor: dict[str, Any] | None = None,
    max_transitions: int | None = None,
) -> Result:
    """Carry a policy document out in memory and virtual time; nothing is stored.

    `steps` maps a resource name (any text) or the name of a Task, which counts first, to a
    stand-in, called with the Task's effective input as its one argument; it fails by raising
    StepFailed(error, cause). Without `steps` the registered steps run, on what `open_world` opens
    or else on an empty world. `files` is where Maps read items from (a Folder, or MemoryFiles);
    nothing is written there.

    `decisions` answers Approval states by name: "approve", "reject", "timeout" or {decision, note,
    after_seconds}, or a list of these for one visit after the other. Where none is left nobody
    answers, and the question times out. `policies` are the documents that policy.run can name.

    A run that does not end well has what it did reversed, as its policy's `on_failure` says; the
    trace tells, and the result stays as it was. Of stand-ins only a resource's own is called so.

    `max_transitions` replaces the document's own, which an imported machine cannot give.

    `cursor` starts in the middle, where `Runs.cursors` says that a run once was. `witness` hears
    of each state and branch of the policy itself as it is taken; what it raises
    ends the simulation.

    Floats are taken by their repr. Raises PolicyInvalid for a malformed policy, Refused for an
    input that does not fit it and for decisions without a state. Not to be called from a running
    event loop without `steps`.
    """
    _refuse_excess(policy, input, policies)
    start, taken = now or datetime.now(UTC), set[Taken]()
    registry, open_world = _stage(registry, open_world)
    cast = Cast(registry, steps or {}, seed)
    role = cast.role(exact_json.plain(policy), exact_json.plain(dict(policies or {})))
    answers = _answers(decisions, (role, *cast.called.values()))
    watch, given = _noting(taken, witness), exact_json.plain(input)
    execution = role.execution(given, start, seed, witness=watch, transitions=max_transitions)
    execution = replace(execution, cursor=cursor)
    with performer(steps, registry, open_world, execution.header) as perform:
        reads, deeds = (
            SimulatedFiles(files, steps or {}),
            Deeds(partial(_reversal, registry, steps)),
        )
        simulation = Simulation(execution, perform, start, cast.call, answers, reads, deeds)
        outcome = simulation.run(ScopeSpec("", ROOT, execution.header.input))
    return _result(outcome, simulation.trace, frozenset(taken))


def _stage(
    registry: StepRegistry | None, open_world: OpenWorld | None
) -> tuple[StepRegistry, OpenWorld]:
    """The steps that are known, and the world they act on."""
    if registry is not None:
        return registry, open_world or no_world
    # Always, so that the answer does not depend on what this process loaded before.
    library.load()
    return StepRegistry.shared(), open_world or empty_world


def _refuse_excess(policy: Any, given: Any, policies: Any) -> None:
    """Refuse what no file could have held, before anything walks it."""
    for document in (policy, *dict(policies or {}).values()):
        exact_json.refuse_excess(document)
    exact_json.refuse_excess(given, INPUT_BOUNDS)


def _noting(taken: set[Taken], witness: Witness | None) -> Witness:
    """A witness that notes what is taken, once another one has heard of it."""

    def note(one: Taken) -> None:
        if witness is not None:
            witness(one)
        taken.add(one)

    return note


def _answers(decisions: Mapping[str, Any] | None, roles: Iterable[Role]) -> Decisions:
    """What the owner says, each word for a state that can ask."""
    asking = {name for role in roles for name in _asking(role)}
    return Decisions.read({} if decisions is None else decisions, asking)


def _asking(role: Role) -> Iterator[str]:
    """The names of all states that can ask the owner."""
    for block in role.program.blocks.values():
        yield from (name for name, state in block.states.items() if isinstance(state, Approval))


def _reversal(
    registry: StepRegistry, steps: Mapping[str, StandIn] | None, effect: RunStep, result: Any
) -> Reversal | None:
    step = registry.step(effect.resource)
    if step is None or not step.side_effect:
        return None
    resource, given, why = reversal(step, effect.input, result)
    called = given is not None and (steps is None or resource in steps)
    return Reversal(resource, None if given is None else exact_json.decode(given), why, called)


def _result(outcome: Outcome | None, trace: list[TraceEntry], taken: frozenset[Taken]) -> Result:
    match outcome:
        case Ok(value):
            return Result(RunStatus.COMPLETED, value, None, None, trace, taken)
        case Failed(error, cause):
            return Result(RunStatus.FAILED, None, error or None, cause or None, trace, taken)
        case None:
            return Result(RunStatus.TIMED_OUT, None, "States.Timeout", "", trace, taken)

"""What one state does, in words that follow "it"."""

from typing import Any

from assent_engine.reading import item_files, wording
from assent_engine.reading.called import callee
from assent_engine.reading.costs import is_message
from assent_engine.reading.flow import strange_fields
from assent_engine.registry import StepRegistry
from assent_schemas.states import (
    POLICY_RUN,
    AnyState,
    ApprovalState,
    FailState,
    MapState,
    ParallelState,
    PassState,
    ResultState,
    SucceedState,
    TaskState,
    WaitState,
)

MOST_FIELDS = 5
MESSAGE = 200


def act(state: AnyState, registry: StepRegistry) -> str:
    """What the state does, without where it leads."""
    done = _act(state, registry)
    strange = [wording.name(field) for field in strange_fields(state)]
    note = f" (it also uses {wording.joined(strange)}, which is not explained here)"
    return f"{done}{note}" if strange else done


def _act(state: AnyState, registry: StepRegistry) -> str:
    match state:
        case TaskState():
            return f"{_call(state, registry)}{_held_to(state)}{_kept(state)}"
        case PassState():
            return _pass(state)
        case WaitState():
            return f"waits {_waiting(state)}"
        case MapState():
            return f"goes over {_items(state)}, {_pace(state)}{_writing(state)}"
        case ParallelState():
            many = wording.counted(len(state.branches), "branch", "branches")
            return f"does {many} at the same time"
        case ApprovalState():
            waits = wording.duration(state.timeout_seconds)
            title = wording.quoted(state.title, MESSAGE)
            return f"asks you {title}{_covered(state)} and waits up to {waits} for your answer"
        case SucceedState():
            return "ends well"
        case FailState():
            return _fail(state)
        case _:
            return "chooses how to go on"


def _call(state: TaskState, registry: StepRegistry) -> str:
    name = wording.name(state.resource)
    step, macro = registry.step(state.resource), registry.macro(state.resource)
    if step is not None and is_message(state.resource) and (said := _message(state)):
        return f"tells you {said}"
    with_what = _fields(state.parameters)
    if macro is not None:
        return f"runs the macro {name}{with_what}"
    if state.resource == POLICY_RUN:
        return _policy(state)
    if step is None:
        return f"calls {name}, which is not registered here,{with_what}".rstrip(",")
    return f"does {name}{with_what}" if step.side_effect else f"asks {name}{with_what}"


def _policy(state: TaskState) -> str:
    given = {key: item for key, item in state.given.items() if key != "policy"}
    name = callee(state)
    which = "another policy" if name is None else f"the policy {wording.quoted(name)}"
    return f"runs {which}{_fields(given)}"


def _held_to(state: TaskState) -> str:
    """What a call must be covered by."""
    if state.requires_approval is None:
        return ""
    return f", only exactly as you were shown in {wording.quoted(state.requires_approval)}"


def _covered(state: ApprovalState) -> str:
    """What a yes covers, for how long."""
    if not state.effects:
        return ""
    calls = wording.joined(list(dict.fromkeys(wording.name(one.resource) for one in state.effects)))
    valid = wording.duration(state.valid_seconds)
    return f", showing you each call of {calls} that a yes covers for {valid},"


def _message(state: TaskState) -> str | None:
    given = state.given
    if isinstance(text := given.get("msg"), str):
        return wording.quoted(text, MESSAGE)
    if isinstance(text := given.get("msg.$"), str):
        return f"what {wording.path(text)} holds"
    return None


def _fields(template: dict[str, Any] | list[Any] | None) -> str:
    if not template:
        return ""
    if isinstance(template, list):
        return f" with a list of {wording.number(len(template))}"
    shown = [field(key, item) for key, item in list(template.items())[:MOST_FIELDS]]
    if (rest := len(template) - MOST_FIELDS) > 0:
        shown.append(f"{wording.number(rest)} more")
    return f" with {wording.joined(shown)}"


def field(key: str, item: Any) -> str:
    """One field of a template: its name, and its value or its path."""
    if key.endswith(".$") and isinstance(item, str):
        return f"{wording.name(key[:-2])} {wording.path(item)}"
    return f"{wording.name(key)} {wording.value(item)}"


def _kept(state: ResultState) -> str:
    if state.end:
        return ""
    if state.result_path is None:
        return ", dropping the answer"
    if state.result_path == "$":
        return ", whose answer becomes the data"
    return f", keeping the answer in {wording.path(state.result_path)}"


def _pass(state: PassState) -> str:
    where = "the data" if state.result_path == "$" else wording.path(state.result_path or "")
    if state.result_path is None:
        return "changes nothing"
    if "result" in state.model_fields_set:
        return f"sets {where} to {wording.value(state.result)}"
    if state.parameters is not None:
        return f"makes {where} anew{_fields(state.parameters)}"
    return "changes nothing" if state.result_path == "$" else f"copies the data into {where}"


def _waiting(state: WaitState) -> str:
    if state.seconds is not None:
        return wording.duration(state.seconds)
    if state.timestamp is not None:
        return f"until {wording.name(state.timestamp)}"
    if state.seconds_path is not None:
        return f"as many seconds as {wording.path(state.seconds_path)} says"
    return f"until the moment in {wording.path(state.timestamp_path or '$')}"


def _items(state: MapState) -> str:
    if state.item_reader is None:
        return f"each item of {wording.path(state.items_path)}"
    return item_files.reading(state.item_reader)


def _writing(state: MapState) -> str:
    if state.result_writer is None:
        return ""
    return f", and writes the results to a folder in {item_files.place(state.result_writer)}"


def _pace(state: MapState) -> str:
    if state.max_concurrency == 1:
        return "one after the other"
    if state.max_concurrency == 0:
        return "all at once"
    return f"{wording.number(state.max_concurrency)} at once"


def _fail(state: FailState) -> str:
    error = wording.quoted(state.error) if state.error else None
    cause = wording.quoted(state.cause, MESSAGE) if state.cause else None
    if state.error_path is not None:
        error = f"the error in {wording.path(state.error_path)}"
    if state.cause_path is not None:
        cause = f"the cause in {wording.path(state.cause_path)}"
    return f"fails{f' with {error}' if error else ''}{f': {cause}' if cause else ''}"


def recovery(state: AnyState) -> list[str]:
    """What it tries again, as whole sentences."""
    return [_retry(rule) for rule in getattr(state, "retry", ()) if rule.max_attempts]


def _retry(rule: Any) -> str:
    wait = f"first after {wording.duration(rule.interval_seconds)}"
    if rule.backoff_rate != 1 and rule.max_attempts > 1:
        wait += f", each wait {wording.number(rule.backoff_rate)} times the one before"
    if rule.max_delay_seconds is not None:
        wait += f", none longer than {wording.duration(rule.max_delay_seconds)}"
    if rule.jitter_strategy == "FULL":
        wait += ", each cut short by chance"
    many = wording.counted(rule.max_attempts, "more time")
    return f"After {errors(rule.error_equals)} it tries up to {many}, {wait}."


def errors(names: list[str]) -> str:
    """Error names in words."""
    known = {
        "States.ALL": "any error",
        "States.TaskFailed": "any failure but a timeout",
        "States.Timeout": "a timeout",
    }
    return wording.joined(
        [known.get(name) or f"the error {wording.quoted(name)}" for name in names], "or"
    )

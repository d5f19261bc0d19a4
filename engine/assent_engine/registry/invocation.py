"""Calling a step: its input checked, run where it belongs, its result made exact JSON."""

import asyncio
import functools
import inspect
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from pydantic import ValidationError

from assent_engine.effects import Failed, Ok, Outcome
from assent_engine.registry.context import StepContext, WorldPartMissing
from assent_engine.registry.declaration import StepDeclaration, StepFailed
from assent_schemas import exact_json

INVALID_INPUT = "Step.InvalidInput"
INVALID_OUTPUT = "Step.InvalidOutput"
NOT_AVAILABLE = "Step.NotAvailable"
DATA_LIMIT = "States.DataLimitExceeded"
RESULT_LIMIT = 256 * 1024


class ResultRefused(Exception):
    """A side effect happened, but its result cannot be taken: it is not known to have failed."""


async def invoke(step: StepDeclaration, value: Any, context: StepContext) -> Outcome:
    """Call a step once -> Ok, or Failed when it is known to have changed nothing.

    Whatever else the function raises passes through: for a side effect it is then unsure.
    """
    try:
        arguments = step.input_model.model_validate(value)
    except ValidationError as error:
        return Failed(INVALID_INPUT, describe(error))
    try:
        result = await _run(step, arguments, context)
    except StepFailed as failure:
        return Failed(failure.error, failure.cause)
    except WorldPartMissing as missing:
        return Failed(NOT_AVAILABLE, f"{step.name}: {missing}")
    outcome = to_outcome(step, result)
    if step.side_effect and isinstance(outcome, Failed):
        raise ResultRefused(outcome.cause)
    return outcome


def to_outcome(step: StepDeclaration, result: Any) -> Outcome:
    """Check a function's result against its declared type and make it exact JSON."""
    try:
        checked = step.output_type.validate_python(result)
        dumped = step.output_type.dump_python(checked, mode="python", by_alias=True)
        value = exact_json.plain(dumped)
    except ValueError as error:
        reason = describe(error) if isinstance(error, ValidationError) else error
        return Failed(INVALID_OUTPUT, f"{step.name} returned what it did not declare: {reason}")
    return within_limit(value)


def within_limit(value: Any) -> Outcome:
    """Refuse a result of more than 256 KiB of canonical JSON."""
    size = len(exact_json.encode(value))
    if size > RESULT_LIMIT:
        return Failed(DATA_LIMIT, f"the result has {size} bytes; {RESULT_LIMIT} are allowed")
    return Ok(value)


def describe(error: ValidationError) -> str:
    """A validation error in one line, without the library's own addresses."""
    rows = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, row['loc'])) or 'value'}: {row['msg']}" for row in rows)


async def _run(step: StepDeclaration, arguments: Any, context: StepContext) -> Any:
    given = [arguments] if step.input_model.model_fields or _takes_input(step) else []
    if step.takes_context:
        given.append(context)
    if inspect.iscoroutinefunction(step.function):
        return await step.function(*given)
    if step.cpu_bound:
        call = functools.partial(step.function, *given)
        return await asyncio.get_running_loop().run_in_executor(_processes(), call)
    return await asyncio.to_thread(step.function, *given)


def _takes_input(step: StepDeclaration) -> bool:
    return len(inspect.signature(step.function).parameters) > int(step.takes_context)


@functools.cache
def _processes() -> ProcessPoolExecutor:
    # A forked child would inherit locks that other threads of the service hold.
    return ProcessPoolExecutor(max_workers=2, mp_context=multiprocessing.get_context("spawn"))

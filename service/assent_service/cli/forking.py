"""Where a run is forked: the state it once was at, and its data with other keys laid over it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assent_engine.callees import gather
from assent_engine.refusals import intact, refused
from assent_schemas import exact_json
from assent_schemas.spelling import did_you_mean
from assent_service.cli.opening import acting
from assent_service.desk.run_reading import found


@dataclass(frozen=True, slots=True)
class ForkPoint:
    """A run's document, its first record, and its root's cursor at the visit `key`."""

    key: str
    document: dict[str, Any]
    policies: dict[str, dict[str, Any]]
    given: Any
    seed: str
    cursor: dict[str, Any]


async def fork_point(home: Path | None, start: str, at: str | None, data: Any) -> ForkPoint:
    """Find the state `at` in the run whose id starts so; raises Refused."""
    async with acting(home) as engine:
        row = await found(engine.store.read, start)
        version = await engine.store.read.version(row.policy_id, row.policy_version)
        if version is None:
            raise refused("policy.no_such_version", f"{row.policy_version} is gone.")
        document = intact(version, row.policy_hash)
        key, cursor = _chosen(await engine.runs.cursors(row.id), at)
        first = exact_json.decode((await engine.store.read.journal(row.id))[0].data)
        called = await gather(engine.store.read, document)
        policies = {name: one.document for name, one in called.items()}
        return ForkPoint(
            key, document, policies, first["input"], first["seed"], _edited(cursor, data)
        )


def _chosen(cursors: dict[str, dict[str, Any]], at: str | None) -> tuple[str, dict[str, Any]]:
    """The visit named; by a state's name alone its last visit, by nothing the first of all."""
    if at is None:
        return next(iter(cursors.items()))
    if at in cursors:
        return at, cursors[at]
    visits = [key for key, cursor in cursors.items() if cursor["state"] == at]
    if not visits:
        names = [*dict.fromkeys(cursor["state"] for cursor in cursors.values())]
        remedy = did_you_mean(at, names, f"It was at {', '.join(names)}.")
        raise refused("run.not_there", f"The run was never at {at!r}.", remedy)
    return visits[-1], cursors[visits[-1]]


def _edited(cursor: dict[str, Any], data: Any) -> dict[str, Any]:
    if data is None:
        return cursor
    value = cursor["value"]
    both = isinstance(value, dict) and isinstance(data, dict)
    return {**cursor, "value": {**value, **data} if both else data}

"""Records the golden journals that are not there yet: python -m engine.durable.golden.record"""

import asyncio
import dataclasses
import tempfile
from pathlib import Path
from typing import Any

from assent_engine.interpreter import SEMANTICS
from assent_schemas import exact_json
from engine.durable.worlds import Bench, Json, chain, each, policy, ran, task

FOLDER = Path(__file__).parent
INPUT = {"n": 1, "list": [{"n": 1, "price": 10}, {"n": 2, "price": 20}, {"n": 3, "price": 30}]}

_RETRY: Json = {
    "error_equals": ["Refused"],
    "interval_seconds": 5,
    "backoff_rate": 2,
    "max_attempts": 3,
}
_CATCH: Json = {"error_equals": ["States.ALL"], "result_path": "$.failed", "next": "C"}
_CHOICE: Json = {
    "type": "Choice",
    "choices": [{"variable": "$.n", "numeric_greater_than": 1, "next": "Done"}],
    "default": "Add",
}
_LOOP: Json = {
    "name": "A policy",
    "max_transitions": 20,
    "start_at": "Again",
    "states": {
        "Again": _CHOICE,
        "Add": task("number.add", "$.n", next="Again"),
        "Done": {"type": "Succeed"},
    },
}
_PATHS: Json = {
    "type": "Pass",
    "parameters": {
        "dear.$": "$.list[?(@.price > 15)].n",
        "last.$": "$.list[-1:].price",
        "all.$": "$..n",
        "text.$": "States.Format('{} at {}', $.n, $$.execution.start_time)",
        "id.$": "States.UUID()",
    },
}

POLICIES: dict[str, Json] = {
    "linear": policy(task("number.add", "$.n"), task("order.place", "$.n")),
    "map": policy(each([1, 2, 3], task("number.add", "$.n"), task("order.place", "$.n"))),
    "breach": policy(
        {
            "type": "Parallel",
            "branches": [
                chain(task("number.add", 1), task("number.broken", 1)),
                chain({"type": "Wait", "seconds": 3600, "end": True}),
            ],
            "catch": [_CATCH],
        },
        task("number.add", 1),
        {"type": "Succeed"},
    ),
    "retry": policy(task("order.flaky", 1, retry=[_RETRY]), task("number.add", 1)),
    "wait": policy(task("number.add", 1), {"type": "Wait", "seconds": 45}, {"type": "Succeed"}),
    "saga": policy(task("order.place", 1), task("order.place", 2), task("number.broken", 1)),
    "choice": _LOOP,
    "paths": policy(_PATHS, task("number.add", "$.last[0]")),
}


async def recorded(folder: Path, document: Json) -> Json:
    """What a run of today leaves in the store."""
    bench = Bench(folder)
    async with bench.open() as engine:
        report = await ran(engine, document, INPUT)
        row = await engine.store.read.run(report.run_id)
        assert row is not None
        return {
            "semantics": SEMANTICS,
            "policy": document,
            "policy_id": row.policy_id,
            "run_id": row.id,
            "created_at": row.created_at,
            "report": report.as_json(),
            "journal": _rows(await engine.store.read.journal(row.id)),
            "saga_log": _rows(await engine.store.read.saga_log(row.id)),
        }


def _rows(records: list[Any]) -> list[Json]:
    return [dataclasses.asdict(record) for record in records]


def main() -> None:
    """Write what is missing; what is there stays, for it stands for runs of its time."""
    for name, document in POLICIES.items():
        file = FOLDER / f"{name}.{SEMANTICS}.json"
        if not file.exists():
            with tempfile.TemporaryDirectory() as folder:
                found = asyncio.run(recorded(Path(folder) / "home", document))
            file.write_bytes(exact_json.encode(found, as_ordered=True) + b"\n")


if __name__ == "__main__":
    main()

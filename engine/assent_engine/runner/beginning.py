"""Beginnings: a run's header, the first entry of its journal, and its row."""

from typing import Any, Protocol

from assent_engine.admission import Admitted
from assent_engine.clock import Clock
from assent_engine.interpreter import SEMANTICS, RunHeader
from assent_engine.moments import timestamp
from assent_engine.ports import Randomness
from assent_engine.runner.places import Place
from assent_engine.store.records import NewRun, Record
from assent_schemas import exact_json
from assent_schemas.statuses import RunStatus


class Occasion(Protocol):
    """What a run is started by, other than a person."""

    def laid_over(self, data: Any) -> Any:
        """The run's first data with what the occasion brings."""
        ...

    def records(self, admitted: Admitted, run_id: str) -> list[Record]:
        """What belongs into the commit that begins the run; raises Refused."""
        ...

    def begun(self) -> None:
        """Hears that the run has begun, or waits for its place: both are on disk."""
        ...


def run_header(
    admitted: Admitted, run_id: str, value: Any, clock: Clock, randomness: Randomness
) -> RunHeader:
    """What stays the same through a whole run: its time, its seed and its input."""
    return RunHeader(
        run_id=run_id,
        policy_id=admitted.policy_id,
        policy_name=admitted.policy.name,
        started=timestamp(clock.now()),
        seed=randomness.seed(),
        input=exact_json.plain(value),
    )


def first_entry(admitted: Admitted, header: RunHeader, by: str | None = None) -> dict[str, Any]:
    """What a journal begins with; `by` names whoever started it other than owner and schedule."""
    first = {
        "started": header.started,
        "seed": header.seed,
        "semantics": SEMANTICS,
        "policy_hash": admitted.hash,
        "input": header.input,
    }
    return first if by is None else {**first, "by": by}


def new_run(
    admitted: Admitted,
    header: RunHeader,
    *,
    place: Place | None = None,
    parent_run: str | None = None,
    parent_key: str | None = None,
) -> NewRun:
    """A run's row with its place; one that was called says by which run, and where."""
    return NewRun(
        id=header.run_id,
        policy_id=admitted.policy_id,
        policy_version=admitted.version,
        policy_hash=admitted.hash,
        status=place.status if place else RunStatus.RUNNING,
        current_step=admitted.policy.start_at,
        context=exact_json.encode(header.input).decode(),
        at=header.started,
        concurrency_key=place.key if place else None,
        concurrency_limit=place.limit if place else None,
        place=place.state if place else None,
        parent_run=parent_run,
        parent_key=parent_key,
    )

"""Names of triggers: the same as long as a trigger is due at the same times, whatever else."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from assent_engine.moments import timestamp
from assent_schemas import exact_json
from assent_schemas.triggers import AnyTrigger

_MANNER = {"comment", "when", "overlap", "only_while", "catch_up"}
_READER: TypeAdapter[AnyTrigger] = TypeAdapter(AnyTrigger)


def keyed(triggers: Sequence[AnyTrigger]) -> dict[str, AnyTrigger]:
    """The triggers of a policy by name: their type, a digest of when they are due, a number.

    What only says how a start is carried out is left aside, so that a trigger keeps its records
    when that changes.
    """
    found: dict[str, AnyTrigger] = {}
    seen: Counter[str] = Counter()
    for one in triggers:
        name = f"{one.type}-{_digest(one)}"
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name}.{seen[name]}"] = one
    return found


def written(trigger: AnyTrigger) -> str:
    """A trigger as the store has it."""
    said = trigger.model_dump(by_alias=True, exclude_unset=True)
    return exact_json.encode(_plain(said)).decode()


def read(text: str) -> AnyTrigger:
    """What `written` wrote."""
    return _READER.validate_python(exact_json.decode(text))


def of_json(said: Any) -> AnyTrigger:
    """A trigger of a valid document."""
    return _READER.validate_python(said)


def _digest(trigger: AnyTrigger) -> str:
    said = trigger.model_dump(by_alias=True, exclude=_MANNER, exclude_none=True)
    return sha256(exact_json.encode(_plain(said))).hexdigest()[:12]


def _plain(said: object) -> object:
    if isinstance(said, dict):
        return {key: _plain(item) for key, item in said.items()}
    return timestamp(said) if isinstance(said, datetime) else said

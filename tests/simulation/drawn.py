"""The policies that histories take theirs from: each drawn by its number, and validated once."""

import random
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import UUID

from assent_engine.validation import callees, validate
from assent_schemas import exact_json
from assent_schemas.errors import PolicyInvalid
from assent_schemas.policy import SCHEMA_VERSION, Policy
from simulation.documents import Author, Json
from simulation.outside import registry

DOCUMENTS = 1000
"""From how many policies a history takes its own."""
_CALLABLE = {0: (1, 2), 1: (3,)}
"""Which numbers after its own a policy may call, by its number in its five."""
_validated: dict[tuple[str, frozenset[str]], Policy] = {}


def policy_id(number: int) -> str:
    return str(UUID(int=number + 1, version=4))


def family(numbers: Iterable[int]) -> list[Json]:
    """The policies of these numbers, each after those that it calls."""
    found: dict[str, Json] = {}
    for number in numbers:
        called = set(callees(valid(number)))
        below = [one for one in _may_call(number) if policy_id(one) in called]
        for one in [*family(below), valid(number)]:
            found.setdefault(one["policy_id"], one)
    return list(found.values())


@cache
def valid(number: int) -> Json:
    """The policy of a number; drawn anew where what was drawn can never be approved."""
    below = _may_call(number)
    author = Author(random.Random(f"document/{number}"), [policy_id(one) for one in below])
    resources = registry().calling(_models(below))
    while True:
        document = author.policy()
        document["policy_id"] = policy_id(number)
        document["version"], document["schema_version"] = "1.0.0", SCHEMA_VERSION
        with suppress(PolicyInvalid):
            remembering(document, resources)
            return document


def remembering(document: Json, resources: Any) -> Policy:
    """Validation, but once a document: it is pure, and would be most of a history's time."""
    # A policy that calls others is valid only as long as they may run.
    key = exact_json.digest(document), frozenset(getattr(resources, "policies", None) or ())
    if key not in _validated:
        _validated[key] = validate(document, resources)
    return _validated[key]


def _may_call(number: int) -> list[int]:
    return [number + further for further in _CALLABLE.get(number % 5, ())]


def _models(numbers: Iterable[int]) -> dict[str, Policy]:
    """The policies of these numbers and those below them, read, by their ids."""
    found: dict[str, Policy] = {}
    for number in numbers:
        below = _models(_may_call(number))
        resources = registry().calling(below)
        found |= below | {policy_id(number): remembering(valid(number), resources)}
    return found

"""What a yes of the owner covers: exact calls, each by the hash of its resource and input."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from assent_engine.effects import APPROVED, Claim, Failed
from assent_engine.interpreter.faults import NOT_COVERED
from assent_engine.interpreter.visit import Visit
from assent_engine.moments import later, moment, timestamp
from assent_schemas import exact_json


def attestation(
    visit: Visit, answer: Mapping[str, Any], effects: Iterable[dict[str, Any]], valid: int
) -> dict[str, Any]:
    """{given, until, covers: {hash: count}} of an answer; one that is no yes covers nothing."""
    yes = answer["decision"] == APPROVED
    covers = Counter(exact_json.digest(effect) for effect in effects) if yes else {}
    until = timestamp(later(moment(answer["decided_at"]), valid))
    return {"given": f"{visit.path}{visit.key}", "until": until, "covers": dict(covers)}


def claim(visit: Visit, key: str, asked: str, resource: str, given: Any) -> Claim | Failed:
    """The claim of a call on the answer to the state `asked`; Failed where it is not covered."""
    attested = visit.approved.get(asked)
    if attested is None:
        return Failed(NOT_COVERED, f"{asked} has not been answered.")
    effect = exact_json.digest({"resource": resource, "input": given})
    count = attested["covers"].get(effect, 0)
    if not count:
        return Failed(NOT_COVERED, f"{asked} covers no call of {resource} with this input.")
    about = {name: attested[name] for name in ("given", "until")}
    return Claim(f"{key}/claim", visit.key, effect=effect, count=count, **about)

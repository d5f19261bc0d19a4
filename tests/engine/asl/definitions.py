"""Small machines to vary, and machines by chance, whole and broken."""

import string
from typing import Any, Final

from hypothesis import strategies as st

from assent_engine.asl.names import OURS

Json = dict[str, Any]

LAMBDA: Final = "arn:aws:states:::lambda:invoke"
TIMES: Final = "2026-01-31T09:00:00Z"


def machine(*states: Any, **fields: Any) -> Json:
    """A machine whose states A, B, C lead to each other unless they say otherwise."""
    names = string.ascii_uppercase[: len(states)]
    return {"StartAt": "A", "States": dict(zip(names, states, strict=True)), **fields}


def one(kind: str, **fields: Any) -> Json:
    """A machine of one last state; a field given as ... is left out."""
    filled = {"Type": kind, "End": True, **fields}
    return machine({name: value for name, value in filled.items() if value is not ...})


def task(**fields: Any) -> Json:
    return one("Task", **{"Resource": LAMBDA, **fields})


def rule(**test: Any) -> Json:
    """A Choice of one rule beside a state to go to."""
    choice = {"Type": "Choice", "Choices": [{"Next": "B", **test}]}
    return machine(choice, {"Type": "Succeed"})


def retry(*rules: Any) -> Json:
    return task(Retry=list(rules))


def catch(*rules: Any, **fields: Any) -> Json:
    state = {"Type": "Task", "Resource": LAMBDA, "Next": "B", "Catch": list(rules)}
    return machine(state, {"Type": "Succeed"}, **fields)


def map_of(**fields: Any) -> Json:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    return one("Map", **{"ItemProcessor": inner, **fields})


def jsonata(definition: Json) -> Json:
    return {**definition, "QueryLanguage": "JSONata"}


SCALARS: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from(["$", "$.a", "${X}", "{% x %}", "Map", "Choice", "Task", "asl", "A"]),
)
WORDS: Final = st.one_of(
    st.sampled_from(
        [*OURS, *OURS.values(), "asl_fields", "asl_order", "dialect", "Assent", "name"]
    ),
    st.text(max_size=4),
)
JSON: Final = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=5)),
    max_leaves=15,
)
"""Any JSON at all, whose keys are mostly words of the language, in the wrong places."""

_NAMES: Final = st.text(min_size=1, max_size=5)
_RECOVERY: Final = st.fixed_dictionaries(
    {"ErrorEquals": st.just(["States.ALL"])},
    optional={"Next": _NAMES, "MaxAttempts": SCALARS, "Comment": st.text(), "x": JSON},
)
_CONDITIONS: Final = st.recursive(
    st.fixed_dictionaries({"Variable": st.just("$.a"), "IsNull": st.booleans()}),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"And": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"Not": inner}, optional={"Comment": st.text(), "y": JSON}),
    ),
    max_leaves=4,
)


def _states(machines: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    optional: dict[str, st.SearchStrategy[Any]] = {
        "Comment": st.text(),
        "Parameters": JSON,
        "Result": JSON,
        "Assign": JSON,
        "Retry": st.lists(_RECOVERY, max_size=2),
        "Catch": st.lists(_RECOVERY, max_size=2),
        "Choices": st.lists(_CONDITIONS, max_size=2),
        "Branches": st.lists(machines, max_size=2),
        "ItemProcessor": machines,
        "Iterator": machines,
        "ItemReader": JSON,
        "End": SCALARS,
        "odd": JSON,
    }
    kinds = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Map", "Parallel", "Approval"]
    return st.fixed_dictionaries({"Type": st.sampled_from(kinds)}, optional=optional)


def _machines(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    states = st.dictionaries(_NAMES, st.one_of(_states(inner), JSON), max_size=3)
    return st.fixed_dictionaries(
        {"StartAt": _NAMES, "States": states},
        optional={"Comment": st.text(), "Version": st.just("1.0"), "ProcessorConfig": JSON},
    )


MACHINES: Final = st.recursive(st.just(one("Pass")), _machines, max_leaves=6)
"""Machines of the right frame, with odd parts."""

BROKEN: Final = st.dictionaries(WORDS, JSON, max_size=6)
"""Objects that are machines in name only."""

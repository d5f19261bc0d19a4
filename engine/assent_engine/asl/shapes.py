"""Which fields each place of a machine has a word for, and which of them hold places of their own.

Whatever is not listed under a place's `inner` is data: it is carried as it is, whatever it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from assent_engine.asl.names import COMPARISONS, CONNECTIVES, OURS


class Held(Enum):
    """How a field holds other places: one, a list of them, or an object of them by name."""

    ONE = auto()
    LIST = auto()
    NAMED = auto()


@dataclass(frozen=True, slots=True)
class Shape:
    """One place: the ASL names of its fields, and where to find the shapes of those that nest."""

    fields: frozenset[str]
    inner: Mapping[str, tuple[Held, str]] = field(default_factory=dict)

    @property
    def ours(self) -> dict[str, str]:
        """The fields by our names."""
        return {OURS[name]: name for name in self.fields}


def _shape(fields: str, **inner: tuple[Held, str]) -> Shape:
    return Shape(frozenset(fields.split()) | inner.keys(), inner)


_EVERY = "Type Comment QueryLanguage InputPath OutputPath Output Assign"
_LEADING = f"{_EVERY} Next End"
_RESULT = f"{_LEADING} Parameters ResultPath"
_WORK = f"{_RESULT} ResultSelector"
_RECOVERY = {"Retry": (Held.LIST, "retrier"), "Catch": (Held.LIST, "catcher")}
_MAP = f"""{_WORK} ItemsPath Items ItemSelector MaxConcurrency MaxConcurrencyPath Label
    ToleratedFailureCount ToleratedFailureCountPath
    ToleratedFailurePercentage ToleratedFailurePercentagePath"""
_MAP_PLACES = {
    "Iterator": (Held.ONE, "machine"),
    "ItemProcessor": (Held.ONE, "machine"),
    "ItemReader": (Held.ONE, "item_reader"),
    "ItemBatcher": (Held.ONE, "item_batcher"),
    "ResultWriter": (Held.ONE, "result_writer"),
}

STATES: Final = {
    "Task": _shape(
        f"""{_WORK} Resource Arguments Credentials TimeoutSeconds TimeoutSecondsPath
        HeartbeatSeconds HeartbeatSecondsPath""",
        **_RECOVERY,
    ),
    "Pass": _shape(f"{_RESULT} Result"),
    "Choice": _shape(f"{_EVERY} Default", Choices=(Held.LIST, "rule")),
    "Wait": _shape(f"{_LEADING} Seconds SecondsPath Timestamp TimestampPath"),
    "Succeed": _shape("Type Comment QueryLanguage InputPath OutputPath Output"),
    "Fail": _shape("Type Comment QueryLanguage Error ErrorPath Cause CausePath"),
    "Map": _shape(_MAP, **_RECOVERY, **_MAP_PLACES),
    "Parallel": _shape(f"{_WORK} Arguments", **_RECOVERY, Branches=(Held.LIST, "machine")),
}
"""The state types, each with its shape."""

_ANY_STATE = Shape(
    frozenset().union(*(shape.fields for shape in STATES.values())),
    {name: held for shape in STATES.values() for name, held in shape.inner.items()},
)
_NESTED = dict.fromkeys(("And", "Or"), (Held.LIST, "condition")) | {"Not": (Held.ONE, "condition")}
_TESTS = " ".join(("Variable Condition Comment", *COMPARISONS, *CONNECTIVES))

_PLACES: Final = {
    "root": _shape("Comment StartAt QueryLanguage TimeoutSeconds", States=(Held.NAMED, "state")),
    "machine": _shape(
        "Comment StartAt QueryLanguage",
        States=(Held.NAMED, "state"),
        ProcessorConfig=(Held.ONE, "processor_config"),
    ),
    "rule": _shape(f"{_TESTS} Next Assign Output", **_NESTED),
    "condition": _shape(_TESTS, **_NESTED),
    "retrier": _shape(
        """Comment ErrorEquals IntervalSeconds MaxAttempts BackoffRate MaxDelaySeconds
        JitterStrategy"""
    ),
    "catcher": _shape("Comment ErrorEquals Next ResultPath Assign Output"),
    "processor_config": _shape("Mode ExecutionType"),
    "item_reader": _shape(
        "Resource Parameters Arguments", ReaderConfig=(Held.ONE, "reader_config")
    ),
    "reader_config": _shape(
        """InputType CSVHeaderLocation CSVHeaders CSVDelimiter MaxItems MaxItemsPath ItemsPointer
        ManifestType Transformation"""
    ),
    "item_batcher": _shape(
        """MaxItemsPerBatch MaxItemsPerBatchPath MaxInputBytesPerBatch
        MaxInputBytesPerBatchPath BatchInput"""
    ),
    "result_writer": _shape(
        "Resource Parameters Arguments", WriterConfig=(Held.ONE, "writer_config")
    ),
    "writer_config": _shape("Transformation OutputType"),
}


def shape_of(place: str, state_type: Any) -> Shape:
    """The shape of a place; a state's depends on its type, which may be anything."""
    if place != "state":
        return _PLACES[place]
    return STATES.get(state_type, _ANY_STATE) if isinstance(state_type, str) else _ANY_STATE

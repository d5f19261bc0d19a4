"""What the interpreter asks a runner to do, and what came back: plain JSON data, nothing else.

A runner drives the interpreter's generator: it performs each effect and sends the answer in.
Keys are unique within their scope; a runner joins them with the scope's path.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from assent_schemas.errors import escape_token


@dataclass(frozen=True, slots=True)
class Ok:
    """It was done; `value` is its JSON result."""

    value: Any

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.value}


@dataclass(frozen=True, slots=True)
class Failed:
    """It is known not to have been done, or to have failed: an error name and its cause."""

    error: str
    cause: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"error": self.error, "cause": self.cause}


Outcome = Ok | Failed


def outcome_from_json(data: dict[str, Any]) -> Outcome:
    """Read what `as_json` wrote."""
    return Ok(data["ok"]) if "ok" in data else Failed(data["error"], data["cause"])


@dataclass(frozen=True, slots=True)
class RunStep:
    """Call a step with this input -> Outcome. Timeouts are seconds for one attempt."""

    key: str
    resource: str
    input: Any
    timeout: int | None = None
    heartbeat: int | None = None


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait for seconds, or until an RFC 3339 moment -> None. Exactly one of the two is given."""

    key: str
    seconds: int | Decimal | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class WaitDecision:
    """Ask the owner -> Ok({decision, decided_by, decided_at, note}) or Failed.

    `request` is {state, title, details} and, where a yes covers calls, effects: a list of
    {resource, input}. `deadline` is in seconds from now. The decision is APPROVED, REJECTED or,
    after silence until the deadline, TIMED_OUT; `decided_at` is an RFC 3339 text in UTC, the
    other two are texts or None.
    """

    key: str
    request: dict[str, Any]
    deadline: int


APPROVED = "approved"
REJECTED = "rejected"
TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True)
class Claim:
    """Use a yes of the owner for one call -> Ok(None), or Failed where it covers no more.

    `given` is the scope path and key of the question, `effect` the hash of the call, `count` how
    many different calls of this hash the yes covers in the whole run, `until` when it ends. A
    call is a scope path with `call`: tried again it is the same one. Which of two scopes comes
    first depends on timing, so a runner records its answers, as it records a step's.
    """

    key: str
    call: str
    given: str
    effect: str
    count: int
    until: str


@dataclass(frozen=True, slots=True)
class Item:
    """The item of a Map that a scope stands for."""

    index: int
    value: Any


@dataclass(frozen=True, slots=True)
class ScopeSpec:
    """One child scope: its id within the Fork, where its machine is, and what it starts with."""

    id: str
    pointer: str
    input: Any
    variables: dict[str, Any] = field(default_factory=dict)
    item: Item | None = None
    approved: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fork:
    """Run child scopes, at most `limit` at once (0: all) -> one Outcome per scope, in order.

    When more than `tolerate` scopes have failed, the others are stopped; the answer then holds
    the failures and Failed(CANCELLED) for the stopped ones.
    """

    key: str
    scopes: Sequence[ScopeSpec]
    limit: int = 0
    tolerate: int = 0


@dataclass(frozen=True, slots=True)
class Now:
    """Read the clock -> an RFC 3339 text in UTC."""

    key: str


@dataclass(frozen=True, slots=True)
class ReadItems:
    """Read a list from a local file -> Ok(a sequence of items, read when asked for) or Failed.

    `reader` is {path, input_type, headers (a list, or null for the first row), delimiter,
    pointer, max_items (0: all)}; `resource` and `parameters` are what the document names, for
    whoever stands in for it.
    """

    key: str
    reader: dict[str, Any]
    resource: str = ""
    parameters: Any = None


@dataclass(frozen=True, slots=True)
class WriteResult:
    """Write results to a local folder -> Ok({folder, succeeded, failed}) or Failed.

    `writer` is {path, transformation, output_type}; `value` {succeeded, failed} holds records.
    """

    key: str
    writer: dict[str, Any]
    value: dict[str, Any]
    resource: str = ""
    parameters: Any = None


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """Run another approved policy, by its name or id -> Outcome. `timeout` is in seconds."""

    key: str
    policy: str
    input: Any
    timeout: int | None = None


@dataclass(frozen=True, slots=True)
class Compensate:
    """Reverse what was done to the outside by the state of this visit, the latest first -> None.

    The runner answers when each side effect is reversed, or the owner has settled it.
    """

    key: str

    @property
    def visit(self) -> str:
        """The key of the state's visit, which begins the paths of its child scopes."""
        return self.key.rpartition("/")[0]


class Cursor(Protocol):
    """Where a scope stands."""

    def as_json(self) -> dict[str, Any]:
        """{state, value, variables, visits, approved}."""
        ...


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A safe point before a state -> None. The cursor is live, and holds until the state is left.

    Each is one transition; the runner counts them over all scopes of the run.
    """

    key: str
    cursor: Cursor


Effect = (
    RunStep
    | Sleep
    | WaitDecision
    | Claim
    | Fork
    | Now
    | ReadItems
    | WriteResult
    | CallPolicy
    | Compensate
    | Checkpoint
)

CANCELLED = "States.Cancelled"
UNDO = "undo/"
"""Where the scopes of compensations are: no state's path begins so, for it has a visit number."""


def child_path(path: str, fork_key: str, scope_id: str) -> str:
    """The path of a child scope: `State.visit/attempt/id/`, nested by joining."""
    return f"{path}{fork_key}/{scope_id}/"


def state_key(name: str, visit: int) -> str:
    """The key of one visit of a state, `State.visit`; a slash in a name is escaped as ~1."""
    return f"{escape_token(name)}.{visit}"


def state_name(key: str) -> str:
    """The name of the state whose key this is, or a key below it, such as an attempt's."""
    name = key.split("/", 1)[0].rpartition(".")[0]
    return name.replace("~1", "/").replace("~0", "~")


def idempotency_key(run_id: str, path: str, key: str) -> str:
    """Run id, scope path and state.visit: the same for every attempt."""
    return f"{run_id}/{path}{key.rpartition('/')[0]}"

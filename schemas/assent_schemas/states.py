"""The state types of the policy language, a snake_case dialect of the Amazon States Language."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag
from pydantic.json_schema import SkipJsonSchema

from assent_schemas.choice import ChoiceRule
from assent_schemas.fields import (
    Comment,
    Document,
    Expression,
    Path,
    Payload,
    Percentage,
    ReferencePath,
    Resource,
    Seconds,
    StateName,
    Template,
    Variables,
)
from assent_schemas.item_files import ItemReader, JsonataReader, JsonataWriter, ResultWriter
from assent_schemas.jsonata_states import (
    JsonataChoice,
    JsonataFail,
    JsonataMapFields,
    JsonataParallelFields,
    JsonataPass,
    JsonataSucceed,
    JsonataTask,
    JsonataWait,
)
from assent_schemas.recovery import Catcher, Retrier

JsonSchema = dict[str, Any]

MOST_STATES = 1000
POLICY_RUN = "policy.run"
"""The resource of a Task that runs another policy."""


def exactly_one(*names: str) -> JsonSchema:
    """A schema fragment: exactly one of these keys."""
    return {"oneOf": [{"required": [name]} for name in names]}


def at_most_one(first: str, second: str) -> JsonSchema:
    """A schema fragment: not both of these keys."""
    return {"not": {"required": [first, second]}}


def all_of(*rules: JsonSchema) -> ConfigDict:
    """Model configuration that adds rules to the generated schema."""
    return ConfigDict(json_schema_extra={"allOf": list(rules)})


_LEADS_ON = exactly_one("next", "end")


class State(Document):
    """What every state has: a comment and a choice of what it sees and passes on."""

    comment: Comment | None = None
    input_path: Path | None = "$"
    """Which part of the raw input the state sees; null sees {}."""
    output_path: Path | None = "$"
    """Which part of the result goes on; null passes {}."""


class Assigning(State):
    """A state that may set variables, which paths then name as $name."""

    assign: Variables | None = None
    """Values by variable name; keys ending in .$ are paths into the result or the input seen."""


class Leading(Assigning):
    """A state that leads to the next one or ends its scope: give exactly one of the two."""

    next: StateName | None = None
    end: Literal[True] | None = None


class ResultState(Leading):
    """A state that has a result to place."""

    parameters: Payload | None = None
    """The effective input; keys ending in .$ are paths into what input_path left."""
    result_path: ReferencePath | None = "$"
    """Where the result is written into the raw input; null keeps the input and drops the result."""

    @property
    def given(self) -> dict[str, Any]:
        """The parameters by name; a list, which an imported machine may have, names none."""
        return self.parameters if isinstance(self.parameters, dict) else {}


class WorkState(ResultState):
    """A state that may fail: it selects from its result, retries and catches."""

    result_selector: Payload | None = None
    """Shapes the result before result_path places it."""
    retry: Annotated[list[Retrier], Field(max_length=64)] = []
    catch: Annotated[list[Catcher], Field(max_length=64)] = []


class TaskState(WorkState):
    """Call one registered step or macro, or run another approved policy with policy.run."""

    model_config = all_of(
        _LEADS_ON,
        at_most_one("timeout_seconds", "timeout_seconds_path"),
        at_most_one("heartbeat_seconds", "heartbeat_seconds_path"),
    )

    type: Literal["Task"]
    resource: Resource
    """The name of a step or macro, such as market.get_quote, or policy.run."""
    requires_approval: StateName | None = None
    """The Approval state whose yes must cover exactly this call, else it is Approval.NotCovered."""
    timeout_seconds: Seconds | None = None
    """Fail with States.Timeout when one attempt takes longer."""
    timeout_seconds_path: Path | None = None
    heartbeat_seconds: Seconds | None = None
    """Fail with States.HeartbeatTimeout when an attempt gives no sign of life for so long."""
    heartbeat_seconds_path: Path | None = None


class PassState(ResultState):
    """Hand the input on, or a fixed or reshaped value instead."""

    model_config = all_of(_LEADS_ON)

    type: Literal["Pass"]
    result: Any = None
    """A literal result; never a template."""


class ChoiceState(Assigning):
    """Go to the state of the first rule that holds."""

    type: Literal["Choice"]
    choices: Annotated[list[ChoiceRule], Field(min_length=1, max_length=256)]
    default: StateName | None = None
    """Where to go when no rule holds; without it that is an error."""


class WaitState(Leading):
    """Wait for a while or until a moment."""

    model_config = all_of(
        _LEADS_ON, exactly_one("seconds", "timestamp", "seconds_path", "timestamp_path")
    )

    type: Literal["Wait"]
    seconds: Annotated[int, Field(ge=0, le=99_999_999)] | None = None
    timestamp: str | None = None
    """An RFC 3339 time with T and Z or an offset; one in the past does not wait."""
    seconds_path: Path | None = None
    timestamp_path: Path | None = None


class SucceedState(State):
    """End the scope; what is left of the input is its output."""

    type: Literal["Succeed"]


class FailState(Document):
    """End the scope with an error."""

    model_config = all_of(at_most_one("error", "error_path"), at_most_one("cause", "cause_path"))

    type: Literal["Fail"]
    comment: Comment | None = None
    error: str | None = None
    error_path: Expression | None = None
    """A path or an intrinsic function that gives the error's name."""
    cause: str | None = None
    cause_path: Expression | None = None


class ItemBatcher(Document):
    """Hand items out in batches: an iteration sees {items: [...], batch_input: ...}."""

    model_config = all_of(
        at_most_one("max_items_per_batch", "max_items_per_batch_path"),
        at_most_one("max_input_bytes_per_batch", "max_input_bytes_per_batch_path"),
    )

    max_items_per_batch: Annotated[int, Field(ge=1)] | None = None
    max_items_per_batch_path: Path | None = None
    max_input_bytes_per_batch: Annotated[int, Field(ge=1)] | None = None
    max_input_bytes_per_batch_path: Path | None = None
    batch_input: Template | None = None


class MapState(WorkState):
    """Run a sub-workflow for each item of a list; results keep the items' order."""

    model_config = all_of(
        _LEADS_ON,
        exactly_one("iterator", "item_processor"),
        at_most_one("max_concurrency", "max_concurrency_path"),
        at_most_one("tolerated_failure_count", "tolerated_failure_count_path"),
        at_most_one("tolerated_failure_percentage", "tolerated_failure_percentage_path"),
    )

    type: Literal["Map"]
    items_path: Path = "$"
    """Where the list is, in the effective input."""
    item_reader: ItemReader | None = None
    """Take the items from a file instead; items_path then says nothing."""
    item_selector: Payload | None = None
    """The input of each iteration; without it an iteration sees the Map's input and $.iterator."""
    iterator: "Machine | None" = None
    item_processor: "Machine | None" = None
    """Another name for iterator."""
    max_concurrency: Annotated[int, Field(ge=0, le=10_000)] = 0
    """How many iterations run at once; 0 sets no bound."""
    max_concurrency_path: Path | None = None
    tolerated_failure_count: Annotated[int, Field(ge=0)] | None = None
    """How many iterations may fail before the Map does; failed ones leave no result."""
    tolerated_failure_count_path: Path | None = None
    tolerated_failure_percentage: Percentage | None = None
    """The same as a share of all items, from 0 to 100."""
    tolerated_failure_percentage_path: Path | None = None
    item_batcher: ItemBatcher | None = None
    result_writer: ResultWriter | None = None
    """Write the results to files; the Map's result then says where they are."""


class ParallelState(WorkState):
    """Run several sub-workflows on the same input; the result is the list of their outputs."""

    model_config = all_of(_LEADS_ON)

    type: Literal["Parallel"]
    branches: Annotated[list["Machine"], Field(min_length=1, max_length=64)]


class ShownEffects(Document):
    """Calls that the owner is shown before the yes that covers them: these, and no others."""

    resource: Resource
    """What a Task with requires_approval calls."""
    items_path: Path | None = None
    """One call for each item of this list; the item is $$.map.item.value."""
    input: Template | None = None
    """The effective input of each call; without it the item, or else what the state sees."""


class ApprovalState(ResultState):
    """Ask the owner to decide, with a deadline; silence is never consent.

    The result is {decision, decided_by, decided_at, note}, whichever way it goes.
    """

    model_config = all_of(_LEADS_ON)

    type: Literal["Approval"]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    """What the owner is asked, in one line."""
    timeout_seconds: Seconds
    effects: Annotated[list[ShownEffects], Field(min_length=1, max_length=64)] | None = None
    """The exact calls that a yes covers, each as often as it is listed."""
    valid_seconds: Seconds = 86_400
    """For how long a yes covers them."""
    on_reject: StateName | None = None
    """Where to go when the owner says no; without it that is the error Approval.Rejected."""
    on_timeout: StateName | None = None
    """Where to go when nobody answered; without it that is the error Approval.TimedOut."""


class JsonataMap(JsonataMapFields):
    """Run a sub-workflow for each item of an array or a file."""

    item_reader: JsonataReader | None = None
    result_writer: JsonataWriter | None = None
    iterator: "Machine | None" = None
    item_processor: "Machine | None" = None


class JsonataParallel(JsonataParallelFields):
    """Run several sub-workflows on the same arguments."""

    branches: Annotated[list["Machine"], Field(min_length=1, max_length=64)]


def _language(state: Any) -> str:
    own = state.get("query_language") if isinstance(state, dict) else None
    return "JSONata" if own == "JSONata" else "JSONPath"


PathState = Annotated[
    TaskState
    | PassState
    | ChoiceState
    | WaitState
    | SucceedState
    | FailState
    | MapState
    | ParallelState
    | ApprovalState,
    Field(discriminator="type"),
]
QueryState = Annotated[
    JsonataTask
    | JsonataPass
    | JsonataChoice
    | JsonataWait
    | JsonataSucceed
    | JsonataFail
    | JsonataMap
    | JsonataParallel,
    Field(discriminator="type"),
]
AnyState = Annotated[
    Annotated[PathState, Tag("JSONPath")] | SkipJsonSchema[Annotated[QueryState, Tag("JSONata")]],
    Discriminator(_language),
]


class Machine(Document):
    """States and where to start: the whole of a policy, or one branch of it."""

    comment: Comment | None = None
    start_at: StateName
    states: Annotated[dict[StateName, AnyState], Field(min_length=1, max_length=MOST_STATES)]


for _model in (MapState, ParallelState, JsonataMap, JsonataParallel, Machine):
    _model.model_rebuild()

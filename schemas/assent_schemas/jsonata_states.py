"""JSONata states of imported machines; those with machines in them stand in `states`.

Our own dialect has none of them, and the schema does not show them. A field that takes an
expression takes the text `{% ... %}` beside its own kind of value.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from assent_schemas.fields import Comment, Document, Percentage, Seconds, StateName
from assent_schemas.recovery import ErrorNames, Retrier

Jsonata = Annotated[str, Field(pattern=r"^\{%[\s\S]*%\}$")]
Whole = Annotated[int, Field(ge=0)] | Jsonata
Time = Seconds | Jsonata


class JsonataRule(Document):
    """A condition and the state to go to when it holds."""

    condition: bool | Jsonata
    next: StateName
    output: Any = None
    assign: dict[str, Any] | None = None
    comment: Comment | None = None


class JsonataCatcher(Document):
    """Go on at another state after errors of these names."""

    error_equals: ErrorNames
    next: StateName
    output: Any = None
    assign: dict[str, Any] | None = None
    comment: Comment | None = None


class JsonataState(Document):
    """What every JSONata state has; `output` absent and null are two different things."""

    query_language: Literal["JSONata"]
    comment: Comment | None = None


class JsonataOutput(JsonataState):
    """A state that shapes what goes on, and may set variables."""

    output: Any = None
    assign: dict[str, Any] | None = None


class JsonataLeading(JsonataOutput):
    """A state that leads to the next one or ends its scope."""

    next: StateName | None = None
    end: Literal[True] | None = None


class JsonataWork(JsonataLeading):
    """A state that may fail: it retries and catches."""

    retry: Annotated[list[Retrier], Field(max_length=64)] = []
    catch: Annotated[list[JsonataCatcher], Field(max_length=64)] = []


class JsonataTask(JsonataWork):
    """Call one step with the arguments, or with the input where there are none."""

    type: Literal["Task"]
    resource: Annotated[str, Field(min_length=1, max_length=256)]
    arguments: Any = None
    timeout_seconds: Time | None = None
    heartbeat_seconds: Time | None = None


class JsonataPass(JsonataLeading):
    """Hand the input on, or the output instead."""

    type: Literal["Pass"]


class JsonataChoice(JsonataOutput):
    """Go to the state of the first rule whose condition is true."""

    type: Literal["Choice"]
    choices: Annotated[list[JsonataRule], Field(min_length=1, max_length=256)]
    default: StateName | None = None


class JsonataWait(JsonataLeading):
    """Wait for a while or until a moment."""

    type: Literal["Wait"]
    seconds: Whole | None = None
    timestamp: str | None = None


class JsonataSucceed(JsonataState):
    """End the scope with the output."""

    type: Literal["Succeed"]
    output: Any = None


class JsonataFail(JsonataState):
    """End the scope with an error."""

    type: Literal["Fail"]
    error: str | None = None
    cause: str | None = None


class JsonataBatcher(Document):
    """Hand items out in batches."""

    max_items_per_batch: Whole | None = None
    max_input_bytes_per_batch: Whole | None = None
    batch_input: Any = None


class JsonataMapFields(JsonataWork):
    """The fields of a Map but for its machine."""

    type: Literal["Map"]
    items: Any = None
    item_selector: Any = None
    max_concurrency: Whole | None = None
    tolerated_failure_count: Whole | None = None
    tolerated_failure_percentage: Percentage | Jsonata | None = None
    item_batcher: JsonataBatcher | None = None


class JsonataParallelFields(JsonataWork):
    """The fields of a Parallel but for its branches."""

    type: Literal["Parallel"]
    arguments: Any = None

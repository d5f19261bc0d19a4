"""A tool: one row of the table that clients, dispatcher and tests are made from."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from assent_engine.clients import Client
from assent_schemas.clients import Scope
from assent_service.agent_door import schemas
from assent_service.agent_door.jobs import Jobs
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.schemas import Json


class Asked(BaseModel):
    """What a tool is asked; what is left out has its default."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True, arbitrary_types_allowed=True
    )


class Told(BaseModel):
    """What a tool tells; what has a default of None is left out where it is None."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


Question = TypeVar("Question", bound=BaseModel)
Reply = TypeVar("Reply", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Visit:
    """One call: who asks, and what the door can reach for it."""

    client: Client
    reach: Reach
    jobs: Jobs

    @property
    def by(self) -> str:
        """The client as audits and owners see it."""
        return f"agent:{self.client.name}"


@dataclass(frozen=True)
class Tool(Generic[Question, Reply]):
    """What can be called.

    `scope` is what it needs beyond reading. One that `changes` something takes a client with a
    token, and is audited before it is done; `long` work goes on as a job where it takes too long
    for a call; `open_world` is what looks beyond this computer.
    """

    name: str
    title: str
    description: str
    asks: type[Question]
    tells: type[Reply]
    does: Callable[[Visit, Question], Coroutine[Any, Any, Reply]]
    scope: Scope | None = None
    changes: bool = False
    destroys: bool = False
    idempotent: bool = True
    open_world: bool = False
    long: bool = False

    @cached_property
    def takes(self) -> Json:
        """JSON Schema of the arguments."""
        return schemas.taken(self.asks)

    @cached_property
    def gives(self) -> Json:
        """JSON Schema of the structured answer; of long work also while it is under way."""
        schema = schemas.given(self.tells)
        if not self.long:
            return schema
        return {**schema, "properties": {**_UNDER_WAY, **schema["properties"]}, "required": []}

    def read(self, arguments: Json) -> Question:
        """The arguments, which the schema has nothing against, as the tool's own question."""
        return self.asks.model_validate(arguments)


_UNDER_WAY: Json = {
    "job": {
        "type": "string",
        "description": "The work is still under way: ask status with this job.",
    },
}

"""Guidance: the pages that teach an agent to write policies, by topic."""

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from assent_schemas.errors import Problem, Refused
from assent_schemas.spelling import asked as did_you_mean
from assent_schemas.spelling import nearest
from assent_service.agent_door.tool import Asked, Told, Visit

FIRST = "start"
TOPICS = {
    FIRST: "What this is, and the way from an idea to an approved policy",
    "policy": "The document: a whole small one, and its parts",
    "states": "Each type of state, with what it needs",
    "data": "How data flows: paths, parameters, results, variables, functions",
    "errors": "Retry, catch, what is reversed, and what a run ends as",
    "triggers": "What starts runs by itself",
    "approvals": "What the owner decides, and how to ask them within a run",
    "tests": "Tests that come with a policy",
}


class Guiding(Asked):
    """Which page."""

    topic: Annotated[str, Field(max_length=40, description=f"One of: {', '.join(TOPICS)}.")] = FIRST


class Guide(Told):
    """A page in Markdown, and what other pages there are."""

    topic: str
    text: str
    topics: dict[str, str]


async def guide(_visit: Visit, asked: Guiding) -> Guide:
    return Guide(topic=asked.topic, text=page(asked.topic), topics=TOPICS)


def page(topic: str) -> str:
    """The page of a topic, in Markdown; raises Refused."""
    if topic not in TOPICS:
        known = f"Topics: {', '.join(TOPICS)}."
        remedy = did_you_mean(nearest(topic, list(TOPICS)), known)
        detail = f"There is no topic {topic!r}."
        raise Refused(Problem("guide.unknown", "Not found", detail, remedy))
    return _read(topic)


@cache
def _read(topic: str) -> str:
    place = files("assent_service.agent_door").joinpath("guide", f"{topic}.md")
    return place.read_text(encoding="utf-8")

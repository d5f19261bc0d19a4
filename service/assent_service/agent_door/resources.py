"""Resources: what can be read by address; each that matters has a tool that tells the same."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from urllib.parse import quote, unquote

from assent_engine.store import Part
from assent_schemas import policy_schema
from assent_schemas.error_catalogue import CATALOGUE
from assent_schemas.error_catalogue.page import page as error_page
from assent_schemas.errors import Problem, Refused
from assent_schemas.wire.runs import JournalAsked
from assent_service.agent_door.reach import Reach
from assent_service.agent_door.telling import plainly, text_of
from assent_service.agent_door.tools.guidance import TOPICS
from assent_service.agent_door.tools.guidance import page as guide_page
from assent_service.agent_door.tools.steps import described
from assent_service.desk import run_reading
from assent_service.desk.room import Caller

SCHEME = "assent://"
MARKDOWN, JSON = "text/markdown", "application/json"
TRACE_SHOWN = 500
LONGEST_URI = 512
_COMPLETED = 100
Words = Callable[[Reach], Awaitable[list[str]]]
_READER = Caller("agent", "agent door")


@dataclass(frozen=True, slots=True)
class Resource:
    """One text at an address; `reads` gives it."""

    path: str
    title: str
    description: str
    mime: str
    reads: Callable[[Reach], Awaitable[str]]

    @property
    def uri(self) -> str:
        return SCHEME + self.path


@dataclass(frozen=True, slots=True)
class Template:
    """Texts of one kind, each by one word; `completes` gives the words that there are."""

    folder: str
    variable: str
    after: str
    title: str
    description: str
    mime: str
    reads: Callable[[Reach, str], Awaitable[str]]
    completes: Words

    @property
    def uri(self) -> str:
        return f"{SCHEME}{self.folder}/{{{self.variable}}}{self.after}"

    def word(self, path: str) -> str | None:
        """The word that stands in a path of this form."""
        start, end = f"{self.folder}/", len(path) - len(self.after)
        if not path.startswith(start) or not path.endswith(self.after) or end <= len(start):
            return None
        return unquote(path[len(start) : end])


@dataclass(frozen=True, slots=True)
class Found:
    """A resource as it was read."""

    uri: str
    mime: str
    text: str


async def read(reach: Reach, uri: str) -> Found:
    """What stands at an address; raises Refused."""
    path = uri.removeprefix(SCHEME)
    if uri.startswith(SCHEME) and len(uri) <= LONGEST_URI:
        if (one := RESOURCES.get(path)) is not None:
            return Found(uri, one.mime, await one.reads(reach))
        for form in TEMPLATES:
            if (word := form.word(path)) is not None:
                return Found(uri, form.mime, await form.reads(reach, word))
    detail = f"There is no resource {uri[:80]!r}."
    raise Refused(Problem("resource.not_found", "Not found", detail, "List them: resources/list"))


async def completed(words: Words, reach: Reach, begun: str) -> list[str]:
    """The words that begin so, and else those that hold it."""
    everything = await words(reach)
    starting = [one for one in everything if one.startswith(begun)]
    return (starting or [one for one in everything if begun in one])[:_COMPLETED]


def examples() -> list[str]:
    """The names of the worked examples."""
    folder = files("assent_schemas").joinpath("examples")
    names = (one.name for one in folder.iterdir())
    return sorted(one.removesuffix(".json") for one in names if one.endswith(".json"))


async def _schema(_: Reach) -> str:
    return text_of(policy_schema.load())


async def _errors(_: Reach) -> str:
    return error_page()


async def _steps(reach: Reach) -> str:
    registry = reach.registry
    return text_of([plainly(described(registry, name)) for name in registry.names()])


async def _guide(_: Reach, topic: str) -> str:
    return guide_page(topic)


async def _example(_: Reach, name: str) -> str:
    if name not in examples():
        remedy = f"Known: {', '.join(examples())}."
        detail = f"There is no example {name[:80]!r}."
        raise Refused(Problem("resource.not_found", "Not found", detail, remedy))
    return files("assent_schemas").joinpath("examples", f"{name}.json").read_text(encoding="utf-8")


async def _step(reach: Reach, name: str) -> str:
    return text_of(plainly(described(reach.registry, name)))


async def _error(_: Reach, code: str) -> str:
    if (row := CATALOGUE.get(code)) is None:
        detail = f"There is no error code {code[:80]!r}."
        raise Refused(Problem("resource.not_found", "Not found", detail))
    return text_of(row.as_json())


async def _trace(reach: Reach, run: str) -> str:
    asked = JournalAsked(run=run, limit=TRACE_SHOWN)
    told = await run_reading.list_happenings(reach.room, asked, _READER)
    return text_of(plainly(told))


async def topics(_: Reach) -> list[str]:
    return list(TOPICS)


async def example_names(_: Reach) -> list[str]:
    return examples()


async def step_names(reach: Reach) -> list[str]:
    return reach.registry.names()


async def codes(_: Reach) -> list[str]:
    return sorted(CATALOGUE)


async def run_ids(reach: Reach) -> list[str]:
    """The latest runs first."""
    rows = await reach.read.run_page(Part(most=_COMPLETED, newest=True))
    return [row.id for row in rows]


_FIXED = (
    Resource(
        "schema/policy",
        "JSON Schema of policies",
        "The schema that validate_policy checks a document by first (Draft 2020-12).",
        JSON,
        _schema,
    ),
    Resource(
        "steps", "Steps", "Every step and macro with all that is declared of it.", JSON, _steps
    ),
    Resource("errors", "Error catalogue", "Every error code: what it means.", MARKDOWN, _errors),
)
TEMPLATES = (
    Template(
        "guide", "topic", "", "Language guide", "A page of the guide.", MARKDOWN, _guide, topics
    ),
    Template(
        "examples",
        "name",
        "",
        "Worked example",
        "A whole policy that runs here.",
        JSON,
        _example,
        example_names,
    ),
    Template("steps", "step", "", "A step", "What it takes and gives.", JSON, _step, step_names),
    Template("errors", "code", "", "An error code", "What it means.", JSON, _error, codes),
    Template(
        "runs",
        "run",
        "/trace",
        "A run's trace",
        "What is recorded of a run, from its beginning.",
        JSON,
        _trace,
        run_ids,
    ),
)


def _paged(folder: str, name: str, title: str, form: Template) -> Resource:
    async def reads(reach: Reach) -> str:
        return await form.reads(reach, name)

    return Resource(f"{folder}/{quote(name)}", f"{form.title}: {name}", title, form.mime, reads)


def _listed() -> dict[str, Resource]:
    guide, example = TEMPLATES[:2]
    pages = [_paged("guide", name, title, guide) for name, title in TOPICS.items()]
    whole = [_paged("examples", one, example.description, example) for one in examples()]
    return {one.path: one for one in (*pages, *_FIXED, *whole)}


RESOURCES = _listed()
"""Every resource that is listed, by its path."""

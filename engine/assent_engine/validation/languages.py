"""The query language: our own dialect has one, and says so nowhere."""

from collections.abc import Iterator

from assent_engine.validation.machines import Json, machines, objects
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem, pointer

FIELD = "query_language"


def language_problems(document: Json) -> Iterator[Problem]:
    """Each place of a policy in our own dialect that names a query language."""
    if document.get("dialect") == "asl":
        return
    for where, machine in machines(document):
        places = [(where, machine)]
        places += [
            (where + pointer("states", name), state)
            for name, state in objects(machine.get("states"))
        ]
        yield from (_refused(at) for at, place in places if FIELD in place)


def _refused(where: str) -> Problem:
    detail = "A policy speaks JSONPath; JSONata is only for machines that were imported."
    remedy = f'Remove "{FIELD}", and use parameters, result_path and output_path.'
    return problem("language.not_ours", f"{where}/{FIELD}", detail, remedy)

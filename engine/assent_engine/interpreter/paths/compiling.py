"""From a text to a path: names and indexes are read here, all else by the grammar."""

from functools import lru_cache
from itertools import takewhile

from assent_engine.interpreter.paths.path import Path, QueryPath
from assent_engine.interpreter.paths.query import Member
from assent_engine.interpreter.paths.spelling import (
    LONGEST_TEXT,
    MOST_SEGMENTS,
    has_free_signs,
    read_parts,
    read_root,
    refused,
)


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Compile a path; raises PathSyntaxError."""
    if len(text) > LONGEST_TEXT:
        raise refused(text, f"is longer than {LONGEST_TEXT} characters")
    in_context, variable, start = read_root(text)
    parts, end = read_parts(text, start)
    if end < len(text):
        return _with_query(text, in_context, variable, start)
    if len(parts) > MOST_SEGMENTS:
        raise refused(text, f"has more than {MOST_SEGMENTS} segments")
    return Path(text, in_context, parts, variable, is_reference=not has_free_signs(text))


def _with_query(text: str, in_context: bool, variable: str | None, start: int) -> Path:
    # The parser takes longer to import than most commands take to run; few paths need it.
    from assent_engine.interpreter.paths.grammar import read_query

    query = read_query(text, start)
    opening = takewhile(lambda step: isinstance(step, Member), query.steps)
    parts = tuple(step.part for step in opening if isinstance(step, Member))
    if query.call is None and len(parts) == len(query.steps):
        return Path(text, in_context, parts, variable, is_reference=False)
    return QueryPath(text, in_context, parts, variable, is_reference=False, query=query)

"""Payload templates: keys that end in `.$` are paths, everything else is literal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assent_engine.interpreter.paths import Path, compile_path
from assent_engine.interpreter.visit import Visit

Fill = Callable[[Any, Visit], Any]


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template; `paths` are all that it reads."""

    fill: Fill
    paths: tuple[Path, ...]


def compile_template(body: dict[str, Any]) -> Template:
    """Compile a template; raises PathSyntaxError for a bad path in it."""
    return Template(_compile(body), tuple(compile_path(text) for text in template_paths(body)))


def template_paths(node: Any) -> Iterator[str]:
    """Every path text in a template, at any depth."""
    if isinstance(node, dict):
        for name, item in node.items():
            if is_dynamic(name, item):
                yield item
            else:
                yield from template_paths(item)
    elif isinstance(node, list):
        for item in node:
            yield from template_paths(item)


def is_dynamic(name: str, item: Any) -> bool:
    """True for a key ending in `.$` whose value is a path."""
    return name.endswith(".$") and isinstance(item, str)


def read(path: Path, data: Any, visit: Visit) -> Any:
    """The value of a path into the data or, for `$$`, into the context object."""
    return path.get(visit.context() if path.in_context else data)


def _compile(node: Any) -> Fill:
    if isinstance(node, dict):
        return _compile_object(node)
    if isinstance(node, list):
        fills = [_compile(item) for item in node]
        return lambda data, visit: [fill(data, visit) for fill in fills]
    return lambda _data, _visit: node


def _compile_object(node: dict[str, Any]) -> Fill:
    fills = [_compile_entry(name, item) for name, item in node.items()]
    return lambda data, visit: {name: fill(data, visit) for name, fill in fills}


def _compile_entry(name: str, item: Any) -> tuple[str, Fill]:
    if not is_dynamic(name, item):
        return name, _compile(item)
    path = compile_path(item)
    return name[:-2], lambda data, visit: read(path, data, visit)

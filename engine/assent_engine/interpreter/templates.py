"""Payload templates: keys that end in `.$` are expressions, everything else is literal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from assent_engine.interpreter.expressions import compile_lazily
from assent_engine.interpreter.paths import Path
from assent_engine.interpreter.visit import Visit

Body = dict[str, Any] | list[Any]
Fill = Callable[[Any, Visit], Any]


class Fills(Protocol):
    """Something that makes a value out of what a state sees."""

    @property
    def fill(self) -> Fill: ...
    @property
    def paths(self) -> tuple[Path, ...]:
        """The paths that it reads; expressions of another language are none."""
        ...


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template; `paths` are all that it reads."""

    fill: Fill
    paths: tuple[Path, ...]


def compile_template(body: Body) -> Template:
    """Compile a template; what is no expression in it fails when it is filled."""
    expressions = [compile_lazily(text) for text in template_expressions(body)]
    return Template(_compile(body), tuple(path for one in expressions for path in one.paths))


def template_expressions(node: Any) -> Iterator[str]:
    """Every expression's text in a template, at any depth."""
    if isinstance(node, dict):
        for name, item in node.items():
            if is_dynamic(name, item):
                yield item.strip()
            else:
                yield from template_expressions(item)
    elif isinstance(node, list):
        for item in node:
            yield from template_expressions(item)


def is_dynamic(name: str, item: Any) -> bool:
    """True for a key ending in `.$` whose value is an expression."""
    return name.endswith(".$") and isinstance(item, str)


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
    return name[:-2], compile_lazily(item.strip()).evaluate

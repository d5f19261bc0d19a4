"""Every error code that the product's source can give, found by reading it as a tree.

It starts from what carries a code: a Problem, a Halt, a Failed outcome. A function that hands a
parameter on as a code carries codes too, and so on until nothing new is found.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, product

from house.figures import Module, modules

CARRIERS = {
    "assent_schemas.errors.Problem": (0, "code"),
    "assent_engine.runner.halts.Halt": (0, "code"),
    "assent_engine.runner.calls.TimeIsUp": (0, "error"),
    "assent_engine.runner.runs.RunReport": (3, "error"),
    "assent_engine.simulate.Result": (2, "error"),
    "assent_engine.effects.Failed": (0, "error"),
    "assent_engine.interpreter.faults.StateFault": (0, "error"),
    "assent_engine.registry.declaration.StepFailed": (0, "error"),
}
"""What carries a code, where, and under which keyword."""
FIELDS = {
    "self.code": ("assent_schemas.exact_schema.Row", (1, "code")),
    "self.kind.name": ("assent_steps.files.faults.FileKind", (0, "name")),
}
"""Fields that codes are put together from, and whose constructor gives them."""
HANDED_ON = {"halt.code"}
"""Codes that were read where they were given, and only change their carrier."""
ERROR_NAMES = "assent_engine.interpreter.faults"
"""Where the language's own error names stand, those that only a rule can name among them."""
CHECKS = "Fault"
"""What a check of one value is annotated with: it gives its code as the first of a pair."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Hole:
    """A part of a code that only the caller of `function` knows, or a field, or nobody."""

    name: str
    function: str = ""


Template = tuple[str | Hole, ...]


@dataclass
class Source:
    """One module with its names."""

    name: str
    where: str
    tree: ast.Module
    names: dict[str, str] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                for one in node.names:
                    self.names[one.asname or one.name] = f"{node.module}.{one.name}"
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.names[node.name] = f"{self.name}.{node.name}"
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                self.constants[ast.unparse(target)] = node.value


@dataclass(frozen=True)
class Place:
    """Where an expression stands: its module, class and function."""

    source: Source
    owner: ast.ClassDef | None = None
    function: Function | None = None

    @property
    def qualified(self) -> str:
        parts = [self.source.name, self.owner and self.owner.name, self.function]
        return ".".join(one.name if isinstance(one, Function) else one for one in parts if one)

    @property
    def parameters(self) -> list[str]:
        """The names that a caller fills, in order; `self` is none of them."""
        if self.function is None:
            return []
        given = self.function.args
        named = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        return [one for one in named if one not in {"self", "cls"}]


class Reading:
    """The whole source, and the codes that are found in it."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = {one.name: one for one in sources}
        self.calls = [found for one in self.sources.values() for found in _calls(one)]
        self.carried: dict[str, set[Template]] = {}
        self.given: set[tuple[str, Template]] = set()
        self.fields: dict[str, set[tuple[str, str]]] = {name: set() for name in FIELDS}
        self.parameters = {place.qualified: place.parameters for place, _ in self.calls}
        self._read()

    def codes(self) -> dict[str, str]:
        """Every code that can be read off, with the place where it is given."""
        found = {code: at for at, template in self.given for code in self._filled(template, at)}
        found |= dict(one for source in self.sources.values() for one in _attributes(source))
        names = self.sources.get(ERROR_NAMES)
        for name, value in (names.constants if names else {}).items():
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.setdefault(value.value, f"{names.where if names else ''} {name}")
        return found

    def unread(self) -> dict[str, str]:
        """Expressions that a code is taken from and that say nothing about it, with their place."""
        return {
            part.name: at
            for at, template in self.given
            for part in template
            if isinstance(part, Hole) and part.name not in FIELDS
        }

    def _filled(self, template: Template, at: str) -> Iterator[str]:
        here = at.partition(":")[0]
        choices: list[list[str]] = []
        for part in template:
            if isinstance(part, str):
                choices.append([part])
            elif part.name not in FIELDS:
                return
            else:
                values = self.fields[part.name]
                own = [value for value, where in values if where == here]
                choices.append(own or sorted(value for value, _ in values))
        yield from ("".join(parts) for parts in product(*choices))

    def _read(self) -> None:
        for name, (position, keyword) in CARRIERS.items():
            self.parameters[name] = [""] * position + [keyword]
            self.carried[name] = {(Hole(keyword, name),)}
        before = -1
        while before != (before := sum(map(len, self.carried.values()))):
            for place, call in self.calls:
                for carrier in self._callees(place, call):
                    self._give(place, call, carrier)
        for field_name, (constructor, (position, keyword)) in FIELDS.items():
            for place, call in self.calls:
                if self._origin(place.source, ast.unparse(call.func)) == constructor:
                    argument = _argument(call, position, keyword)
                    for value in self._values(place, argument):
                        if all(isinstance(part, str) for part in value):
                            text = "".join(str(part) for part in value)
                            self.fields[field_name].add((text, place.source.where))

    def _callees(self, place: Place, call: ast.Call) -> Iterator[str]:
        """What a call may reach: a function, a class or one of its bases, or a method."""
        name = ast.unparse(call.func)
        if name == "super().__init__" and place.owner is not None:
            for base in place.owner.bases:
                yield from self._known(self._origin(place.source, ast.unparse(base)))
            return
        receiver, _, last = name.rpartition(".")
        yield from self._known(self._origin(place.source, name))
        owner = receiver.rpartition(".")[2]
        for method in [one for one in self.carried if one.endswith(f".{last}")]:
            of = method.rpartition(".")[0].rpartition(".")[2]
            inside = place.owner is not None and place.owner.name == of
            if owner and (owner == of.lower() or (owner == "self" and inside)):
                yield method

    def _known(self, origin: str) -> Iterator[str]:
        module, _, name = origin.rpartition(".")
        if origin in self.carried:
            yield origin
        elif f"{origin}.__init__" in self.carried:
            yield f"{origin}.__init__"
        elif module in self.sources:
            for node in self.sources[module].tree.body:
                if isinstance(node, ast.ClassDef) and node.name == name and not _has_init(node):
                    bases = [self._origin(self.sources[module], ast.unparse(b)) for b in node.bases]
                    yield from (one for base in bases for one in self._known(base))

    def _give(self, place: Place, call: ast.Call, carrier: str) -> None:
        """Note what one call gives as a code, or that its function hands one on."""
        order = self.parameters.get(carrier, [])
        for template in list(self.carried[carrier]):
            choices = [
                [(part,)]
                if isinstance(part, str) or not part.function
                else self._values(place, _argument(call, order.index(part.name), part.name))
                for part in template
            ]
            for parts in product(*choices):
                self._note(place, call, tuple(one for part in parts for one in part))

    def _note(self, place: Place, call: ast.Call, template: Template) -> None:
        if any(isinstance(part, Hole) and part.function for part in template):
            self.carried.setdefault(place.qualified, set()).add(template)
        elif template:
            self.given.add((f"{place.source.where}:{call.lineno}", template))

    def _origin(self, source: Source, name: str) -> str:
        """The full name of what a name means in a module, through every re-export."""
        first, _, rest = name.partition(".")
        if first not in source.names:
            return f"{source.name}.{name}"
        full = source.names[first] + (f".{rest}" if rest else "")
        module, _, last = full.rpartition(".")
        other = self.sources.get(module)
        if other is None or other is source or last not in other.names:
            return full
        return self._origin(other, last)

    def _values(self, place: Place, node: ast.expr | None) -> list[Template]:
        """What an expression may be; a hole for each part that is not known here."""
        match node:
            case None | ast.Constant(value=None):
                return []
            case ast.Constant(value=str(text)):
                return [(text,)]
            case ast.IfExp(body=body, orelse=other):
                return [*self._values(place, body), *self._values(place, other)]
            case ast.BoolOp(values=values):
                return [one for value in values for one in self._values(place, value)]
            case ast.JoinedStr(values=values):
                parts = [self._values(place, value) for value in values]
                return [tuple(chain.from_iterable(row)) for row in product(*parts)]
            case ast.FormattedValue(value=value):
                return self._values(place, value)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=args):
                return self._looked_up(place, table, args)
            case ast.Name(id=name):
                return self._named(place, name)
            case ast.Attribute():
                return self._attribute(place, ast.unparse(node))
        return [(Hole(ast.unparse(node)),)]

    def _looked_up(self, place: Place, table: str, args: list[ast.expr]) -> list[Template]:
        rows = place.source.constants.get(table)
        if not isinstance(rows, ast.Dict):
            return [(Hole(f"{table}.get"),)]
        return [one for node in (*rows.values, *args[1:]) for one in self._values(place, node)]

    def _named(self, place: Place, name: str) -> list[Template]:
        if name in place.parameters:
            return [(Hole(name, place.qualified),)]
        assigned = [one for node in _assigned(place, name) for one in self._values(place, node)]
        return assigned or self._constant(place, name)

    def _constant(self, place: Place, name: str) -> list[Template]:
        if name in place.source.constants:
            return self._values(Place(place.source), place.source.constants[name])
        module, _, last = self._origin(place.source, name).rpartition(".")
        if module in self.sources and last in self.sources[module].constants:
            source = self.sources[module]
            return self._values(Place(source), source.constants[last])
        return [(Hole(name),)]

    def _attribute(self, place: Place, text: str) -> list[Template]:
        if text in HANDED_ON:
            return []
        if text in FIELDS:
            return [(Hole(text),)]
        return self._constant(place, text)


def read(files: Iterable[Module] | None = None) -> Reading:
    """Read the product's source, or these files of it."""
    return Reading(_source(one) for one in (modules() if files is None else files))


def _source(module: Module) -> Source:
    parts = list(module.path.with_suffix("").parts)
    start = next(at for at, part in enumerate(parts) if part.startswith("assent_"))
    dotted = ".".join(parts[start:]).removesuffix(".__init__")
    return Source(dotted, module.name, ast.parse(module.text))


def _calls(source: Source) -> Iterator[tuple[Place, ast.Call]]:
    def walk(node: ast.AST, place: Place) -> Iterator[tuple[Place, ast.Call]]:
        if isinstance(node, ast.ClassDef):
            place = Place(source, node)
        elif isinstance(node, Function):
            place = Place(source, place.owner, node)
            yield from _faults(place)
        elif isinstance(node, ast.Call):
            yield place, node
        for child in ast.iter_child_nodes(node):
            yield from walk(child, place)

    yield from walk(source.tree, Place(source))


def _faults(place: Place) -> Iterator[tuple[Place, ast.Call]]:
    """A check of a value gives its code in a pair: read it as the call that it leads to."""
    given = place.function and place.function.returns
    if place.function is None or given is None or not ast.unparse(given).endswith(CHECKS):
        return
    for node in ast.walk(place.function):
        if isinstance(node, ast.Return) and node.value is not None:
            for pair in (one for one in ast.walk(node.value) if isinstance(one, ast.Tuple)):
                yield place, ast.Call(ast.Name("problem"), pair.elts[:1], [], lineno=node.lineno)


def _attributes(source: Source) -> Iterator[tuple[str, str]]:
    """The codes that classes have as an attribute of their own."""
    for owner in ast.walk(source.tree):
        for node in owner.body if isinstance(owner, ast.ClassDef) else ():
            match node:
                case ast.Assign(
                    targets=[ast.Name(id="code" | "error")], value=ast.Constant(value=str(code))
                ):
                    yield code, f"{source.where}:{node.lineno}"


def _has_init(node: ast.ClassDef) -> bool:
    return any(isinstance(one, Function) and one.name == "__init__" for one in node.body)


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    named = [one.value for one in call.keywords if one.arg == keyword]
    if named:
        return named[0]
    return call.args[position] if position < len(call.args) else None


def _assigned(place: Place, name: str) -> Iterator[ast.expr]:
    """What a local name is set to."""
    for node in ast.walk(place.function) if place.function else ():
        for target in node.targets if isinstance(node, ast.Assign) else ():
            value = node.value if isinstance(node, ast.Assign) else None
            if isinstance(target, ast.Name) and target.id == name and value is not None:
                yield value
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                for one, given in zip(target.elts, value.elts, strict=True):
                    if isinstance(one, ast.Name) and one.id == name:
                        yield given

"""graph(): a policy as a Mermaid flowchart."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assent_engine.reading import acts, reached, wording
from assent_engine.reading.called import callee
from assent_engine.reading.conditions import condition
from assent_engine.reading.ways import inner_machines, links
from assent_engine.registry import StepRegistry
from assent_schemas.states import (
    AnyState,
    ApprovalState,
    ChoiceState,
    FailState,
    Machine,
    MapState,
    SucceedState,
    TaskState,
    WaitState,
)

LONG_LABEL = 60
_PLAIN = set(" .,_-$=+/?")
_SHAPES = {"choice": ("{", "}"), "ask": ("{{", "}}"), "wait": ("([", "])"), "done": ("((", "))")}
_STYLED = {"effect", "macro", "ask", "done"}
_STYLES = (
    "classDef effect fill:#fde2e1,stroke:#b42318,stroke-width:2px",
    "classDef macro fill:#fef0c7,stroke:#b54708",
    "classDef ask fill:#d1e9ff,stroke:#175cd3",
    "classDef done fill:#f2f4f7,stroke:#475467",
)


def graph(policy: Machine, registry: StepRegistry | None = None) -> str:
    """A Mermaid flowchart; side effects of the registry, by default the shared one, stand out."""
    picture = _Picture(registry or StepRegistry.shared())
    first = picture.machine(policy, outermost=True)
    start = [f"  start --> {first}"] if first else []
    lines = ["flowchart TD", '  start(("start"))', *picture.lines, *start]
    return "\n".join([*lines, *(f"  {one}" for one in _STYLES)]) + "\n"


def label(text: str, longest: int = LONG_LABEL) -> str:
    """Words for a label: every character that Mermaid might read as its own is an entity."""
    cut = wording.visible(text if len(text) <= longest else f"{text[:longest]}...")
    return "".join(char if char.isalnum() or char in _PLAIN else f"#{ord(char)};" for char in cut)


@dataclass(slots=True)
class _Picture:
    """The lines so far. Node ids are counted, so that no name of the policy becomes syntax."""

    registry: StepRegistry
    lines: list[str] = field(default_factory=list)
    count: int = 0
    depth: int = 1

    def machine(self, machine: Machine, *, outermost: bool = False) -> str | None:
        """Draw a machine and hand back the node where it starts."""
        ids = {name: self._new_id("n") for name in links(machine)}
        for name, node in ids.items():
            self._node(node, name, machine.states[name])
        for name, node in ids.items():
            self._edges(node, machine.states[name], ids)
        if outermost and any(_ends(machine.states[name]) for name in ids):
            self._add('finish(("end")):::done')
            self._finish(machine, ids)
        return ids.get(machine.start_at)

    def _finish(self, machine: Machine, ids: dict[str, str]) -> None:
        for name, node in ids.items():
            if _ends(machine.states[name]):
                self._add(f"{node} --> finish")

    def _node(self, node: str, name: str, state: AnyState) -> None:
        kind = _kind(state, self.registry)
        before, after = _SHAPES.get(kind, ("[", "]"))
        words = "<br/>".join(label(one) for one in (name, _about(state)) if one)
        style = f":::{kind}" if kind in _STYLED else ""
        self._add(f'{node}{before}"{words}"{after}{style}')
        for at, (_, inner) in enumerate(inner_machines(state), start=1):
            self._inner(node, inner, _inner_title(state, at))

    def _inner(self, node: str, inner: Machine, title: str) -> None:
        self._add(f'subgraph {self._new_id("g")}["{label(title)}"]')
        self.depth += 1
        first = self.machine(inner)
        self.depth -= 1
        self._add("end")
        if first is not None:
            self._add(f"{node} -.-> {first}")

    def _edges(self, node: str, state: AnyState, ids: dict[str, str]) -> None:
        for target, words in _edges(state):
            if target in ids:
                said = f'|"{label(words)}"|' if words else ""
                self._add(f"{node} -->{said} {ids[target]}")

    def _new_id(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def _add(self, line: str) -> None:
        self.lines.append("  " * self.depth + line)


def _edges(state: AnyState) -> Iterator[tuple[str, str]]:
    """Where a state leads, with short words for why."""
    answered = isinstance(state, ApprovalState)
    if isinstance(target := getattr(state, "next", None), str):
        yield target, "yes" if answered else ""
    if isinstance(state, ChoiceState):
        yield from ((rule.next, condition(rule)) for rule in state.choices)
    for key, words in (("default", "otherwise"), ("on_reject", "no"), ("on_timeout", "no answer")):
        if isinstance(target := getattr(state, key, None), str):
            yield target, words
    for rule in getattr(state, "catch", ()):
        undone = ", reversing" if rule.compensate else ""
        yield rule.next, f"after {acts.errors(rule.error_equals)}{undone}"


def _ends(state: AnyState) -> bool:
    return getattr(state, "end", None) is True


def _kind(state: AnyState, registry: StepRegistry) -> str:
    match state:
        case TaskState():
            acting = reached.acts(state, registry)
            runs = registry.macro(state.resource) or callee(state)
            return "effect" if acting else "macro" if runs else "read"
        case ChoiceState():
            return "choice"
        case ApprovalState():
            return "ask"
        case WaitState():
            return "wait"
        case SucceedState() | FailState():
            return "done"
        case _:
            return "inner"


def _about(state: AnyState) -> str:
    match state:
        case TaskState():
            name = callee(state)
            return state.resource if name is None else f"{state.resource} {name}"
        case WaitState() | FailState():
            return acts.act(state, StepRegistry())
        case ApprovalState():
            return state.title
        case _:
            return ""


def _inner_title(state: AnyState, at: int) -> str:
    if isinstance(state, MapState):
        return f"each item of {wording.path(state.items_path)}"
    return f"branch {at}"

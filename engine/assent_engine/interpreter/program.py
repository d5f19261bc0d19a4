"""A policy made ready to run: every scope's states compiled, found by their pointer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assent_engine.interpreter.dialect import ASSENT, Dialect
from assent_engine.interpreter.states import CompiledState, Compiler, compile_state
from assent_schemas.errors import escape_token
from assent_schemas.states import ApprovalState, Machine

DEFAULT_TRANSITIONS = 10_000
MacroSource = Callable[[str], Machine | None]


class UnsupportedPolicy(ValueError):
    """A policy with a state type that this version cannot run yet."""


@dataclass(frozen=True, slots=True)
class Block:
    """One sequential state machine: the root, a Map's iterator, a Parallel branch, a macro."""

    start_at: str
    states: Mapping[str, CompiledState]


@dataclass(slots=True)
class Program:
    """All blocks of a policy by pointer; "" is the root, `macro:NAME` a macro's own root."""

    blocks: dict[str, Block] = field(default_factory=dict)
    transition_limit: int = DEFAULT_TRANSITIONS
    dialect: Dialect = ASSENT

    @classmethod
    def compile(
        cls,
        machine: Machine,
        macro: MacroSource = lambda _name: None,
        transition_limit: int = DEFAULT_TRANSITIONS,
        dialect: Dialect = ASSENT,
    ) -> "Program":
        """Compile a machine and the macros it names; raises PathSyntaxError, UnsupportedPolicy."""
        program = cls(transition_limit=transition_limit, dialect=dialect)
        program._add(machine, "", macro)
        return program

    def _add(self, machine: Machine, pointer: str, macro: MacroSource) -> None:
        self.blocks[pointer] = Block(machine.start_at, {})
        compiler = Compiler(
            add=lambda inner, where: self._add(inner, where, macro),
            macro=lambda name: self._macro(name, macro),
        )
        states = {}
        for name, state in machine.states.items():
            if isinstance(state, ApprovalState):
                raise UnsupportedPolicy(f"{name}: Approval states cannot be run by this version")
            where = f"{pointer}/states/{escape_token(name)}"
            states[name] = compile_state(name, state, where, compiler)
        self.blocks[pointer] = Block(machine.start_at, states)

    def _macro(self, name: str, macro: MacroSource) -> str | None:
        machine, pointer = macro(name), f"macro:{name}"
        if machine is None:
            return None
        if pointer not in self.blocks:
            self._add(machine, pointer, macro)
        return pointer

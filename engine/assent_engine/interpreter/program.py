"""A policy made ready to run: every scope's states compiled, found by their pointer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assent_engine.interpreter.dialect import ASSENT, DIALECTS, Dialect
from assent_engine.interpreter.query import NoQuery, Query
from assent_engine.interpreter.states import CompiledState, Compiler, compile_state
from assent_schemas.errors import escape_token
from assent_schemas.jsonata_states import JsonataState
from assent_schemas.policy import Policy
from assent_schemas.states import Machine

MacroSource = Callable[[str], Machine | None]


class UnsupportedPolicy(ValueError):
    """A policy with a state type that this version cannot run yet."""


@dataclass(frozen=True, slots=True)
class Block:
    """One sequential state machine: the root, a Map's iterator, a Parallel branch, a macro."""

    start_at: str
    states: Mapping[str, CompiledState]
    dialect: Dialect = ASSENT


@dataclass(slots=True)
class Program:
    """All blocks of a policy by pointer; "" is the root, `macro:NAME` a macro's own root."""

    blocks: dict[str, Block] = field(default_factory=dict)
    query: Query = NoQuery()  # noqa: RUF009 - holds nothing

    @classmethod
    def compile(
        cls,
        machine: Machine,
        macro: MacroSource = lambda _name: None,
        query: Query | None = None,
    ) -> "Program":
        """Compile a machine, by a policy's own dialect, and the macros it names.

        `query` evaluates the JSONata of an imported machine; without it such a state fails.
        Raises PathSyntaxError, IntrinsicSyntaxError, UnsupportedPolicy.
        """
        program = cls(query=query or NoQuery())
        dialect = DIALECTS[machine.dialect] if isinstance(machine, Policy) else ASSENT
        program._add(machine, "", macro, dialect)
        return program

    def _add(self, machine: Machine, pointer: str, macro: MacroSource, dialect: Dialect) -> None:
        # Claimed before it is filled: a macro may name itself through another one.
        self.blocks[pointer] = Block(machine.start_at, {}, dialect)
        compiler = Compiler(
            add=lambda inner, where: self._add(inner, where, macro, dialect),
            macro=lambda name: self._macro(name, macro),
        )
        states = {}
        for name, state in machine.states.items():
            if dialect.snake_case and isinstance(state, JsonataState):
                raise UnsupportedPolicy(f"{name}: JSONata is only for imported machines")
            where = f"{pointer}/states/{escape_token(name)}"
            states[name] = compile_state(name, state, where, compiler)
        self.blocks[pointer] = Block(machine.start_at, states, dialect)

    def _macro(self, name: str, macro: MacroSource) -> str | None:
        """The pointer of a macro's block; macros speak our dialect, whoever calls them."""
        machine, pointer = macro(name), f"macro:{name}"
        if machine is None:
            return None
        if pointer not in self.blocks:
            self._add(machine, pointer, macro, ASSENT)
        return pointer

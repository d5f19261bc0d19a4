"""The state types as they are in JSONata, one module each."""

from assent_engine.interpreter.states.base import CompiledState, Compiler
from assent_engine.interpreter.states.jsonata.choice import Choice
from assent_engine.interpreter.states.jsonata.fail import Fail
from assent_engine.interpreter.states.jsonata.map import Map
from assent_engine.interpreter.states.jsonata.parallel import Parallel
from assent_engine.interpreter.states.jsonata.pass_ import Pass
from assent_engine.interpreter.states.jsonata.succeed import Succeed
from assent_engine.interpreter.states.jsonata.task import Task
from assent_engine.interpreter.states.jsonata.wait import Wait
from assent_schemas import jsonata_states as document
from assent_schemas.states import JsonataMap, JsonataParallel

__all__ = ["compile_jsonata"]


def compile_jsonata(
    state: document.JsonataState, pointer: str, compiler: Compiler
) -> CompiledState:
    """Compile one JSONata state; its expressions are read when they are evaluated."""
    match state:
        case document.JsonataTask():
            return Task.of(state)
        case document.JsonataPass():
            return Pass.of(state)
        case document.JsonataChoice():
            return Choice.of(state)
        case document.JsonataWait():
            return Wait.of(state)
        case document.JsonataSucceed():
            return Succeed.of(state)
        case document.JsonataFail():
            return Fail.of(state)
        case JsonataMap():
            return Map.of(state, pointer, compiler)
        case JsonataParallel():
            return Parallel.of(state, pointer, compiler)
        case _:
            raise TypeError(f"there is no JSONata {type(state).__name__}")

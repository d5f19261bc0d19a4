"""The state types, one module each: this folder's listing is the language reference."""

from assent_engine.interpreter.states.approval import Approval
from assent_engine.interpreter.states.base import CompiledState, Compiler
from assent_engine.interpreter.states.choice import Choice
from assent_engine.interpreter.states.fail import Fail
from assent_engine.interpreter.states.jsonata import compile_jsonata
from assent_engine.interpreter.states.map import Map
from assent_engine.interpreter.states.parallel import Parallel
from assent_engine.interpreter.states.pass_ import Pass
from assent_engine.interpreter.states.succeed import Succeed
from assent_engine.interpreter.states.task import Task
from assent_engine.interpreter.states.wait import Wait
from assent_schemas import states as document
from assent_schemas.jsonata_states import JsonataState

__all__ = ["Approval", "CompiledState", "Compiler", "compile_state"]


def compile_state(
    name: str, state: document.AnyState, pointer: str, compiler: Compiler
) -> CompiledState:
    """Compile one state of a document; raises PathSyntaxError."""
    if isinstance(state, JsonataState):
        return compile_jsonata(state, pointer, compiler)
    return _compile_path_state(name, state, pointer, compiler)


def _compile_path_state(
    name: str, state: document.PathState, pointer: str, compiler: Compiler
) -> CompiledState:
    match state:
        case document.TaskState():
            return Task.of(state, compiler)
        case document.PassState():
            return Pass.of(state)
        case document.ChoiceState():
            return Choice.of(state)
        case document.WaitState():
            return Wait.of(state)
        case document.SucceedState():
            return Succeed.of(state)
        case document.FailState():
            return Fail.of(state)
        case document.MapState():
            return Map.of(state, pointer, compiler)
        case document.ParallelState():
            return Parallel.of(state, pointer, compiler)
        case document.ApprovalState():
            return Approval.of(name, state)

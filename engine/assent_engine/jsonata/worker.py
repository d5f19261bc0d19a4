"""The worker process: one question a line on its input, one answer a line on its output.

It holds no data between questions but parsed expressions. Memory and processor time are limited
from within: beyond them it ends, and a new one takes its place. Time on the wall says nothing about
an expression where the machine is busy; it only ends a worker that nobody waits for any more.
"""

import json
import os
import re
import signal
import sys
from functools import lru_cache
from typing import Any, BinaryIO

from jsonata.jsonata import Jsonata  # type: ignore[import-untyped]

from assent_engine.jsonata.functions import Recorded, inward, outward
from assent_engine.jsonata.patterns import compile_pattern
from assent_engine.jsonata.refusals import Nothing, Refused
from assent_engine.jsonata.syntax import calls_eval

MEMORY = 512 << 20
LONGEST_ANSWER = 4 << 20
LONGEST_CAUSE = 300
LONGEST_TIME = 120
"""Seconds on the wall after which it ends by itself: whoever asked has gone."""
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Expression(Jsonata):  # type: ignore[misc]
    """A parsed expression in which `$` and `$$` mean nothing at the top: there is no document."""

    def evaluate_variable(self, expr: Any, input: Any, environment: Any) -> Any:  # noqa: A002
        if expr.value == "$" or (expr.value == "" and input is None):
            raise Refused("there is no document for $ and $$; read $states.input")
        return super().evaluate_variable(expr, input, environment)


@lru_cache(maxsize=1024)
def parsed(text: str) -> Expression:
    """An expression, parsed once."""
    engine: Any = compile_pattern
    expression = Expression(text, engine)
    expression.set_output_convert_nulls(False)
    expression.set_validate_input(False)
    return expression


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """{values: [...]}, null being a value, or {at, cause} for the first that has none."""
    recorded = Recorded(question["now"], question["seed"])
    bound = {**inward(question["bindings"]), **recorded.functions()}
    values: list[Any] = []
    for at, text in enumerate(question["expressions"]):
        try:
            values.append(_value(text, bound))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever the library raises is the answer
            return {"at": at, "cause": cause(error)}
    return {"values": values}


def faults(expressions: list[str]) -> dict[str, Any]:
    """{faults: [...]}: why each expression cannot be parsed, or null; nothing is evaluated."""
    return {"faults": [fault(text) for text in expressions]}


def fault(text: str) -> str | None:
    """Why one expression is refused; its regular expressions are not looked into."""
    try:
        expression = Jsonata(text, lambda _pattern, _flags: re.compile(""))
    except MemoryError:
        raise
    except RecursionError:
        return None
    except Exception as error:  # noqa: BLE001 - whatever the library raises is the answer
        return cause(error)
    return "calls $eval, which there is not" if calls_eval(expression.ast) else None


def cause(error: Exception) -> str:
    """Why an expression failed, the same in every process."""
    if isinstance(error, Nothing):
        return "returned nothing (undefined)"
    if isinstance(error, RecursionError):
        return "nests too deep"
    text = " ".join(str(error).split()) or type(error).__name__
    return f"failed: {_ADDRESS.sub('', text)[:LONGEST_CAUSE]}"


def _value(text: str, bound: dict[str, Any]) -> Any:
    expression = parsed(text)
    Jsonata.CURRENT.jsonata = expression
    found = expression.evaluate(None, bound)
    if found is None:
        raise Nothing
    return outward(found)


def serve(questions: BinaryIO, answers: BinaryIO, seconds: float) -> None:
    """Answer until the input ends, each question within so many seconds of the processor."""
    _write(answers, {"ready": True})
    for line in questions:
        signal.alarm(LONGEST_TIME)
        # No handler: the signal ends the process even inside a library's own loop.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            question = json.loads(line)
            asked = question.get("parse")
            _write(answers, answer(question) if asked is None else faults(asked))
        except MemoryError:
            os._exit(1)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def _write(answers: BinaryIO, what: dict[str, Any]) -> None:
    text = json.dumps(what).encode()
    if len(text) > LONGEST_ANSWER:
        text = json.dumps({"at": 0, "cause": "returned too much"}).encode()
    answers.write(text + b"\n")
    answers.flush()


def _bound_memory() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def main() -> None:
    """Keep standard output for answers alone, bound the memory, then serve."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _bound_memory()
    serve(sys.stdin.buffer, answers, float(sys.argv[1]))


if __name__ == "__main__":
    main()

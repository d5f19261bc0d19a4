"""Retry and catch: the catch-all stands alone and last."""

from collections.abc import Iterator

from assent_engine.interpreter.faults import ALL
from assent_engine.validation.machines import Json, listed
from assent_engine.validation.problems import problem
from assent_schemas.errors import Problem, replacing


def recovery_problems(state: Json, where: str) -> Iterator[Problem]:
    """What is wrong with the error names of one state's rules."""
    for key in ("retry", "catch"):
        rules = listed(state.get(key))
        for at, rule in enumerate(rules):
            names = listed(rule.get("error_equals")) if isinstance(rule, dict) else []
            if ALL in names and (names != [ALL] or at != len(rules) - 1):
                pointed = f"{where}/{key}/{at}/error_equals"
                detail = f"{ALL} stands alone, in the last rule."
                # It takes every error: the names beside it add nothing.
                fix = replacing(pointed, [ALL]) if at == len(rules) - 1 else None
                yield problem("recovery.all_not_last", pointed, detail, "", fix)

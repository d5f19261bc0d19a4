"""The interpreter: a pure generator that yields effects and is sent outcomes.

It does no I/O, reads no clock and draws no random number; what it needs to know of a run stands
in the RunHeader. One module per state type, in `states`.
"""

from assent_engine.interpreter.compensation import compensate
from assent_engine.interpreter.program import Program, UnsupportedPolicy
from assent_engine.interpreter.scope import ROOT, SEMANTICS, run_scope
from assent_engine.interpreter.visit import RunHeader, Taken, Witness

__all__ = [
    "ROOT",
    "SEMANTICS",
    "Program",
    "RunHeader",
    "Taken",
    "UnsupportedPolicy",
    "Witness",
    "compensate",
    "run_scope",
]
